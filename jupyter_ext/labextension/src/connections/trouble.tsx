/** Why the server that is looked at cannot be used just now, and what helps. */
import { Button } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { isLive } from '../jobs/api';
import { OneJob } from '../jobs/list';
import type { ShownJobs } from '../jobs/shown';
import { Said } from '../ui/said';
import type { Connections } from './model';
import { connectionWord } from './words';

export interface ITroubleProps {
  readonly connections: Connections;
  readonly jobs: ShownJobs;
  readonly trans: TranslationBundle;

  /** The state as a sentence, and that the embedded server did not start. */
  readonly says: (word: string) => string;
  readonly failed: string;

  /** Starts the embedded server, when that can be. */
  readonly start: React.ReactNode;
  readonly retry: () => void;
}

export function Trouble(props: ITroubleProps): React.JSX.Element | null {
  const { connections, trans, says, start, retry } = props;
  const { chosen, starting } = connections;
  if (!chosen) {
    return null;
  }
  const { state, kind, message, hint } = chosen;
  const embedded = kind === 'embedded';
  // its job says more
  const told = embedded && starting !== undefined && isLive(starting);
  return (
    <>
      {state !== 'ready' && !told && (
        <div className="freezeout-Offline" role="status">
          <div className="freezeout-Said-what">{says(connectionWord(trans, state).replace('…', ''))}</div>
          {message && <div>{message}</div>}
          {hint && <div className="freezeout-Said-hint">{hint}</div>}
          {state !== 'starting' && state !== 'degraded' && (
            <div className="freezeout-Card-actions">
              {embedded && start}
              <Button small className="jp-mod-styled" onClick={retry}>
                {trans.__('Retry')}
              </Button>
            </div>
          )}
        </div>
      )}
      <Starting {...props} />
    </>
  );
}

/** How far the start of the embedded server is, or why it failed or was refused. */
export function Starting({
  connections,
  jobs,
  trans,
  failed
}: Pick<ITroubleProps, 'connections' | 'jobs' | 'trans' | 'failed'>): React.JSX.Element | null {
  const { chosen, starting, refusal } = connections;
  const old = chosen !== null && (chosen.kind !== 'embedded' || chosen.state === 'ready');
  const job = starting && (isLive(starting) || !old) ? starting : undefined;
  return job || refusal ? (
    <div className="freezeout-Connection-job">
      {job && <OneJob job={job} jobs={jobs} trans={trans} />}
      {job?.error && <Said what={failed} said={job.error} trans={trans} tabIndex={0} />}
      {refusal && <Said what={trans.__('That did not work.')} said={refusal} trans={trans} tabIndex={0} />}
    </div>
  ) : null;
}

export interface IStartProps {
  readonly connections: Connections;
  readonly trans: TranslationBundle;
  readonly label: string;
  readonly run: () => void;
}

/** The button that starts the embedded server. */
export function Start({ connections, trans, label, run }: IStartProps): React.JSX.Element {
  const { asked } = connections;
  return (
    <Button small className="jp-mod-styled jp-mod-accept" disabled={asked !== null} onClick={run}>
      {asked === 'start' ? trans.__('starting…') : label}
    </Button>
  );
}
