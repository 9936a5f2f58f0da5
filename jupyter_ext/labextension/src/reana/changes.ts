/** What is done with workflows and connections. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import type { Asked } from '../server/asked';
import type { Change, ReanaApi } from './api';
import type { Servers } from './connections';
import type { Listing } from './listing';
import type { Looked } from './looked';
import type { Form, IQuestion } from './question';

/** What is looked at, and sees what has changed. */
export interface ILooked {
  readonly connections: Servers;
  readonly listing: Listing | null;
  readonly looked: (id: string) => Looked | undefined;
  readonly fold: (id: string) => void;
  form: Form | null;
  question: IQuestion | null;

  /** Read often for a while. */
  readonly stir: () => void;
  readonly draw: () => void;
}

export interface IChangesOptions {
  readonly api: ReanaApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
  readonly asked: Asked;
  readonly model: ILooked;
}

/** What can be refused of a workflow, and is told at its row. */
export const REFUSED = [
  'workflow-start',
  'workflow-stop',
  'restart',
  'rerun',
  'delete',
  'prune',
  'download',
  'upload',
  'fetch',
  'session',
  'close-session',
  'remove-files'
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
    return await this._job('rerun', id, (connection, name) =>
      this._options.api.rerun(connection, name, parameters)
    );
  }

  /** @param paths - null for all */
  async download(id: string, paths: readonly string[] | null, to: string): Promise<boolean> {
    this._folders.set(id, to);
    return await this._job('download', id, (connection, name) =>
      this._options.api.download(connection, name, paths, to)
    );
  }

  async upload(id: string, paths: readonly string[], to: string): Promise<boolean> {
    return await this._job('upload', id, (connection, name) =>
      this._options.api.upload(connection, name, paths, to)
    );
  }

  async bringHome(id: string): Promise<boolean> {
    return await this._job('fetch', id, (connection, name) => this._options.api.bringHome(connection, name));
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
    const open = this._options.model.listing?.find(id)?.session;
    return await this._ask(`session ${id}`, async connection => {
      const { url } = open ?? (await this._options.api.openSession(connection, id));
      window.open(url, '_blank', 'noopener');
    });
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

  /** What was last begun here with a workflow, when it is done. */
  done(id: string): IJob | undefined {
    const job = this._options.jobs.jobs.get(this._last.get(id) ?? '');
    return job?.state === 'done' ? job : undefined;
  }

  /** The folder that was last downloaded to. */
  folder(id: string): string {
    return this._folders.get(id) ?? '';
  }

  /** Say no more of what is done. */
  forget(id: string): void {
    this._last.delete(id);
    this._options.model.draw();
  }

  /** @param work - is given the workflow's name, of which the job's title is made */
  private async _job(
    what: string,
    id: string,
    work: (connection: string, name: string) => Promise<IJob>
  ): Promise<boolean> {
    const { jobs, model } = this._options;
    return await this._ask(`${what} ${id}`, async connection => {
      const job = await work(connection, model.listing?.find(id)?.full_name ?? id);
      this._last.set(id, job.id);
      jobs.add(job);
    });
  }

  private async _ask(what: string, work: (connection: string) => Promise<unknown>): Promise<boolean> {
    const { asked, model } = this._options;
    const done = await asked.ask(what, work);
    if (done) {
      model.question = null;
    }
    model.stir();
    return done;
  }

  private readonly _last = new Map<string, string>();
  private readonly _folders = new Map<string, string>();
}
