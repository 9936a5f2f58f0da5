/** Every action with every environment in the palette; those that make no sense just now are hidden. */
import type { ICommandPalette } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { IDisposable } from '@lumino/disposable';
import { ACTIONS } from './actions';
import * as ids from './ids';
import type { EnvironmentsModel } from './model';

export function addPaletteItems(
  palette: ICommandPalette,
  commands: CommandRegistry,
  model: EnvironmentsModel,
  trans: TranslationBundle
): void {
  const category = trans.__('Environments');
  for (const command of [ids.REVEAL, ids.REFRESH]) {
    palette.addItem({ command, args: { isPalette: true }, category });
  }
  const items = new Map<string, IDisposable[]>();
  let before = '';
  model.stateChanged.connect(() => {
    const all = model.environments ?? [];
    for (const [name, old] of items) {
      if (!all.some(environment => environment.name === name)) {
        old.forEach(item => {
          item.dispose();
        });
        items.delete(name);
      }
    }
    for (const { name } of all.filter(({ name }) => !items.has(name))) {
      const added = ACTIONS.map(({ id }) =>
        palette.addItem({ command: id, args: { id: name, isPalette: true }, category })
      );
      items.set(name, added);
    }
    const now = all.map(one => `${one.name} ${model.state(one)} ${model.pending(one.name) ?? ''}`).join();
    if (now !== before) {
      before = now;
      ACTIONS.forEach(({ id }) => {
        commands.notifyCommandChanged(id);
      });
    }
  });
}
