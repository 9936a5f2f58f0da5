/** How long a job takes, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJob } from './api';

/** Before this nothing can be told of what is left. */
const EARLIEST_S = 2;
const LEAST_PROGRESS = 0.05;

/** Seconds since a job began; null while it waits. */
export function elapsed(job: IJob, now: number): number | null {
  if (!job.started_at) {
    return null;
  }
  const end = job.finished_at ? Date.parse(job.finished_at) : now;
  return Math.max(0, (end - Date.parse(job.started_at)) / 1000);
}

/** Seconds that a job will go on for, as far as its progress tells; null when it does not. */
export function left(job: IJob, now: number): number | null {
  const gone = elapsed(job, now);
  const { progress } = job;
  if (gone === null || gone < EARLIEST_S || progress === null || progress < LEAST_PROGRESS) {
    return null;
  }
  return progress < 1 ? (gone * (1 - progress)) / progress : null;
}

/** As on a clock: 0:07, 12:30, 1:02:03. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${String(hours)}:${two(minutes)}:${two(whole % 60)}`
    : `${String(minutes)}:${two(whole % 60)}`;
}

/** In round numbers: about 20 s, about 3 min. */
export function about(trans: TranslationBundle, seconds: number): string {
  if (seconds < 50) {
    const step = seconds < 10 ? 1 : 5;
    return trans.__('about %1 s', Math.max(1, Math.ceil(seconds / step) * step));
  }
  return trans.__('about %1 min', Math.ceil(seconds / 60));
}
