/** A job's log, as long as somebody looks at it. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import { describe } from '../server/describe';
import { LogBox } from '../ui/logbox';
import type { IJob } from './api';
import type { IJobLog, IJobs } from './tokens';

export interface ILogViewProps {
  readonly job: IJob;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
  readonly tabIndex: number;
}

export function LogView({ job, jobs, trans, tabIndex }: ILogViewProps): React.JSX.Element {
  const log = useLog(jobs, job.id);
  return (
    <LogBox
      text={log?.text ?? ''}
      label={trans.__('Log of %1', job.title)}
      error={log?.error ? describe(trans, log.error).message : ''}
      trans={trans}
      tabIndex={tabIndex}
    />
  );
}

function useLog(jobs: IJobs, id: string): IJobLog | null {
  const [log, setLog] = useState<IJobLog | null>(null);
  const [, grow] = useState(0);
  useEffect(() => {
    const opened = jobs.log(id);
    opened.changed.connect(() => {
      grow(count => count + 1);
    });
    setLog(opened);
    return () => {
      opened.dispose();
    };
  }, [jobs, id]);
  return log;
}
