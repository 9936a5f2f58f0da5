/** Errors as notifications: what was wrong, what to do, and a way to try again. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ApiError } from './request';

/** Lab cuts what a notification says after so many characters. */
const LONGEST = 140;

/**
 * Show an error until it is dismissed.
 *
 * @param error - an ApiError has a hint of its own
 * @param retry - what the button `Retry` does; without it there is no such button
 */
export function notifyError(trans: TranslationBundle, error: unknown, retry?: () => void): void {
  const { message, hint } = describe(trans, error);
  const text = hint ? `${message}\n${hint}` : message;
  const actions: Notification.IAction[] = [];
  if (text.length > LONGEST) {
    actions.push({ label: trans.__('Details'), callback: () => void showAll(trans, text) });
  }
  if (retry) {
    actions.push({ label: trans.__('Retry'), displayType: 'accent', callback: retry });
  }
  Notification.error(text, { autoClose: false, actions });
}

function describe(trans: TranslationBundle, error: unknown): { message: string; hint: string } {
  if (error instanceof ApiError) {
    return { message: error.message, hint: error.hint };
  }
  if (error instanceof ServerConnection.NetworkError) {
    return {
      message: trans.__('The Jupyter server does not answer.'),
      hint: trans.__('See whether it still runs.')
    };
  }
  return { message: error instanceof Error ? error.message : String(error), hint: '' };
}

async function showAll(trans: TranslationBundle, text: string): Promise<void> {
  await showDialog({ title: trans.__('Freezeout'), body: text, buttons: [Dialog.okButton()] });
}
