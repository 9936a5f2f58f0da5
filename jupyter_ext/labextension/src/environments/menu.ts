/** The menu of a card: all that can be done with its environment. */
import type { CommandRegistry } from '@lumino/commands';
import { showMenu } from '../ui/menu';
import { ACTIONS } from './actions';
import type { IEnvironment } from './api';
import * as ids from './ids';

/** After these the menu has a line. */
const LAST_OF_GROUP: readonly string[] = [ids.USE, ids.TEST, ids.LOG, ids.COPY];
const PER_KERNEL: readonly string[] = [ids.NOTEBOOK, ids.CONSOLE, ids.USE];

/** Open the menu of an environment at a place of the page. */
export function openMenu(commands: CommandRegistry, environment: IEnvironment, x: number, y: number): void {
  const { name, kernels } = environment;
  const items = ACTIONS.flatMap(({ id }) => {
    const severally = PER_KERNEL.includes(id) && kernels.length > 1;
    const each = severally ? kernels.map(kernel => ({ id: name, kernel })) : [{ id: name }];
    return each.map((args, at) => ({
      id,
      args,
      last: at === each.length - 1 && LAST_OF_GROUP.includes(id)
    }));
  });
  showMenu(commands, items, x, y);
}
