/** The jobs of a feature that its panel shows: those that run, and those that failed. */
import type { Asked } from '../server/asked';
import { isLive } from './api';
import type { IJob } from './api';
import type { IJobs } from './tokens';

/** As many failures that nobody wants to see again are remembered. */
const KEPT = 50;

export class ShownJobs {
  /** @param concerns - which jobs are the feature's */
  constructor(
    readonly jobs: IJobs,
    private readonly _asked: Asked,
    private readonly _changed: () => void,
    private readonly _concerns: (job: IJob) => boolean
  ) {}

  /** Those that run, or failed and are not dismissed; those that run first. */
  get shown(): readonly IJob[] {
    const shown = [...this.jobs.jobs.values()].filter(
      job => this._concerns(job) && (isLive(job) || (job.state === 'failed' && !this._dismissed.has(job.id)))
    );
    return shown.sort(
      (one, other) =>
        Number(isLive(other)) - Number(isLive(one)) || other.created_at.localeCompare(one.created_at)
    );
  }

  get dismissed(): readonly string[] {
    return [...this._dismissed].slice(-KEPT);
  }

  dismiss(...jobs: readonly string[]): void {
    jobs.forEach(id => this._dismissed.add(id));
    this._changed();
  }

  isLogShown(id: string): boolean {
    return this._logs.has(id);
  }

  showLog(id: string, shown: boolean): void {
    if (shown) {
      this._logs.add(id);
    } else {
      this._logs.delete(id);
    }
    this._changed();
  }

  isStopping(id: string): boolean {
    return this._asked.isPending(`job ${id}`);
  }

  async cancel(id: string): Promise<void> {
    await this._asked.ask(`job ${id}`, () => this.jobs.cancel(id));
  }

  private readonly _dismissed = new Set<string>();
  private readonly _logs = new Set<string>();
}
