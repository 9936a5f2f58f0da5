/** An error in words: what was wrong, and what to do. */
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ApiError } from './request';

export interface ISaid {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export function describe(trans: TranslationBundle, error: unknown): ISaid {
  if (error instanceof ApiError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  if (error instanceof ServerConnection.NetworkError) {
    return {
      code: 'no_answer',
      message: trans.__('The Jupyter server does not answer.'),
      hint: trans.__('See whether it still runs.')
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message, hint: '' };
}
