/** The handshake: the page and the server must be of one version. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { PromiseDelegate } from '@lumino/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { TranslationBundle } from '@jupyterlab/translation';
import page from '../../package.json';
import { notifyError } from './notify';
import { ApiError, request } from './request';
import { IFreezeoutServer } from './tokens';

export const server: JupyterFrontEndPlugin<IFreezeoutServer> = {
  id: 'freezeout:server',
  description: 'Finds the server half of Freezeout and compares versions.',
  autoStart: true,
  provides: IFreezeoutServer,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null): IFreezeoutServer => {
    const trans = (translator ?? nullTranslator).load('freezeout');
    const settings = app.serviceManager.serverSettings;
    const reached = new PromiseDelegate<string>();
    const greet = async (): Promise<void> => {
      try {
        const { version } = await request<{ version: string }>(settings, 'GET', ['version']);
        compare(trans, version);
        reached.resolve(version);
      } catch (error) {
        notifyError(trans, explain(trans, error), () => void greet());
      }
    };
    void greet();
    return { settings, reached: reached.promise };
  }
};

function compare(trans: TranslationBundle, version: string): void {
  if (version !== page.version) {
    Notification.warning(
      trans.__(
        'This page has Freezeout %1, the server %2.\nReload the page; if that does not help, install Freezeout anew.',
        page.version,
        version
      ),
      {
        autoClose: false,
        actions: [
          {
            label: trans.__('Reload'),
            callback: () => {
              window.location.reload();
            }
          }
        ]
      }
    );
  }
}

function explain(trans: TranslationBundle, error: unknown): unknown {
  return error instanceof ApiError && error.status === 404
    ? new ApiError(
        404,
        'server_extension_missing',
        trans.__('The Jupyter server runs without its half of Freezeout.'),
        trans.__('jupyter server extension enable freezeout_jupyter, then start it again.')
      )
    : error;
}
