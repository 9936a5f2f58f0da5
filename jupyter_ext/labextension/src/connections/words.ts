/** A connection's state and token in words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { span } from '../ui/words';
import type { ConnectionState } from './types';

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

/** How long a token is valid still; empty when nobody knows. */
export function tokenLeft(trans: TranslationBundle, seconds: number | null): string {
  if (seconds === null) {
    return '';
  }
  return seconds > 0 ? trans.__('token %1', span(trans, seconds)) : trans.__('token expired');
}
