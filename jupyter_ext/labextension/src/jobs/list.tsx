/** The jobs of a feature, in its panel: each with its progress, its log, and why it failed. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Said } from '../ui/said';
import { isLive } from './api';
import type { IJob } from './api';
import type { ShownJobs } from './shown';
import { JobView } from './view';

export interface IJobListProps {
  readonly jobs: ShownJobs;
  readonly trans: TranslationBundle;
  readonly label: string;
}

export function JobList({ jobs, trans, label }: IJobListProps): React.JSX.Element | null {
  const { shown } = jobs;
  if (shown.length === 0) {
    return null;
  }
  return (
    <ul className="freezeout-JobList" aria-label={label}>
      {shown.map(job => (
        <li key={job.id} data-job={job.id} data-state={job.state}>
          {isLive(job) && (
            <div className="freezeout-JobList-title" title={job.title}>
              {job.title}
            </div>
          )}
          <OneJob job={job} jobs={jobs} trans={trans} />
          {job.error && (
            <Said
              what={job.error.message}
              said={{ ...job.error, message: '' }}
              trans={trans}
              tabIndex={0}
              dismiss={() => {
                jobs.dismiss(job.id);
              }}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** One job, whose log can be unfolded and which can be stopped. */
export function OneJob({
  job,
  jobs,
  trans
}: {
  readonly job: IJob;
  readonly jobs: ShownJobs;
  readonly trans: TranslationBundle;
}): React.JSX.Element {
  return (
    <JobView
      job={job}
      jobs={jobs.jobs}
      trans={trans}
      tabIndex={0}
      stopping={jobs.isStopping(job.id)}
      onCancel={() => void jobs.cancel(job.id)}
      logShown={jobs.isLogShown(job.id)}
      onLog={shown => {
        jobs.showLog(job.id, shown);
      }}
    />
  );
}
