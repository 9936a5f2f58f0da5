/** The status bar's line: how many jobs run, and how far they are. */
import { ReactWidget } from '@jupyterlab/ui-components';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { isLive } from './api';
import type { IJob } from './api';
import { Progress } from './progress';
import type { IJobs } from './tokens';

export class JobsStatus extends ReactWidget {
  constructor(
    private readonly _jobs: IJobs,
    private readonly _trans: TranslationBundle
  ) {
    super();
    this.addClass('freezeout-JobsStatus');
    _jobs.changed.connect(this._onChanged, this);
  }

  /** Whether there is anything to show. */
  get active(): boolean {
    return this._live.length > 0;
  }

  get activeChanged(): ISignal<this, void> {
    return this._activeChanged;
  }

  override dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  protected override render(): React.JSX.Element | null {
    const live = this._live;
    const [first] = live;
    if (!first) {
      return null;
    }
    const words = this._trans._n('%1 job', '%1 jobs', live.length);
    return (
      <button
        className="freezeout-JobsStatus-button"
        title={live.map(job => `${job.title}: ${job.message}`).join('\n')}
        onClick={() => {
          this._jobs.reveal(first);
        }}
      >
        {words}
        <Progress fraction={mean(live)} label={words} />
      </button>
    );
  }

  /** Those that run, the latest first. */
  private get _live(): IJob[] {
    const live = [...this._jobs.jobs.values()].filter(isLive);
    return live.sort((one, other) => other.created_at.localeCompare(one.created_at));
  }

  private _onChanged(): void {
    if (this.active !== this._wasActive) {
      this._wasActive = this.active;
      this._activeChanged.emit();
    }
    this.update();
  }

  private _wasActive = false;
  private readonly _activeChanged = new Signal<this, void>(this);
}

function mean(jobs: readonly IJob[]): number {
  return jobs.reduce((sum, job) => sum + (job.progress ?? 0), 0) / jobs.length;
}
