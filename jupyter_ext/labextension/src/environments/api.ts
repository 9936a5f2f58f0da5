/** The environments as the server tells them: schema `Environment` of openapi.yaml. */
import type { ServerConnection } from '@jupyterlab/services';
import type { IJob } from '../jobs/api';
import type { ISaid } from '../server/describe';
import { request } from '../server/request';

export type State = 'unavailable' | 'ready' | 'building' | 'built' | 'outdated' | 'broken';

export interface IPackage {
  readonly name: string;
  readonly version: string | null;
}

export interface ISmoke {
  readonly ok: boolean;
  readonly message: string;
  readonly seconds: number;
  readonly at: string;
}

export interface INotebook {
  readonly experiment: string;
  readonly title: string;
  readonly path: string | null;
}

export interface IEnvironment {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly status: 'ready' | 'partial' | 'unavailable';
  readonly state: State;
  readonly reason: string;
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly substitute: string | null;
  readonly builder: 'uv' | 'conda' | 'cvmfs' | 'gateway';
  readonly own: boolean;
  readonly folder: string;
  readonly offered_as: readonly string[];
  readonly packages: readonly IPackage[];
  readonly python: string;
  readonly kernels: readonly string[];

  /** Measured when it is built, else as its folder says. */
  readonly megabytes: number | null;
  readonly seconds: number | null;
  readonly built_at: string | null;
  readonly smoke: ISmoke | null;
  readonly lock_sha256: string | null;
  readonly built_lock_sha256: string | null;

  /** The line that installs the same elsewhere. */
  readonly install: string;
  readonly job: IJob | null;
  readonly notebooks: readonly INotebook[];
}

export interface IWholeEnvironment extends IEnvironment {
  readonly all_packages: readonly IPackage[];
}

export interface IProblem extends ISaid {
  readonly id: string;
}

export interface IEnvironments {
  readonly environments: readonly IEnvironment[];
  readonly problems: readonly IProblem[];
}

export interface ILock {
  readonly name: string;
  readonly sha256: string;
  readonly text: string;
}

/** The routes of the environments. */
export class EnvironmentsApi {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  list(): Promise<IEnvironments> {
    return request(this._settings, 'GET', ['environments']);
  }

  one(name: string): Promise<IWholeEnvironment> {
    return request(this._settings, 'GET', ['environments', name]);
  }

  lock(name: string): Promise<ILock> {
    return request(this._settings, 'GET', ['environments', name, 'lock']);
  }

  /** @param force - build it even if it is in order */
  build(name: string, force: boolean): Promise<IJob> {
    return request(this._settings, 'POST', ['environments', name, 'build'], { body: { force } });
  }

  test(name: string): Promise<IJob> {
    return request(this._settings, 'POST', ['environments', name, 'test']);
  }

  /** @param force - even if a kernel runs in it */
  remove(name: string, force: boolean): Promise<undefined> {
    const query = force ? { force: '1' } : {};
    return request(this._settings, 'DELETE', ['environments', name], { query });
  }

  clone(name: string, copy: string): Promise<IEnvironment> {
    return request(this._settings, 'POST', ['environments', name, 'clone'], { body: { name: copy } });
  }
}
