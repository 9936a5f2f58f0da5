/** What can be done with an environment, in what order it is offered, and when. */
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isLive } from '../jobs/api';
import type { IEnvironment, State } from './api';
import type { CurrentNotebook } from './current';
import * as ids from './ids';
import { SUBJECT } from './model';
import type { EnvironmentsModel } from './model';

export interface IAction {
  readonly id: string;

  /** On a card or in its menu. */
  readonly label: (trans: TranslationBundle, environment: IEnvironment, current: CurrentNotebook) => string;

  /** In the palette, where it has to be told from others; the environment's title follows. */
  readonly long: (trans: TranslationBundle) => string;
  readonly offered: (environment: IEnvironment, state: State, context: IContext) => boolean;
}

export interface IContext {
  readonly model: EnvironmentsModel;
  readonly current: CurrentNotebook;
}

const USABLE: readonly State[] = ['built', 'outdated'];
const HAS_FILES: readonly State[] = ['built', 'outdated', 'broken'];

export const ACTIONS: readonly IAction[] = [
  {
    id: ids.NOTEBOOK,
    label: trans => trans.__('Notebook'),
    long: trans => trans.__('New Notebook in Environment'),
    offered: isUsable
  },
  {
    id: ids.CONSOLE,
    label: trans => trans.__('Console'),
    long: trans => trans.__('New Console in Environment'),
    offered: isUsable
  },
  {
    id: ids.USE,
    label: (trans, _, { name }) => (name ? trans.__('Use for %1', name) : trans.__('Use for this notebook')),
    long: trans => trans.__('Use Environment for This Notebook'),
    offered: (environment, state, { current }) =>
      isUsable(environment, state) && current.name !== '' && !environment.kernels.includes(current.kernel)
  },
  {
    id: ids.BUILD,
    label: (trans, { state }) => (state === 'ready' ? trans.__('Build') : trans.__('Build again')),
    long: trans => trans.__('Build Environment'),
    offered: (environment, state, { model }) =>
      (state === 'ready' || (HAS_FILES.includes(state) && state !== 'outdated')) &&
      environment.builder !== 'gateway' &&
      !isBusy(environment, model)
  },
  {
    id: ids.UPDATE,
    label: trans => trans.__('Update'),
    long: trans => trans.__('Update Environment'),
    offered: (environment, state, { model }) => state === 'outdated' && !isBusy(environment, model)
  },
  {
    id: ids.CANCEL,
    label: trans => trans.__('Cancel'),
    long: trans => trans.__('Cancel Job of Environment'),
    offered: ({ name }, _, { model }) => {
      const job = model.jobs.latest(SUBJECT + name);
      return job !== undefined && isLive(job);
    }
  },
  {
    id: ids.TEST,
    label: trans => trans.__('Test'),
    long: trans => trans.__('Test Environment'),
    offered: (environment, state, { model }) =>
      isUsable(environment, state) && environment.builder !== 'gateway' && !isBusy(environment, model)
  },
  {
    id: ids.DETAILS,
    label: trans => trans.__('Details'),
    long: trans => trans.__('Show Details of Environment'),
    offered: () => true
  },
  {
    id: ids.LOG,
    label: trans => trans.__('Show last log'),
    long: trans => trans.__('Show Last Log of Environment'),
    offered: ({ name }, _, { model }) => model.jobs.latest(SUBJECT + name) !== undefined
  },
  {
    id: ids.LOCK,
    label: trans => trans.__('Show lock'),
    long: trans => trans.__('Show Lock of Environment'),
    offered: ({ lock_sha256: lock }) => lock !== null
  },
  {
    id: ids.COPY,
    label: trans => trans.__('Copy install line'),
    long: trans => trans.__('Copy Install Line of Environment'),
    offered: ({ install }) => install !== ''
  },
  {
    id: ids.CLONE,
    label: trans => trans.__('Clone and change…'),
    long: trans => trans.__('Clone and Change Environment…'),
    offered: ({ builder }) => builder === 'uv' || builder === 'conda'
  },
  {
    id: ids.REMOVE,
    label: trans => trans.__('Remove…'),
    long: trans => trans.__('Remove Environment…'),
    offered: (environment, state, { model }) =>
      HAS_FILES.includes(state) && environment.builder !== 'gateway' && !isBusy(environment, model)
  }
];

/** What Enter does with a card. */
export function primary(
  environment: IEnvironment,
  state: State
): readonly [string, ReadonlyPartialJSONObject] {
  const args = { id: environment.name };
  switch (state) {
    case 'ready':
    case 'broken':
      return [ids.BUILD, args];
    case 'building':
      return [ids.LOG, args];
    case 'outdated':
      return [ids.UPDATE, args];
    case 'built':
      return [ids.NOTEBOOK, args];
    case 'unavailable':
      return environment.substitute ? [ids.REVEAL, { id: environment.substitute }] : [ids.DETAILS, args];
  }
}

export function isUsable({ kernels }: IEnvironment, state: State): boolean {
  return USABLE.includes(state) && kernels.length > 0;
}

function isBusy({ name }: IEnvironment, model: EnvironmentsModel): boolean {
  const job = model.jobs.latest(SUBJECT + name);
  return model.pending(name) !== undefined || (job !== undefined && isLive(job));
}
