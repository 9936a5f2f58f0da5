/** The panel of REANA, its commands, the form that runs something there, and a line in the status bar. */
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ConnectionStatus } from '../connections/status';
import { IJobs } from '../jobs/tokens';
import { IFreezeoutServer } from '../server/tokens';
import { shownFiles } from '../ui/browser';
import { remember } from '../ui/remember';
import { dock } from '../ui/sidepanel';
import { ReanaApi } from './api';
import { addCommands, addPaletteItems } from './commands';
import * as ids from './ids';
import { openMenu, openServerMenu } from './menu';
import { ReanaModel } from './model';
import { ReanaPanel } from './panel';
import { addRun } from './run/commands';
import { Views } from './views';

const STATE = 'freezeout:reana';
const RANK = 545;

export const reana: JupyterFrontEndPlugin<void> = {
  id: 'freezeout:reana',
  description: 'A panel in which workflows are run on REANA, followed and brought home.',
  autoStart: true,
  requires: [IFreezeoutServer, IJobs],
  optional: [
    IDefaultFileBrowser,
    ICommandPalette,
    ILauncher,
    ILayoutRestorer,
    IRenderMimeRegistry,
    IStateDB,
    IStatusBar,
    ITranslator
  ],
  activate: (
    app: JupyterFrontEnd,
    server: IFreezeoutServer,
    jobs: IJobs,
    files: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    rendermime: IRenderMimeRegistry | null,
    state: IStateDB | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('freezeout');
    const { commands, serviceManager } = app;
    const { folder, selectedPaths } = shownFiles(files, serviceManager.contents);
    const api = new ReanaApi(server.settings);
    const model = new ReanaModel({ api, jobs, trans });
    const panel = new ReanaPanel({
      model,
      trans,
      selectedPaths,
      run: (command, args) => void commands.execute(command, args),
      openMenu: (workflow, x, y) => {
        openMenu(commands, workflow, x, y);
      },
      openServerMenu: (x, y) => {
        openServerMenu(commands, x, y);
      }
    });
    const reveal = dock(app, panel, RANK, restorer);
    const views = new Views({ app, api, model, rendermime, trans });
    addCommands({ app, model, views, trans, reveal, folder });
    void restorer?.restore(views.files, {
      command: ids.FILES,
      args: ({ shown }) => ({ ...shown }),
      name: ({ id }) => id,
      when: server.reached
    });
    addRun({ app, api, model, server, trans, files, launcher, palette, restorer, reveal });
    jobs.revealWith(ids.SUBJECT, () => {
      reveal();
    });
    if (palette) {
      addPaletteItems(palette, trans);
    }
    statusBar?.registerStatusItem('freezeout:reana', {
      item: new ConnectionStatus({
        connections: model.connections,
        trans,
        label: trans.__('reana'),
        says: word => trans.__('REANA: %1', word),
        open: reveal
      }),
      align: 'left',
      rank: 89.5
    });
    void Promise.all([server.reached, remember(state, STATE, model)]).then(() => model.connections.load());
  }
};
