/** The menus of REANA: of a workflow, and of connections. */
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { showMenu } from '../ui/menu';
import { ACTIONS } from './actions';
import * as ids from './ids';

/** Open the menu of a workflow at a place of the page. */
export function openMenu(commands: CommandRegistry, workflow: string, x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const { id, last } of ACTIONS) {
    menu.addItem({ command: id, args: { workflow } });
    if (last) {
      menu.addItem({ type: 'separator' });
    }
  }
  showMenu(menu, x, y);
}

/** Open the menu of connections and the embedded server. */
export function openServerMenu(commands: CommandRegistry, x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const command of [ids.CONNECT, ids.DISCONNECT, ids.SECRETS]) {
    menu.addItem({ command });
  }
  menu.addItem({ type: 'separator' });
  for (const command of [ids.START_SERVER, ids.STOP_SERVER]) {
    menu.addItem({ command });
  }
  showMenu(menu, x, y);
}
