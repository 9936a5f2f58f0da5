/** Which connections there are, which is looked at, and how it is. */
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isLive } from '../jobs/api';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { isUsable } from './types';
import type { ConnectionState, IConnections } from './types';

/** How often a server is looked after: one that is well, one that is not, and when only the status bar shows it. */
const WELL_MS = 20_000;
const UNWELL_MS = 2_000;
const ASIDE_MS = 60_000;

/** A server that is asked again and again without success is asked less often. */
const SLOWEST_MS = 15_000;

export interface IConnectionsOptions<A extends IConnections> {
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;

  /** The kind of the job that starts the embedded server. */
  readonly startKind: string;

  /** @param anew - whether what the server found some seconds ago will not do */
  readonly read: (anew: boolean) => Promise<A>;
  readonly start: () => Promise<IJob>;
  readonly stop: () => Promise<unknown>;
}

/** Of a kind: `A` is what the route answers that lists them. */
export abstract class Connections<A extends IConnections = IConnections> {
  constructor(private readonly _options: IConnectionsOptions<A>) {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this._answer) {
        void this.load();
      }
      this._plan();
    });
    _options.jobs.changed.connect((_, jobs) => {
      if (jobs.some(({ kind }) => kind === _options.startKind)) {
        void this.load(true);
      }
    });
  }

  /** Emits when anything of it has changed. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Emits the connection that is looked at when it is another one. */
  get chosenChanged(): ISignal<this, A['connections'][number] | null> {
    return this._chosenChanged;
  }

  /** Emits when the server that is looked at can be used again. */
  get recovered(): ISignal<this, void> {
    return this._recovered;
  }

  /** All of them; null until they are known. */
  get all(): A['connections'] | null {
    return this._answer?.connections ?? null;
  }

  /** Why they could not be read. */
  get failure(): ISaid | null {
    return this._failure;
  }

  /** The one that is looked at. */
  get chosen(): A['connections'][number] | null {
    if (!this._answer) {
      return null;
    }
    const { connections } = this._answer;
    return (
      connections.find(({ name }) => name === this._name) ??
      this.preferred(this._answer) ??
      connections[0] ??
      null
    );
  }

  /** The name that was chosen; empty for the one that is preferred. */
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
      if (job.kind === this._options.startKind && (!latest || job.created_at > latest.created_at)) {
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

  /** What a connection is called. */
  titleOf({ name }: A['connections'][number]): string {
    return name;
  }

  /** Where it leads, and as whom one is there, a line each. */
  abstract about(connection: A['connections'][number]): string;

  /** What its sign shows: its state, or `none`. */
  signOf({ state }: A['connections'][number]): string {
    return this._failure ? 'unreachable' : state;
  }

  /** How long its token is valid still, in seconds; null when nobody knows, or it is renewed by itself. */
  secondsLeft({ token_expires_at: expires }: A['connections'][number]): number | null {
    return expires ? (Date.parse(expires) - this._options.jobs.now()) / 1000 : null;
  }

  async load(anew = false): Promise<void> {
    const turn = ++this._turn;
    try {
      const answer = await this._options.read(anew);
      if (turn !== this._turn) {
        return;
      }
      this._answer = answer;
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

  /** Start the embedded server. */
  async start(): Promise<void> {
    await this._change('start', async () => {
      this._options.jobs.add(await this._options.start());
    });
  }

  async stop(): Promise<void> {
    await this._change('stop', () => this._options.stop());
  }

  /** What the route answered last. */
  protected get answer(): A | null {
    return this._answer;
  }

  /** The one that is looked at when none is chosen. */
  protected abstract preferred(answer: A): A['connections'][number] | undefined;

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
    if (document.hidden || (this._answer === null && this._failure === null)) {
      return;
    }
    const well = this._failure === null && this.chosen?.state === 'ready';
    const unwell = Math.min(SLOWEST_MS, UNWELL_MS * 1.3 ** Math.max(0, this._unwell - 10));
    const pause = this._watched ? (well || !this.chosen ? WELL_MS : unwell) : ASIDE_MS;
    this._timer = setTimeout(() => void this.load(), pause);
  }

  private _name = '';
  private _answer: A | null = null;
  private _failure: ISaid | null = null;
  private _refusal: ISaid | null = null;
  private _asked: 'start' | 'stop' | null = null;
  private _watched = false;
  private _unwell = 0;
  private _turn = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _before: { name: string | null; state: ConnectionState | null } = { name: null, state: null };
  private readonly _changed = new Signal<this, void>(this);
  private readonly _chosenChanged = new Signal<this, A['connections'][number] | null>(this);
  private readonly _recovered = new Signal<this, void>(this);
}
