/** What is known of one DID: itself, where it lies, the rules that hold it there. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { ApiError } from '../server/request';
import type { DidType, IDid, IReplicas, IRule, LakeApi } from './api';

/** How often rules that move are looked at; less often when it goes on and on. */
const MOVING_MS = 1500;
const SLOWEST_MS = 15_000;
const OFTEN = 40;

/** A part that is loaded by itself, and may fail by itself. */
export interface IPart<T> {
  readonly value: T | null;
  readonly failure: ISaid | null;
}

export interface IDetailsOptions {
  readonly api: LakeApi;
  readonly trans: TranslationBundle;
  readonly changed: () => void;

  /** The server's clock. */
  readonly now: () => number;

  /** Whether somebody looks. */
  readonly isWatched: () => boolean;

  /** Called when a rule has come to its end: it may be here now. */
  readonly arrived: () => void;
}

type Name = 'info' | 'replicas' | 'rules';

export class Details {
  constructor(
    private readonly _options: IDetailsOptions,
    readonly connection: string,
    readonly did: string,

    /** As the listing has it; empty when it is not known yet. */
    readonly type: DidType | ''
  ) {}

  get info(): IPart<IDid> {
    return this._info;
  }

  get replicas(): IPart<readonly IReplicas[]> {
    return this._replicas;
  }

  get rules(): IPart<readonly IRule[]> {
    return this._rules;
  }

  /** Whether it is not there any more. */
  get gone(): boolean {
    return this._gone;
  }

  async load(): Promise<void> {
    await Promise.all([this._loadInfo(), this._loadRules(), this._loadReplicas()]);
  }

  async retry(part: Name): Promise<void> {
    const clear = { value: null, failure: null };
    if (part === 'info') {
      this._info = clear;
    } else if (part === 'rules') {
      this._rules = clear;
    } else {
      this._replicas = clear;
    }
    this._options.changed();
    await (part === 'info' ? this._loadInfo() : part === 'rules' ? this._loadRules() : this._loadReplicas());
  }

  /** Take a rule in before the next look tells it. */
  put(rule: IRule): void {
    const others = (this._rules.value ?? []).filter(({ id }) => id !== rule.id);
    const found = this._rules.value?.findIndex(({ id }) => id === rule.id) ?? -1;
    const rules = [...others];
    rules.splice(found < 0 ? others.length : found, 0, rule);
    this._rules = { value: rules, failure: null };
    this._options.changed();
    this._plan();
  }

  dispose(): void {
    this._disposed = true;
    clearTimeout(this._timer);
  }

  private async _loadInfo(): Promise<void> {
    this._info = await this._part(this._info, this._options.api.did(this.connection, this.did), true);
    this._draw();
  }

  private async _loadReplicas(): Promise<void> {
    const asked = this._options.api.replicas(this.connection, this.did);
    this._replicas = await this._part(this._replicas, asked);
    this._draw();
  }

  private async _loadRules(): Promise<void> {
    const moved = this._moves();
    this._rules = await this._part(this._rules, this._options.api.rules(this.connection, this.did));
    this._draw();
    if (moved && !this._moves() && !this._disposed) {
      this._options.arrived();
      void this._loadInfo();
      void this._loadReplicas();
    }
    this._plan();
  }

  /** What is there stays when a later look fails; the failure stands beside it. */
  private async _part<T>(before: IPart<T>, asked: Promise<T>, tells = false): Promise<IPart<T>> {
    try {
      const value = await asked;
      this._gone &&= !tells;
      return { value, failure: null };
    } catch (error) {
      this._gone ||= tells && error instanceof ApiError && error.status === 404;
      return { value: before.value, failure: describe(this._options.trans, error) };
    }
  }

  private _moves(): boolean {
    return (
      this._rules.value?.some(
        rule => rule.state === 'REPLICATING' || rule.state === 'INJECT' || isEnding(rule, this._options.now())
      ) ?? false
    );
  }

  /** Look again while something moves and somebody looks. */
  private _plan(): void {
    clearTimeout(this._timer);
    const moves = this._moves();
    const stuck = this._rules.value?.some(({ state }) => state === 'STUCK') ?? false;
    if (!(moves || stuck) || this._disposed) {
      this._looks = 0;
      return;
    }
    const often = Math.min(SLOWEST_MS, MOVING_MS * 1.1 ** Math.max(0, this._looks - OFTEN));
    // what is stuck is tried again by the lake, now and then
    const pause = moves ? often : SLOWEST_MS;
    this._timer = setTimeout(() => {
      if (document.hidden || !this._options.isWatched()) {
        this._plan();
      } else {
        this._looks += 1;
        void this._loadRules();
        void this._loadReplicas();
      }
    }, pause);
  }

  private _draw(): void {
    if (!this._disposed) {
      this._options.changed();
    }
  }

  private _gone = false;
  private _disposed = false;
  private _looks = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _info: IPart<IDid> = { value: null, failure: null };
  private _replicas: IPart<readonly IReplicas[]> = { value: null, failure: null };
  private _rules: IPart<readonly IRule[]> = { value: null, failure: null };
}

/** Whether its time is over, as of one that was cancelled: Rucio's daemons take it away. */
export function isEnding({ expires_at: end }: IRule, now: number): boolean {
  return end !== null && Date.parse(end) <= now;
}
