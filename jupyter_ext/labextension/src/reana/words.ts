/** What the panel says of workflows, steps and connections. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { clock } from '../jobs/time';
import { span } from '../ui/words';
import type { ConnectionState, IConnection, IWorkflow, Status } from './types';

export function connectionWord(trans: TranslationBundle, state: ConnectionState): string {
  switch (state) {
    case 'ready':
      return trans.__('ready');
    case 'starting':
      return trans.__('starting…');
    case 'degraded':
      return trans.__('degraded');
    case 'down':
      return trans.__('down');
    case 'unreachable':
      return trans.__('unreachable');
    case 'signed_out':
      return trans.__('signed out');
  }
}

/** The sign of a connection: of the embedded server that nobody has started none that alarms. */
export function signOf({ kind, state }: IConnection): string {
  return kind === 'embedded' && state === 'down' ? 'none' : state;
}

/** How long its token is valid still; empty when nobody knows. */
export function tokenLeft(trans: TranslationBundle, connection: IConnection, now: number): string {
  if (!connection.token_expires_at) {
    return '';
  }
  const seconds = (Date.parse(connection.token_expires_at) - now) / 1000;
  return seconds > 0 ? trans.__('token %1', span(trans, seconds)) : trans.__('token expired');
}

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
