/** Which servers of REANA there are, which is looked at, and how it is. */
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isLive } from '../jobs/api';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import type { ReanaApi } from './api';
import { START_KIND } from './ids';
import type { ConnectionState, IClient, IConnection, IConnections } from './types';

/** How often a server is looked after: one that is well, one that is not, and when only the status bar shows it. */
const WELL_MS = 20_000;
const UNWELL_MS = 2_000;
const ASIDE_MS = 60_000;

/** A server that is asked again and again without success is asked less often. */
const SLOWEST_MS = 15_000;

export interface IOptions {
  readonly api: ReanaApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
}

export class Connections {
  constructor(private readonly _options: IOptions) {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this._all) {
        void this.load();
      }
      this._plan();
    });
    _options.jobs.changed.connect((_, jobs) => {
      if (jobs.some(({ kind }) => kind === START_KIND)) {
        void this.load(true);
      }
    });
  }

  /** Emits when anything of it has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emits the connection that is looked at when it is another one. */
  get chosenChanged(): ISignal<this, IConnection | null> {
    return this._chosenChanged;
  }

  /** Emits when the server that is looked at can be used again. */
  get recovered(): ISignal<this, void> {
    return this._recovered;
  }

  /** All of them, the preferred one first; null until they are known. */
  get all(): readonly IConnection[] | null {
    return this._all?.connections ?? null;
  }

  get client(): IClient | null {
    return this._all?.client ?? null;
  }

  get embedded(): IConnection | null {
    return this.all?.find(({ kind }) => kind === 'embedded') ?? null;
  }

  get failure(): ISaid | null {
    return this._failure;
  }

  /** The one that is looked at. */
  get chosen(): IConnection | null {
    const all = this.all ?? [];
    return all.find(({ name }) => name === this._name) ?? all.find(one => one.preferred) ?? all[0] ?? null;
  }

  get name(): string {
    return this._name;
  }

  set name(name: string) {
    this._name = name;
    this._refusal = null;
    this._tell();
    this._plan();
  }

  /** The job that starts the embedded server; of those that ended, one that failed. */
  get starting(): IJob | undefined {
    let latest: IJob | undefined;
    for (const job of this._options.jobs.jobs.values()) {
      if (job.kind === START_KIND && (!latest || job.created_at > latest.created_at)) {
        latest = job;
      }
    }
    return latest && (isLive(latest) || latest.state === 'failed') ? latest : undefined;
  }

  /** Why it could not be started or stopped. */
  get refusal(): ISaid | null {
    return this._refusal;
  }

  /** What it has been asked to do, and has not answered. */
  get asked(): 'start' | 'stop' | null {
    return this._asked;
  }

  /** Whether somebody looks at the panel. */
  set watched(watched: boolean) {
    this._watched = watched;
    this._plan();
  }

  async load(anew = false): Promise<void> {
    const turn = ++this._turn;
    try {
      const all = await this._options.api.connections(anew);
      if (turn !== this._turn) {
        return;
      }
      this._all = all;
      this._failure = null;
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      this._failure = describe(this._options.trans, error);
    }
    this._tell();
    this._plan();
  }

  async start(): Promise<void> {
    await this._change('start', async () => {
      this._options.jobs.add(await this._options.api.startServer());
    });
  }

  async stop(): Promise<void> {
    await this._change('stop', () => this._options.api.stopServer());
  }

  private async _change(asked: 'start' | 'stop', work: () => Promise<unknown>): Promise<void> {
    this._refusal = null;
    this._asked = asked;
    this._changed.emit();
    try {
      await work();
    } catch (error) {
      this._refusal = describe(this._options.trans, error);
    }
    await this.load(true);
    this._asked = null;
    this._changed.emit();
  }

  private _tell(): void {
    const { chosen } = this;
    const state = chosen?.state ?? null;
    const before = this._before;
    this._before = { name: chosen?.name ?? null, state };
    const well = isUsable(state);
    this._unwell = well ? 0 : this._unwell + 1;
    if (this._before.name !== before.name) {
      this._chosenChanged.emit(chosen);
    } else if (well && !isUsable(before.state)) {
      this._recovered.emit();
    }
    this._changed.emit();
  }

  /** Look again after a while: soon when something is to come, not at all while the page is hidden. */
  private _plan(): void {
    clearTimeout(this._timer);
    if (document.hidden || (this._all === null && this._failure === null)) {
      return;
    }
    const well = this._failure === null && this.chosen?.state === 'ready';
    const unwell = Math.min(SLOWEST_MS, UNWELL_MS * 1.3 ** Math.max(0, this._unwell - 10));
    const pause = this._watched ? (well || !this.chosen ? WELL_MS : unwell) : ASIDE_MS;
    this._timer = setTimeout(() => void this.load(), pause);
  }

  private _name = '';
  private _all: IConnections | null = null;
  private _failure: ISaid | null = null;
  private _refusal: ISaid | null = null;
  private _asked: 'start' | 'stop' | null = null;
  private _watched = false;
  private _unwell = 0;
  private _turn = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _before: { name: string | null; state: ConnectionState | null } = { name: null, state: null };
  private readonly _changed = new Signal<this, void>(this);
  private readonly _chosenChanged = new Signal<this, IConnection | null>(this);
  private readonly _recovered = new Signal<this, void>(this);
}

/** Whether a server in this state answers. */
export function isUsable(state: ConnectionState | null): boolean {
  return state === 'ready' || state === 'degraded';
}
