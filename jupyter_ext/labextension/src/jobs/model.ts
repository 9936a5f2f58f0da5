/** The jobs of the server, kept up to date by its events while the page is looked at. */
import type { ServerConnection } from '@jupyterlab/services';
import { PromiseDelegate } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { stream } from '../server/stream';
import { cancelJob, isLive, listJobs } from './api';
import type { IJob } from './api';
import { JobLog } from './log';
import type { IJobLog, IJobs } from './tokens';

const SHORTEST_MS = 500;
const LONGEST_MS = 30_000;

export class JobsModel implements IJobs {
  constructor(private readonly _settings: ServerConnection.ISettings) {
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) {
        this._controller?.abort();
      }
      this._wake.resolve();
    });
    window.addEventListener('offline', () => {
      this._controller?.abort();
    });
    window.addEventListener('online', () => {
      this._wake.resolve();
    });
  }

  get jobs(): ReadonlyMap<string, IJob> {
    return this._jobs;
  }

  get loaded(): Promise<void> {
    return this._loaded.promise;
  }

  get connected(): boolean {
    return this._connected;
  }

  get changed(): ISignal<this, readonly IJob[]> {
    return this._changed;
  }

  get connectionChanged(): ISignal<this, boolean> {
    return this._connectionChanged;
  }

  latest(subject: string): IJob | undefined {
    let found: IJob | undefined;
    for (const job of this._jobs.values()) {
      if (job.subject === subject && (!found || job.created_at > found.created_at)) {
        found = job;
      }
    }
    return found;
  }

  add(job: IJob): void {
    this._take([job]);
  }

  log(id: string): IJobLog {
    return new JobLog(this._settings, this, id);
  }

  async cancel(id: string): Promise<void> {
    this._take([await cancelJob(this._settings, id)]);
  }

  now(): number {
    return Date.now() + this._ahead;
  }

  revealWith(prefix: string, reveal: (subject: string) => void): void {
    this._reveal.set(prefix, reveal);
  }

  reveal(job: IJob): void {
    for (const [prefix, reveal] of this._reveal) {
      if (job.subject.startsWith(prefix)) {
        reveal(job.subject);
      }
    }
  }

  /** Follow the events for as long as the page lives. */
  async follow(): Promise<never> {
    let fresh = true;
    for (let failures = 0; ;) {
      await this._visible();
      const controller = (this._controller = new AbortController());
      try {
        if (fresh) {
          await this._load();
          fresh = false;
        }
        const onOpen = (response: Response): void => {
          failures = 0;
          this._setClock(response);
          this._connected = true;
          this._connectionChanged.emit(true);
        };
        const options = { lastId: this._lastId, controller, onOpen };
        for await (const { id, event, data } of stream(this._settings, ['events'], options)) {
          if (event === 'job') {
            this._take([JSON.parse(data) as IJob]);
          }
          this._lastId = id;
        }
      } catch {
        // the server may have been another one meanwhile; a page that was only hidden goes on where it was
        fresh ||= !document.hidden;
      }
      if (!document.hidden) {
        if (this._connected) {
          this._connected = false;
          this._connectionChanged.emit(false);
        }
        await this._pause(Math.min(LONGEST_MS, SHORTEST_MS * 2 ** failures));
        failures += 1;
      }
    }
  }

  private async _load(): Promise<void> {
    const { jobs, revision } = await listJobs(this._settings);
    const there = new Set(jobs.map(({ id }) => id));
    for (const job of this._jobs.values()) {
      if (isLive(job) && !there.has(job.id)) {
        this._jobs.delete(job.id);
      }
    }
    this._lastId = String(revision);
    if (this._jobs.size > 0) {
      this._take(jobs);
    } else {
      // what was there before the page is no news
      jobs.forEach(job => this._jobs.set(job.id, job));
    }
    this._loaded.resolve();
  }

  private _take(jobs: readonly IJob[]): void {
    const news = jobs.filter(job => job.revision > (this._jobs.get(job.id)?.revision ?? -1));
    for (const job of news) {
      this._jobs.set(job.id, job);
    }
    if (news.length > 0) {
      this._changed.emit(news);
    }
  }

  /** Compare the clocks, as far as a header of whole seconds tells. */
  private _setClock(response: Response): void {
    const ahead = Date.parse(response.headers.get('date') ?? '') + 500 - Date.now();
    this._ahead = Math.abs(ahead) > 2000 ? ahead : 0;
  }

  private async _visible(): Promise<void> {
    while (document.hidden) {
      await this._pause(LONGEST_MS * 2);
    }
  }

  /** Wait so long, or until the page is hidden or shown, or the machine has its network again. */
  private async _pause(milliseconds: number): Promise<void> {
    this._wake = new PromiseDelegate();
    const timer = setTimeout(() => {
      this._wake.resolve();
    }, milliseconds);
    await this._wake.promise;
    clearTimeout(timer);
  }

  private _ahead = 0;
  private _connected = true;
  private _lastId = '';
  private _controller: AbortController | null = null;
  private _wake = new PromiseDelegate<void>();
  private readonly _jobs = new Map<string, IJob>();
  private readonly _reveal = new Map<string, (subject: string) => void>();
  private readonly _loaded = new PromiseDelegate<void>();
  private readonly _changed = new Signal<this, readonly IJob[]>(this);
  private readonly _connectionChanged = new Signal<this, boolean>(this);
}
