/** What a panel shows is there again when the page is. */
import type { IStateDB } from '@jupyterlab/statedb';
import type { VDomRenderer } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** What changes is kept when nothing else has for so long. */
const PAUSE_MS = 300;

/** `K`: what is kept of it. */
export interface IKept<K extends ReadonlyPartialJSONObject> extends VDomRenderer.IModel {
  readonly toJSON: () => K;
  readonly restore: (kept: Partial<K>) => void;
}

/** Bring back what was kept, then keep what changes; resolves in between. */
export async function remember<K extends ReadonlyPartialJSONObject>(
  state: IStateDB | null,
  id: string,
  model: IKept<K>
): Promise<void> {
  if (!state) {
    return;
  }
  const kept = await state.fetch(id);
  if (typeof kept === 'object' && !Array.isArray(kept)) {
    model.restore(kept as Partial<K>);
  }
  let saved = JSON.stringify(model);
  let timer: ReturnType<typeof setTimeout> | undefined;
  model.stateChanged.connect(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = JSON.stringify(model);
      if (now !== saved) {
        saved = now;
        void state.save(id, model.toJSON());
      }
    }, PAUSE_MS);
  });
}
