/** The panel of the data lake, its commands, and its line in the status bar. */
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ConnectionStatus } from '../connections/status';
import { IJobs } from '../jobs/tokens';
import { IFreezeoutServer } from '../server/tokens';
import { shownFiles } from '../ui/browser';
import { remember } from '../ui/remember';
import { dock } from '../ui/sidepanel';
import { LakeApi } from './api';
import { addCommands, addPaletteItems } from './commands';
import * as ids from './ids';
import { openMenu, openNew } from './menu';
import { LakeModel } from './model';
import { Notebooks } from './notebook';
import { LakePanel } from './panel';

const STATE = 'freezeout:lake';
const RANK = 540;

export const lake: JupyterFrontEndPlugin<void> = {
  id: 'freezeout:lake',
  description: 'A panel in which data is found, fetched, described and kept.',
  autoStart: true,
  requires: [IFreezeoutServer, IJobs],
  optional: [IDefaultFileBrowser, ICommandPalette, ILayoutRestorer, IStateDB, IStatusBar, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IFreezeoutServer,
    jobs: IJobs,
    files: IDefaultFileBrowser | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    statusBar: IStatusBar | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('freezeout');
    const { commands, shell, serviceManager } = app;
    const { folder, selectedPaths } = shownFiles(files, serviceManager.contents);
    const api = new LakeApi(server.settings);
    const model = new LakeModel({ api, jobs, trans });
    const chosen = (): string => model.connections.chosen?.name ?? '';
    const paths = (did: string): ReturnType<LakeApi['paths']> => api.paths(chosen(), did);
    const notebooks = new Notebooks(shell, { connection: chosen, paths });
    const panel = new LakePanel({
      model,
      notebooks,
      trans,
      selectedPaths,
      run: (command, args) => void commands.execute(command, args),
      openMenu: (x, y) => {
        openMenu(commands, x, y);
      },
      openNew: (x, y) => {
        openNew(commands, x, y);
      }
    });
    const reveal = dock(app, panel, RANK, restorer);
    addCommands({ app, model, notebooks, trans, reveal, folder, selectedPaths });
    app.contextMenu.addItem({ command: ids.UPLOAD_SELECTED, selector: '.jp-DirListing-item', rank: 60 });
    jobs.revealWith(ids.SUBJECT, () => {
      reveal();
    });
    if (palette) {
      addPaletteItems(palette, trans);
    }
    statusBar?.registerStatusItem('freezeout:lake', {
      item: new ConnectionStatus({
        connections: model.connections,
        trans,
        label: `⬢ ${trans.__('lake')}`,
        says: word => trans.__('Data lake: %1', word),
        open: reveal
      }),
      align: 'left',
      rank: 89
    });
    void Promise.all([server.reached, remember(state, STATE, model)]).then(() => model.connections.load());
  }
};
