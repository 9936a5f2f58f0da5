/** What every part of the panel is given. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Looked } from './looked';
import type { ReanaModel } from './model';

export interface IHost {
  readonly model: ReanaModel;
  readonly trans: TranslationBundle;
  readonly run: (command: string, args?: ReadonlyPartialJSONObject) => void;

  /** What is selected in the file browser: paths below the server's root. */
  readonly selectedPaths: () => readonly string[];

  /** Open the menu of a workflow, or of a connection, at a place of the page. */
  readonly openMenu: (workflow: string, x: number, y: number) => void;
  readonly openServerMenu: (x: number, y: number) => void;
}

/** What every part of an unfolded workflow is given. */
export interface IUnfoldedProps {
  readonly host: IHost;
  readonly looked: Looked;
}
