/** A job as it is shown wherever there is one: how far it is, what it says, and a way to stop it. */
import { Button } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useRef, useState } from 'react';
import { isLive } from './api';
import type { IJob } from './api';
import { LogView } from './logview';
import { Progress } from './progress';
import { about, clock, elapsed, left } from './time';
import type { IJobs } from './tokens';

export interface IJobViewProps {
  readonly job: IJob;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;

  /** Whether somebody has asked it to stop. */
  readonly stopping: boolean;
  readonly onCancel: () => void;
  readonly logShown: boolean;
  readonly onLog: (shown: boolean) => void;

  /** Of its buttons. */
  readonly tabIndex: number;
}

export function JobView(props: IJobViewProps): React.JSX.Element {
  const { job, jobs, trans, stopping, tabIndex } = props;
  const live = isLive(job);
  useSeconds(live);
  const remaining = useRemaining(job, jobs.now());
  return (
    <div className="freezeout-Job" data-state={job.state}>
      {live && (
        <>
          <div className="freezeout-Job-row">
            <Progress fraction={job.state === 'queued' ? null : job.progress} label={job.title} />
            <span className="freezeout-Job-percent">{percent(job)}</span>
          </div>
          <div className="freezeout-Job-message" title={job.message}>
            {stopping ? trans.__('stopping…') : message(job, trans)}
          </div>
          <div className="freezeout-Job-time">{times(job, jobs.now(), remaining, trans)}</div>
        </>
      )}
      {!live && <div className="freezeout-Job-message">{ended(job, jobs.now(), trans)}</div>}
      <div className="freezeout-Job-buttons">
        {live && (
          <Button
            small
            className="jp-mod-styled"
            tabIndex={tabIndex}
            disabled={stopping}
            onClick={props.onCancel}
          >
            {trans.__('Cancel')}
          </Button>
        )}
        <Button
          small
          minimal
          className="freezeout-Unfold"
          tabIndex={tabIndex}
          aria-expanded={props.logShown}
          onClick={() => {
            props.onLog(!props.logShown);
          }}
        >
          {props.logShown ? trans.__('Hide log') : trans.__('Show log')}
        </Button>
      </div>
      {props.logShown && <LogView key={job.id} job={job} jobs={jobs} trans={trans} tabIndex={tabIndex} />}
    </div>
  );
}

function percent(job: IJob): string {
  return job.state === 'queued' || job.progress === null ? '' : `${String(Math.floor(job.progress * 100))} %`;
}

function message(job: IJob, trans: TranslationBundle): string {
  return job.state === 'queued' ? trans.__('queued…') : job.message || trans.__('starting…');
}

function times(job: IJob, now: number, remaining: number | null, trans: TranslationBundle): string {
  const gone = elapsed(job, now);
  if (gone === null) {
    return '';
  }
  return remaining === null ? clock(gone) : trans.__('%1, %2 left', clock(gone), about(trans, remaining));
}

function ended(job: IJob, now: number, trans: TranslationBundle): string {
  const time = clock(elapsed(job, now) ?? 0);
  switch (job.state) {
    case 'done':
      return trans.__('%1: done in %2', job.title, time);
    case 'cancelled':
      return trans.__('%1: cancelled after %2', job.title, time);
    default:
      return trans.__('%1: failed after %2', job.title, time);
  }
}

/** What was left when the progress last changed, less the time since; null when that has run out. */
function useRemaining(job: IJob, now: number): number | null {
  const told = useRef({ progress: job.progress, at: now });
  if (told.current.progress !== job.progress) {
    told.current = { progress: job.progress, at: now };
  }
  const then = left(job, told.current.at);
  const remaining = then === null ? 0 : then - (now - told.current.at) / 1000;
  return remaining > 0 ? remaining : null;
}

/** Draw again every second while something is measured. */
function useSeconds(active: boolean): void {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!active) {
      return undefined;
    }
    const timer = setInterval(() => {
      tick(count => count + 1);
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [active]);
}
