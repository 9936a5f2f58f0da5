/** The jobs as the server tells them: schema `Job` of openapi.yaml. */
import type { ServerConnection } from '@jupyterlab/services';
import { request } from '../server/request';

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled';

export interface IJobError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface IJob {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly subject: string;
  readonly state: JobState;
  readonly progress: number | null;
  readonly message: string;
  readonly error: IJobError | null;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly revision: number;
  readonly log_bytes: number;
}

export interface ILogPart {
  readonly text: string;
  readonly offset: number;
  readonly size: number;
}

export function isLive(job: IJob): boolean {
  return job.state === 'queued' || job.state === 'running';
}

export function listJobs(
  settings: ServerConnection.ISettings
): Promise<{ jobs: readonly IJob[]; revision: number }> {
  return request(settings, 'GET', ['jobs']);
}

export function cancelJob(settings: ServerConnection.ISettings, id: string): Promise<IJob> {
  return request(settings, 'POST', ['jobs', id, 'cancel']);
}

export function readLog(
  settings: ServerConnection.ISettings,
  id: string,
  offset: number,
  signal: AbortSignal
): Promise<ILogPart> {
  return request(settings, 'GET', ['jobs', id, 'log'], { query: { offset: String(offset) }, signal });
}
