/** What the panel shows: the environments, what is being done to them, and what is unfolded. */
import { VDomModel } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isLive } from '../jobs/api';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { ApiError } from '../server/request';
import type { EnvironmentsApi, IEnvironment, IPackage, IProblem, State } from './api';

export const SUBJECT = 'environment:';

/** What a card can unfold. */
export type Part = 'details' | 'why' | 'notebooks' | 'remove' | 'clone' | 'log';

/** What was asked of the server and is not answered yet. */
export type Pending = 'build' | 'test' | 'cancel' | 'remove' | 'clone';

/** What went wrong with a card's action, and how to try again. */
export interface IFailure extends ISaid {
  readonly what: Pending;
  readonly retry: () => void;
}

export interface IOptions {
  readonly api: EnvironmentsApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;

  /** Make Lab read the kernels anew. */
  readonly refreshKernels: () => Promise<void>;
}

export class EnvironmentsModel extends VDomModel {
  constructor(private readonly _options: IOptions) {
    super();
    _options.jobs.changed.connect(this._onJobs, this);
    void _options.jobs.loaded.then(() => {
      this.stateChanged.emit();
    });
    _options.jobs.connectionChanged.connect((_, connected) => {
      if (connected && this.environments) {
        void this.load();
      }
      this.stateChanged.emit();
    });
  }

  /** All of them; null until they are known. */
  get environments(): readonly IEnvironment[] | null {
    return this._environments;
  }

  /** Folders that cannot be read. */
  get problems(): readonly IProblem[] {
    return this._problems;
  }

  /** Why they could not be loaded. */
  get failure(): ISaid | null {
    return this._failure;
  }

  get jobs(): IJobs {
    return this._options.jobs;
  }

  get query(): string {
    return this._query;
  }

  set query(query: string) {
    this._query = query;
    this.stateChanged.emit();
  }

  find(name: string): IEnvironment | undefined {
    return this._environments?.find(environment => environment.name === name);
  }

  /** Which of a kernel's environments it is. */
  ofKernel(kernel: string): IEnvironment | undefined {
    return this._environments?.find(({ kernels }) => kernels.includes(kernel));
  }

  /** The job that a card shows: one that runs, or one that failed and is not yet dismissed. */
  job(name: string): IJob | undefined {
    const job = this.jobs.latest(SUBJECT + name);
    // of what was tested nothing is left when it has been removed since
    const removed = job?.error?.code === 'smoke_failed' && this.find(name)?.state === 'ready';
    const failed = job?.state === 'failed' && !removed && !this._dismissed.has(job.id);
    const shown = job && (isLive(job) || failed);
    return shown || (job && this.isUnfolded(name, 'log')) ? job : undefined;
  }

  /** The state as of this moment, which may be ahead of what was last read. */
  state({ name, state }: IEnvironment): State {
    const job = this.jobs.latest(SUBJECT + name);
    const builds = job?.kind === 'environment-build' && isLive(job);
    const begins = this._pending.get(name) === 'build' || this._settling.has(name);
    return builds || begins ? 'building' : state;
  }

  pending(name: string): Pending | undefined {
    return this._pending.get(name);
  }

  /** What the server refused to do. */
  refusal(name: string): IFailure | undefined {
    return this._refused.get(name);
  }

  isUnfolded(name: string, part: Part): boolean {
    return this._unfolded.get(name)?.has(part) ?? false;
  }

  unfold(name: string, part: Part, unfolded = true): void {
    const parts = new Set(this._unfolded.get(name));
    if (unfolded) {
      parts.add(part);
    } else {
      parts.delete(part);
    }
    this._unfolded.set(name, parts);
    this._news = unfolded ? `${part} ${name}` : '';
    if (part === 'details' && unfolded) {
      void this._readPackages(name);
    }
    this.stateChanged.emit();
  }

  /** Whether a part was unfolded just now; once, so that a card drawn anew takes no focus. */
  isNews(name: string, part: Part): boolean {
    const news = this._news === `${part} ${name}`;
    if (news) {
      this._news = '';
    }
    return news;
  }

  /** All packages of an environment, when its details have been asked for. */
  packages(name: string): readonly IPackage[] | ISaid | undefined {
    return this._packages.get(name);
  }

  /** Where a clone was put. */
  clones(name: string): IEnvironment | undefined {
    return this._clones.get(name);
  }

  /** Forget what went wrong with an environment. */
  dismiss(name: string): void {
    const job = this.jobs.latest(SUBJECT + name);
    if (job) {
      this._dismissed.add(job.id);
    }
    this._refused.delete(name);
    this._clones.delete(name);
    this.unfold(name, 'log', false);
  }

  /** Read all environments. */
  async load(): Promise<void> {
    const turn = ++this._turn;
    const readings = this._readings;
    try {
      const { environments, problems } = await this._options.api.list();
      if (turn !== this._turn) {
        return;
      }
      if (readings !== this._readings) {
        // one of them was read meanwhile, and may be older in this answer
        await this.load();
        return;
      }
      const known = kernels(this._environments ?? environments);
      this._environments = environments;
      this._problems = problems;
      if (kernels(environments) !== known) {
        // Lab asks the server by itself only once a minute
        void this._options.refreshKernels();
      }
      this._failure = null;
      for (const { job } of environments) {
        if (job) {
          this.jobs.add(job);
        }
      }
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      this._failure = describe(this._options.trans, error);
    }
    this.stateChanged.emit();
  }

  /** Show that something is tried again. */
  async retry(): Promise<void> {
    this._failure = null;
    this.stateChanged.emit();
    await this.load();
  }

  build(name: string, force = false): Promise<void> {
    return this._do(name, 'build', async () => {
      this.jobs.add(await this._options.api.build(name, force));
    });
  }

  test(name: string): Promise<void> {
    return this._do(name, 'test', async () => {
      this.jobs.add(await this._options.api.test(name));
    });
  }

  cancel(name: string): Promise<void> {
    const job = this.jobs.latest(SUBJECT + name);
    if (!job || !isLive(job)) {
      return Promise.resolve();
    }
    return this._do(name, 'cancel', () => this.jobs.cancel(job.id));
  }

  remove(name: string, force = false): Promise<void> {
    return this._do(name, 'remove', async () => {
      await this._options.api.remove(name, force).catch(unlessGone);
      this.unfold(name, 'remove', false);
      await Promise.all([this._reload(name), this._options.refreshKernels()]);
    });
  }

  clone(name: string, copy: string): Promise<void> {
    return this._do(name, 'clone', async () => {
      this._clones.set(name, await this._options.api.clone(name, copy));
      this.unfold(name, 'clone', false);
      await this.load();
    });
  }

  /** What is kept when the page is left. */
  toJSON(): { query: string; unfolded: Record<string, Part[]>; dismissed: string[] } {
    const kept: readonly Part[] = ['details', 'why', 'notebooks'];
    const unfolded = [...this._unfolded].map(
      ([name, parts]) => [name, kept.filter(part => parts.has(part))] as const
    );
    return {
      query: this._query,
      unfolded: Object.fromEntries(unfolded.filter(([, parts]) => parts.length > 0)),
      dismissed: [...this._dismissed].slice(-50)
    };
  }

  /** Bring back what was kept. */
  restore(kept: Partial<ReturnType<EnvironmentsModel['toJSON']>>): void {
    this._query = kept.query ?? '';
    kept.dismissed?.forEach(id => this._dismissed.add(id));
    for (const [name, parts] of Object.entries(kept.unfolded ?? {})) {
      parts.forEach(part => {
        this.unfold(name, part);
      });
    }
  }

  /** Read one environment anew; what else there is stays. */
  private async _reload(name: string): Promise<void> {
    try {
      const whole = await this._options.api.one(name);
      this._readings += 1;
      this._environments = this._environments?.map(one => (one.name === name ? whole : one)) ?? null;
      if (this._packages.has(name)) {
        this._packages.set(name, whole.all_packages);
      }
    } catch {
      await this.load();
    }
    this.stateChanged.emit();
  }

  private async _do(name: string, what: Pending, work: () => Promise<unknown>): Promise<void> {
    this._refused.delete(name);
    this._pending.set(name, what);
    this.stateChanged.emit();
    try {
      await work();
      const job = this.jobs.latest(SUBJECT + name);
      // what is being stopped stays so until it has
      if (what !== 'cancel' || !job || !isLive(job)) {
        this._pending.delete(name);
      }
    } catch (error) {
      const said = describe(this._options.trans, error);
      this._pending.delete(name);
      this._refused.set(name, { ...said, what, retry: () => void this._do(name, what, work) });
      if (error instanceof ApiError && error.status === 409) {
        void this._reload(name);
      }
    }
    this.stateChanged.emit();
  }

  private _onJobs(_: IJobs, jobs: readonly IJob[]): void {
    for (const job of jobs) {
      if (job.subject.startsWith(SUBJECT) && !isLive(job)) {
        void this._ended(job.subject.slice(SUBJECT.length), job);
      }
    }
    this.stateChanged.emit();
  }

  private async _ended(name: string, job: IJob): Promise<void> {
    const builds = job.kind === 'environment-build';
    if (builds) {
      // it is not what it was before, and what it is now is not yet read
      this._settling.add(name);
    }
    await this._reload(name);
    this._settling.delete(name);
    if (this._pending.get(name) === 'cancel') {
      this._pending.delete(name);
    }
    this.stateChanged.emit();
    if (builds) {
      await this._options.refreshKernels();
    }
  }

  private async _readPackages(name: string): Promise<void> {
    try {
      this._packages.set(name, (await this._options.api.one(name)).all_packages);
    } catch (error) {
      this._packages.set(name, describe(this._options.trans, error));
    }
    this.stateChanged.emit();
  }

  private _environments: readonly IEnvironment[] | null = null;
  private _problems: readonly IProblem[] = [];
  private _failure: ISaid | null = null;
  private _turn = 0;
  private _readings = 0;
  private _query = '';
  private _news = '';
  private readonly _pending = new Map<string, Pending>();
  private readonly _refused = new Map<string, IFailure>();
  private readonly _unfolded = new Map<string, ReadonlySet<Part>>();
  private readonly _packages = new Map<string, readonly IPackage[] | ISaid>();
  private readonly _clones = new Map<string, IEnvironment>();
  private readonly _dismissed = new Set<string>();
  private readonly _settling = new Set<string>();
}

/** What somebody else has removed meanwhile is as it was wanted. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof ApiError && error.code === 'environment_missing')) {
    throw error;
  }
}

function kernels(environments: readonly IEnvironment[]): string {
  return environments
    .flatMap(environment => environment.kernels)
    .sort()
    .join();
}
