/** The experiments as the server tells them: schemas `Experiments` and `Opened` of openapi.yaml. */
import type { ServerConnection } from '@jupyterlab/services';
import { request } from '../server/request';

export type Method = 'direct' | 'indirect' | 'collider' | 'neutrino';

export interface IExperiment {
  readonly id: string;
  readonly title: string;
  readonly experiment: string;
  readonly method: Method;
  readonly summary: string;
  readonly environment: string;
  readonly plane: string;
  readonly presets: readonly string[];
  readonly notebook: string | null;
}

export interface IProblem {
  readonly id: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface IExperiments {
  readonly experiments: readonly IExperiment[];
  readonly problems: readonly IProblem[];
}

export interface IOpened {
  readonly path: string;
  readonly state: 'in_place' | 'copied' | 'kept';
  readonly outdated: boolean;
}

export function listExperiments(settings: ServerConnection.ISettings): Promise<IExperiments> {
  return request(settings, 'GET', ['experiments']);
}

export function openExperiment(settings: ServerConnection.ISettings, id: string): Promise<IOpened> {
  return request(settings, 'POST', ['experiments', id, 'open']);
}
