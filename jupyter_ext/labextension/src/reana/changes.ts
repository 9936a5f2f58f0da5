/** What is done with workflows and connections. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import type { Asked } from '../server/asked';
import type { Change, ReanaApi } from './api';
import type { ReanaModel } from './model';
import type { IShare } from './types';

export interface IChangesOptions {
  readonly api: ReanaApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
  readonly asked: Asked;
  readonly model: ReanaModel;
}

/** What can be refused of a workflow, and is told at its row. */
export const REFUSED = [
  'workflow-start',
  'workflow-stop',
  'restart',
  'rerun',
  'delete',
  'prune',
  'share',
  'download',
  'fetch',
  'session',
  'close-session',
  'diff',
  'remove-files',
  'preview'
] as const;

export class Changes {
  constructor(private readonly _options: IChangesOptions) {}

  /** Start, stop, restart, delete or prune it. */
  async change(id: string, change: Change, body: ReadonlyPartialJSONObject = {}): Promise<boolean> {
    const { api } = this._options;
    return await this._ask(`${change} ${id}`, async connection => {
      await api.change(connection, id, change, body);
      if (change === 'delete') {
        this._options.model.fold(id);
      }
    });
  }

  async rerun(id: string, parameters: ReadonlyPartialJSONObject): Promise<boolean> {
    return await this._job(`rerun ${id}`, connection => this._options.api.rerun(connection, id, parameters));
  }

  /** @param paths - null for all */
  async download(id: string, paths: readonly string[] | null, to: string): Promise<boolean> {
    return await this._job(`download ${id}`, connection =>
      this._options.api.download(connection, id, paths, to)
    );
  }

  async bringHome(id: string): Promise<boolean> {
    return await this._job(`fetch ${id}`, connection => this._options.api.bringHome(connection, id));
  }

  async removeFiles(id: string, paths: readonly string[]): Promise<boolean> {
    const done = await this._ask(`remove-files ${id}`, connection =>
      this._options.api.removeFiles(connection, id, paths)
    );
    await this._options.model.looked(id)?.files.load();
    return done;
  }

  /** Open its interactive session in a tab of the browser. */
  async openSession(id: string): Promise<boolean> {
    return await this._ask(`session ${id}`, async connection => {
      const { url } = await this._options.api.openSession(connection, id);
      window.open(url, '_blank', 'noopener');
    });
  }

  async share(id: string, user: string): Promise<boolean> {
    return await this._ask(`share ${id}`, connection => this._options.api.share(connection, id, user));
  }

  async unshare(id: string, user: string): Promise<boolean> {
    return await this._ask(`share ${id}`, connection => this._options.api.unshare(connection, id, user));
  }

  async shares(id: string): Promise<readonly IShare[]> {
    const { api, model } = this._options;
    return await api.shares(model.listing?.connection ?? '', id);
  }

  /** Ask for something that is shown elsewhere; why it was refused is told at the row. */
  async look(what: string, id: string, work: (connection: string) => Promise<unknown>): Promise<boolean> {
    return await this._options.asked.ask(`${what} ${id}`, work);
  }

  async connect(name: string, url: string, token: string): Promise<void> {
    const { asked, api, model } = this._options;
    // not by a connection: this is how the first one comes to be
    const kept = await asked.ask('connect', () => api.connect(name, url, token));
    if (kept) {
      model.form = null;
      await model.connections.load(true);
      model.connections.name = name;
    }
  }

  async disconnect(name: string): Promise<void> {
    const { asked, api, model } = this._options;
    if (await asked.ask('disconnect', () => api.disconnect(name))) {
      model.form = null;
      model.connections.name = '';
      await model.connections.load(true);
    }
  }

  private async _job(what: string, work: (connection: string) => Promise<IJob>): Promise<boolean> {
    return await this._ask(what, async connection => {
      this._options.jobs.add(await work(connection));
    });
  }

  private async _ask(what: string, work: (connection: string) => Promise<unknown>): Promise<boolean> {
    const { asked, model } = this._options;
    const done = await asked.ask(what, work);
    if (done) {
      model.question = null;
    }
    void model.refresh();
    return done;
  }
}
