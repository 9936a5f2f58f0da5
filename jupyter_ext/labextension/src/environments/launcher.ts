/** The launcher's cards for environments that could be built; built ones are there as kernels. */
import type { ILauncher } from '@jupyterlab/launcher';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDisposable } from '@lumino/disposable';
import { REVEAL } from './ids';
import type { EnvironmentsModel } from './model';
import { groupOf, inOrder } from './order';

/** Behind notebooks and consoles (0 and 20), before the rest (100). */
const CATEGORY_RANK = 30;

export function addLauncherCards(
  launcher: ILauncher,
  model: EnvironmentsModel,
  trans: TranslationBundle
): void {
  let shown = '';
  let items: IDisposable[] = [];
  model.stateChanged.connect(() => {
    const ready = (model.environments ?? []).filter(environment => groupOf(environment) === 'buildable');
    const names = inOrder(ready).map(({ name }) => name);
    if (names.join() === shown) {
      return;
    }
    shown = names.join();
    items.forEach(item => {
      item.dispose();
    });
    items = names.map((id, rank) =>
      launcher.add({
        command: REVEAL,
        args: { id },
        category: trans.__('Environments'),
        rank,
        categoryRank: CATEGORY_RANK
      })
    );
  });
}
