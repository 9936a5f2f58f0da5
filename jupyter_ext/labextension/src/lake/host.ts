/** What every part of the panel is given. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { Details } from './details';
import type { LakeModel } from './model';
import type { Notebooks } from './notebook';

/** What the panel and its parts need. */
export interface IHost {
  readonly model: LakeModel;
  readonly notebooks: Notebooks;
  readonly trans: TranslationBundle;
  readonly run: (command: string, args?: ReadonlyPartialJSONObject) => void;
  readonly openMenu: (x: number, y: number) => void;
}

/** What all that is said of a DID is given. */
export interface IDetailsProps {
  readonly host: IHost;
  readonly details: Details;
}
