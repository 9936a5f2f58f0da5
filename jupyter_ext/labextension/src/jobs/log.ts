/** A job's log, read on as it grows. */
import type { ServerConnection } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { isLive, readLog } from './api';
import type { IJob } from './api';
import type { IJobLog, IJobs } from './tokens';

/** Lines come between two events too; this is how often they are fetched while somebody looks. */
const EVERY_MS = 1000;

export class JobLog implements IJobLog {
  constructor(
    private readonly _settings: ServerConnection.ISettings,
    jobs: IJobs,
    private readonly _id: string
  ) {
    jobs.changed.connect(this._onJobs, this);
    this._timer = setInterval(() => {
      const job = jobs.jobs.get(_id);
      if (job && isLive(job) && !document.hidden) {
        this._pull();
      }
    }, EVERY_MS);
    this._pull();
  }

  get text(): string {
    return this._text;
  }

  get error(): unknown {
    return this._error;
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  get isDisposed(): boolean {
    return this._controller.signal.aborted;
  }

  dispose(): void {
    clearInterval(this._timer);
    this._controller.abort();
    Signal.clearData(this);
  }

  private _onJobs(_: IJobs, jobs: readonly IJob[]): void {
    if (jobs.some(job => job.id === this._id)) {
      this._pull();
    }
  }

  private _pull(): void {
    if (this._reading) {
      this._again = true;
      return;
    }
    this._reading = true;
    void this._read().finally(() => {
      this._reading = false;
      if (this._again && !this.isDisposed) {
        this._again = false;
        this._pull();
      }
    });
  }

  private async _read(): Promise<void> {
    try {
      for (;;) {
        const part = await readLog(this._settings, this._id, this._offset, this._controller.signal);
        const more = part.offset > this._offset && part.offset < part.size;
        this._offset = part.offset;
        this._text += part.text;
        this._error = null;
        if (!more) {
          break;
        }
      }
    } catch (error) {
      this._error = error;
    }
    if (!this.isDisposed) {
      this._changed.emit();
    }
  }

  private _text = '';
  private _offset = 0;
  private _error: unknown = null;
  private _reading = false;
  private _again = false;
  private readonly _timer: ReturnType<typeof setInterval>;
  private readonly _controller = new AbortController();
  private readonly _changed = new Signal<this, void>(this);
}
