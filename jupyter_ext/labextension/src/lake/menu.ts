/** The menus of the lake: of what is selected, and of what can be made. */
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
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
  show(menu, x, y);
}

/** Open the menu of what can be made. */
export function openNew(commands: CommandRegistry, x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const command of [ids.NEW_DATASET, ids.NEW_CONTAINER, ids.UPLOAD]) {
    menu.addItem({ command });
  }
  show(menu, x, y);
}

function show(menu: Menu, x: number, y: number): void {
  menu.addClass('freezeout-Menu');
  const back = document.activeElement;
  menu.aboutToClose.connect(() => {
    // Escape leads back to where one was; what a command shows keeps the focus
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
