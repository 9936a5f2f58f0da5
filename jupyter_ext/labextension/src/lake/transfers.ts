/** The jobs of the lake that are shown: downloads and uploads. */
import { isLive } from '../jobs/api';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import type { Asked } from './asked';
import { START_KIND } from './connections';
import { SUBJECT } from './ids';

/** As many failures that nobody wants to see again are remembered. */
const KEPT = 50;

export class Transfers {
  constructor(
    readonly jobs: IJobs,
    private readonly _asked: Asked,
    private readonly _changed: () => void
  ) {}

  /** Those that run, or failed and are not dismissed; those that run first. */
  get shown(): readonly IJob[] {
    const shown = [...this.jobs.jobs.values()].filter(
      job =>
        job.subject.startsWith(SUBJECT) &&
        job.kind !== START_KIND &&
        (isLive(job) || (job.state === 'failed' && !this._dismissed.has(job.id)))
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
