/** Errors as notifications: what was wrong, what to do, and a way to try again. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from './describe';

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

async function showAll(trans: TranslationBundle, text: string): Promise<void> {
  await showDialog({ title: trans.__('Freezeout'), body: text, buttons: [Dialog.okButton()] });
}
