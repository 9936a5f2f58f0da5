/** The menus of REANA: of a workflow, and of connections. */
import type { CommandRegistry } from '@lumino/commands';
import { showMenu } from '../ui/menu';
import { ACTIONS } from './actions';
import * as ids from './ids';

/** Open the menu of a workflow at a place of the page. */
export function openMenu(commands: CommandRegistry, workflow: string, x: number, y: number): void {
  const items = ACTIONS.map(({ id, last = false }) => ({ id, last, args: { workflow } }));
  showMenu(commands, items, x, y);
}

/** Open the menu of connections and the embedded server. */
export function openServerMenu(commands: CommandRegistry, x: number, y: number): void {
  const items = [
    { id: ids.CONNECT },
    { id: ids.DISCONNECT },
    { id: ids.SECRETS, last: true },
    { id: ids.START_SERVER },
    { id: ids.STOP_SERVER }
  ];
  showMenu(commands, items, x, y);
}
