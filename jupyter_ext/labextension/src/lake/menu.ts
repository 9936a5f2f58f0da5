/** The menus of the lake: of what is selected, and of what can be made. */
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { showMenu } from '../ui/menu';
import { ACTIONS } from './actions';
import * as ids from './ids';

/** Open the menu of what is selected at a place of the page. */
export function openMenu(commands: CommandRegistry, x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const { id, last } of ACTIONS) {
    menu.addItem({ command: id });
    if (last) {
      menu.addItem({ type: 'separator' });
    }
  }
  showMenu(menu, x, y);
}

/** Open the menu of what can be made. */
export function openNew(commands: CommandRegistry, x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const command of [ids.NEW_DATASET, ids.NEW_CONTAINER, ids.UPLOAD]) {
    menu.addItem({ command });
  }
  showMenu(menu, x, y);
}
