/** One workflow that is unfolded: what is known of it, its logs and its files. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import type { ITagged, ReanaApi } from './api';
import { Files } from './files';
import { isLive } from './types';
import type { ILogs, IWholeWorkflow, IWorkflow } from './types';

/** How often the logs of one that runs are read. */
const LOGS_MS = 1_200;

/** What of it is shown. */
export type Part = 'steps' | 'files' | 'specification';

export interface ILookedOptions {
  readonly api: ReanaApi;
  readonly trans: TranslationBundle;
  readonly changed: () => void;
  readonly isWatched: () => boolean;
}

export class Looked {
  constructor(
    private readonly _options: ILookedOptions,
    readonly connection: string,
    private _row: IWorkflow
  ) {
    this.files = new Files(_options, connection, _row.id);
    void this.pull();
  }

  readonly files: Files;

  get row(): IWorkflow {
    return this._row;
  }

  /** What it is now; when it has got on, what is shown of it is read again. */
  set row(row: IWorkflow) {
    const before = this._row;
    this._row = row;
    const on = before.status !== row.status || before.progress.finished !== row.progress.finished;
    if (on) {
      void this.pull();
      if (this._info) {
        void this.load();
      }
      if (this.files.total !== null) {
        void this.files.load();
      }
    }
  }

  get part(): Part {
    return this._part;
  }

  set part(part: Part) {
    this._part = part;
    if (part === 'files' && this.files.total === null) {
      void this.files.load();
    }
    if (part === 'specification') {
      void this.load();
    }
    this._options.changed();
  }

  /** Specification, parameters and the like; null until they have been asked for. */
  get info(): IWholeWorkflow | null {
    return this._info;
  }

  get failure(): ISaid | null {
    return this._failure;
  }

  get logs(): ILogs | null {
    return this._logs?.value ?? null;
  }

  /** Why the logs could not be read, or read on. */
  get logsFailure(): ISaid | null {
    return this._logsFailure;
  }

  isLogShown(step: string): boolean {
    return this._shown.has(step);
  }

  showLog(step: string, shown: boolean): void {
    if (shown) {
      this._shown.add(step);
    } else {
      this._shown.delete(step);
    }
    this._options.changed();
  }

  async load(): Promise<void> {
    try {
      this._info = await this._options.api.workflow(this.connection, this._row.id);
      this._failure = null;
    } catch (error) {
      this._failure = describe(this._options.trans, error);
    }
    this._options.changed();
  }

  /** Read the logs on. */
  async pull(): Promise<void> {
    clearTimeout(this._timer);
    const turn = ++this._turn;
    try {
      const logs = await this._options.api.logs(this.connection, this._row.id, this._logs);
      if (turn !== this._turn) {
        return;
      }
      this._logs = logs;
      this._logsFailure = null;
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      this._logsFailure = describe(this._options.trans, error);
    }
    this._options.changed();
    this._plan();
  }

  /** Somebody looks again, or nobody any more: go on at once, or not at all. */
  look(): void {
    clearTimeout(this._timer);
    if (this._isAwaited) {
      void this.pull();
    }
  }

  /** Whether there is something to come, and somebody to see it. */
  private get _isAwaited(): boolean {
    return !this._disposed && isLive(this._row.status) && this._options.isWatched() && !document.hidden;
  }

  /** Go on reading after a while. */
  private _plan(): void {
    clearTimeout(this._timer);
    if (this._isAwaited) {
      this._timer = setTimeout(() => void this.pull(), LOGS_MS);
    }
  }

  dispose(): void {
    this._disposed = true;
    this._turn += 1;
    clearTimeout(this._timer);
  }

  private _part: Part = 'steps';
  private _info: IWholeWorkflow | null = null;
  private _failure: ISaid | null = null;
  private _logs: ITagged<ILogs> | null = null;
  private _logsFailure: ISaid | null = null;
  private _turn = 0;
  private _disposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private readonly _shown = new Set<string>();
}
