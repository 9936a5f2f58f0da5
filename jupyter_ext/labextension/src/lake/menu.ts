/** The menus of the lake: of what is selected, and of what can be made. */
import type { CommandRegistry } from '@lumino/commands';
import { showMenu } from '../ui/menu';
import { ACTIONS } from './actions';
import * as ids from './ids';

/** Open the menu of what is selected at a place of the page. */
export function openMenu(commands: CommandRegistry, x: number, y: number): void {
  const items = ACTIONS.map(({ id, last = false }) => ({ id, last }));
  showMenu(commands, items, x, y);
}

/** Open the menu of what can be made. */
export function openNew(commands: CommandRegistry, x: number, y: number): void {
  showMenu(commands, [{ id: ids.NEW_DATASET }, { id: ids.NEW_CONTAINER }, { id: ids.UPLOAD }], x, y);
}
