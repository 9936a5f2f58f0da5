/** A menu that is opened at a place of the page, and lives until it is closed. */
import { Menu } from '@lumino/widgets';

/** Show a menu; Escape leads back to where one was. */
export function showMenu(menu: Menu, x: number, y: number): void {
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
