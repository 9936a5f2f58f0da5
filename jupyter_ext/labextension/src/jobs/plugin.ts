/** What runs on the server for long, for the features that start it, and a line in the status bar. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IFreezeoutServer } from '../server/tokens';
import { JobsModel } from './model';
import { JobsStatus } from './status';
import { IJobs } from './tokens';

export const jobs: JupyterFrontEndPlugin<IJobs> = {
  id: 'freezeout:jobs',
  description: 'Follows the jobs of the server and counts them in the status bar.',
  autoStart: true,
  provides: IJobs,
  requires: [IFreezeoutServer],
  optional: [IStatusBar, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    server: IFreezeoutServer,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): IJobs => {
    const model = new JobsModel(server.settings);
    void server.reached.then(() => model.follow());
    if (statusBar) {
      const item = new JobsStatus(model, (translator ?? nullTranslator).load('freezeout'));
      statusBar.registerStatusItem('freezeout:jobs', {
        item,
        align: 'left',
        rank: 90,
        isActive: () => item.active,
        activeStateChanged: item.activeChanged
      });
    }
    return model;
  }
};
