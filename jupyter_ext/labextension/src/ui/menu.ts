/** A menu that is opened at a place of the page, and lives until it is closed. */
import type { CommandRegistry } from '@lumino/commands';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import { Menu } from '@lumino/widgets';

export interface IItem {
  /** The command. */
  readonly id: string;
  readonly args?: ReadonlyJSONObject;

  /** Whether a line follows. */
  readonly last?: boolean;
}

/** Show a menu; Escape leads back to where one was. */
export function showMenu(commands: CommandRegistry, items: readonly IItem[], x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const { id, args = {}, last = false } of items) {
    menu.addItem({ command: id, args });
    if (last) {
      menu.addItem({ type: 'separator' });
    }
  }
  menu.addClass('freezeout-Menu');
  const back = document.activeElement;
  menu.aboutToClose.connect(() => {
    // what a command shows keeps the focus
    if (menu.node.contains(document.activeElement) && back instanceof HTMLElement) {
      back.focus();
    }
    // its command runs after it has closed
    setTimeout(() => {
      menu.dispose();
    });
  });
  menu.open(x, y);
  menu.activateNextItem();
}
