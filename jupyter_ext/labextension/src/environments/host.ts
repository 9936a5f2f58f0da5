/** What the panel, its cards and their parts are given. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IEnvironment } from './api';
import type { CurrentNotebook } from './current';
import type { EnvironmentsModel } from './model';

/** What a card and its parts need. */
export interface IHost {
  readonly model: EnvironmentsModel;
  readonly current: CurrentNotebook;
  readonly trans: TranslationBundle;
  readonly run: (command: string, args: ReadonlyPartialJSONObject) => void;
  readonly openMenu: (environment: IEnvironment, x: number, y: number) => void;
  readonly openExperiment: (id: string) => void;
}

/** What all parts of a card are given. */
export interface IPartProps {
  readonly environment: IEnvironment;
  readonly host: IHost;
  readonly tabIndex: number;
}
