/** What is changed in the lake: copies, rules, metadata, and what there is. */
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { IJobs } from '../jobs/tokens';
import { ApiError } from '../server/request';
import { didOf } from './api';
import type { DidType, IUpload, LakeApi } from './api';
import type { Asked } from '../server/asked';
import type { Details } from './details';
import type { Tree } from './tree';
import type { Unfolded } from './unfolded';

/** How often, and how many times, it is looked whether what was deleted has gone. */
const LOOK_MS = 1500;
const LOOKS = 60;

/** What is looked at, and sees what has changed. */
export interface ILooked {
  readonly tree: Tree | null;
  readonly details: Details | null;
  readonly show: (did: string, type?: DidType | '') => void;
  readonly hide: () => void;
  readonly refresh: (anew: boolean) => Promise<void>;
}

export interface IChangesOptions {
  readonly api: LakeApi;
  readonly jobs: IJobs;
  readonly asked: Asked;
  readonly unfolded: Unfolded;
  readonly looked: ILooked;
}

export class Changes {
  constructor(private readonly _options: IChangesOptions) {}

  /** Where something was added last. */
  get lastDataset(): string {
    return this._lastDataset;
  }

  /** Whether it has been deleted, and its name is still there: Rucio's daemons take it away. */
  isGoing(did: string): boolean {
    return this._going.has(did);
  }

  /** Have a copy made on the storage nearby. */
  makeAvailable(did: string, lifetime: number | null): Promise<boolean> {
    const { api, asked, looked, unfolded } = this._options;
    unfolded.lifetime = false;
    return asked.ask('available', async connection => {
      const rule = await api.addRule(connection, did, lifetime);
      if (looked.details?.did === did) {
        looked.details.put(rule);
      }
    });
  }

  changeRule(id: string, lifetime: number | null): Promise<boolean> {
    const { api, asked, looked } = this._options;
    return asked.ask(`rule ${id}`, async connection => {
      looked.details?.put(await api.changeRule(connection, id, lifetime));
    });
  }

  removeRule(id: string): Promise<boolean> {
    const { api, asked, looked, unfolded } = this._options;
    return asked.ask(`rule ${id}`, async connection => {
      await api.removeRule(connection, id).catch(unlessGone);
      unfolded.question = null;
      await looked.details?.load();
      looked.tree?.root.refresh(true);
    });
  }

  setMetadata(key: string, value: ReadonlyPartialJSONValue): Promise<boolean> {
    const { api } = this._options;
    return this._edit(key, (connection, did) => api.setMetadata(connection, did, key, value));
  }

  deleteMetadata(key: string): Promise<boolean> {
    const { api, unfolded } = this._options;
    unfolded.question = null;
    return this._edit(key, (connection, did) => api.deleteMetadata(connection, did, key));
  }

  download(did: string, to: string): Promise<boolean> {
    const { api, asked, jobs } = this._options;
    return asked.ask('download', async connection => {
      jobs.add(await api.download(connection, did, to));
    });
  }

  upload(upload: IUpload): Promise<boolean> {
    const { api, asked, jobs, unfolded } = this._options;
    return asked.ask('form', async connection => {
      jobs.add(await api.upload(connection, upload));
      unfolded.form = null;
    });
  }

  create(
    did: string,
    type: 'dataset' | 'container',
    contents: readonly string[],
    metadata: ReadonlyPartialJSONObject
  ): Promise<boolean> {
    const { api, asked, looked, unfolded } = this._options;
    return asked.ask('form', async connection => {
      const made = await api.create(connection, { did, type, contents, metadata });
      unfolded.form = null;
      await looked.tree?.load(true);
      looked.tree?.showScope(made.scope);
      looked.show(made.did, made.type);
    });
  }

  attach(did: string, contents: readonly string[]): Promise<boolean> {
    const { api, asked, looked, unfolded } = this._options;
    return asked.ask('form', async connection => {
      await api.attach(connection, did, contents);
      this._lastDataset = did;
      unfolded.form = null;
      await looked.refresh(true);
    });
  }

  detach(did: string, parent: string): Promise<boolean> {
    const { api, asked, looked, unfolded } = this._options;
    return asked.ask('detach', async connection => {
      await api.detach(connection, parent, [did]);
      unfolded.question = null;
      await looked.refresh(true);
    });
  }

  remove(did: string): Promise<boolean> {
    const { api, asked, looked, unfolded } = this._options;
    return asked.ask('delete', async connection => {
      await api.remove(connection, did).catch(unlessGone);
      const { tree } = looked;
      tree?.select([...tree.selection.values()].filter(row => didOf(row) !== did));
      if (looked.details?.did === did) {
        looked.hide();
      }
      unfolded.question = null;
      this._going.add(did);
      await tree?.load(true);
      void this._follow(did);
    });
  }

  /** See to it that the row of what was deleted goes when it has. */
  private async _follow(did: string): Promise<void> {
    const { tree } = this._options.looked;
    for (let look = 0; tree && look < LOOKS; look += 1) {
      try {
        await this._options.api.did(tree.connection, did);
      } catch (error) {
        if (isGone(error)) {
          break;
        }
      }
      await new Promise(resolve => setTimeout(resolve, LOOK_MS));
    }
    this._going.delete(did);
    await tree?.load(true);
  }

  private async _edit(
    key: string,
    work: (connection: string, did: string) => Promise<unknown>
  ): Promise<boolean> {
    const { details } = this._options.looked;
    return (
      details !== null &&
      (await this._options.asked.ask(`metadata ${key}`, async connection => {
        await work(connection, details.did);
        await details.load();
      }))
    );
  }

  private _lastDataset = '';
  private readonly _going = new Set<string>();
}

/** What somebody else has taken away meanwhile is as it was wanted. */
function unlessGone(error: unknown): undefined {
  if (!isGone(error)) {
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
