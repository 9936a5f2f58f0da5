/** The menu of a card: all that can be done with its environment. */
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';
import { showMenu } from '../ui/menu';
import { ACTIONS } from './actions';
import type { IEnvironment } from './api';
import * as ids from './ids';

/** After these the menu has a line. */
const LAST_OF_GROUP: readonly string[] = [ids.USE, ids.TEST, ids.LOG, ids.COPY];
const PER_KERNEL: readonly string[] = [ids.NOTEBOOK, ids.CONSOLE, ids.USE];

/** Open the menu of an environment at a place of the page. */
export function openMenu(commands: CommandRegistry, environment: IEnvironment, x: number, y: number): void {
  const menu = new Menu({ commands });
  for (const { id } of ACTIONS) {
    const kernels = environment.kernels;
    const severally = PER_KERNEL.includes(id) && kernels.length > 1;
    for (const kernel of severally ? kernels : [undefined]) {
      menu.addItem({ command: id, args: { id: environment.name, ...(kernel ? { kernel } : {}) } });
    }
    if (LAST_OF_GROUP.includes(id)) {
      menu.addItem({ type: 'separator' });
    }
  }
  showMenu(menu, x, y);
}
