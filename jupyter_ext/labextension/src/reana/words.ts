/** What the panel says of workflows and steps. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { clock } from '../jobs/time';
import type { IWorkflow, Status } from './types';

/** The states by which workflows can be chosen. */
export const STATUSES: readonly Status[] = [
  'created',
  'queued',
  'running',
  'finished',
  'failed',
  'stopped',
  'deleted'
];

export function statusWord(trans: TranslationBundle, status: string): string {
  switch (status) {
    case 'created':
      return trans.__('created');
    case 'pending':
      return trans.__('pending');
    case 'queued':
      return trans.__('queued');
    case 'running':
      return trans.__('running');
    case 'finished':
      return trans.__('finished');
    case 'failed':
      return trans.__('failed');
    case 'stopped':
      return trans.__('stopped');
    case 'deleted':
      return trans.__('deleted');
    default:
      return status;
  }
}

/** From 0 to 1; null when nothing can be told of it. */
export function fraction({ progress, status }: IWorkflow): number | null {
  if (!progress.total || status === 'queued' || status === 'pending') {
    return null;
  }
  return Math.min(1, progress.finished / progress.total);
}

/** How many of its steps are done: `2/3`. */
export function steps({ progress }: IWorkflow): string {
  return progress.total ? `${String(progress.finished)}/${String(progress.total)}` : '';
}

/** How long something took, or takes by now; empty when it has not begun. */
export function took(
  { started, finished }: { readonly started: string | null; readonly finished: string | null },
  now: number
): string {
  if (!started) {
    return '';
  }
  const end = finished ? Date.parse(finished) : now;
  return clock(Math.max(0, (end - Date.parse(started)) / 1000));
}
