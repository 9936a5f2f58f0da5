/** The panel of the data lake, its commands, and its line in the status bar. */
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { IStateDB } from '@jupyterlab/statedb';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { IJobs } from '../jobs/tokens';
import { IFreezeoutServer } from '../server/tokens';
import { LakeApi } from './api';
import { addCommands, addPaletteItems } from './commands';
import * as ids from './ids';
import { openMenu, openNew } from './menu';
import { LakeModel } from './model';
import { Notebooks } from './notebook';
import { LakePanel } from './panel';
import { LakeStatus } from './status';

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
    const api = new LakeApi(server.settings);
    const model = new LakeModel({ api, jobs, trans });
    const chosen = (): string => model.connections.chosen?.name ?? '';
    const paths = (did: string): ReturnType<LakeApi['paths']> => api.paths(chosen(), did);
    const notebooks = new Notebooks(shell, { connection: chosen, paths });
    const local = (path: string): string => serviceManager.contents.localPath(path);
    const selectedPaths = (): string[] => [...(files?.selectedItems() ?? [])].map(({ path }) => local(path));
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
    const reveal = (selector?: string): void => {
      shell.activateById(panel.id);
      if (selector) {
        panel.focus(selector);
      }
    };
    shell.add(panel, 'left', { rank: RANK, type: 'Data lake' });
    restorer?.add(panel, panel.id);
    const folder = (): string => (files ? local(files.model.path) : '');
    addCommands({ app, model, notebooks, trans, reveal, folder, selectedPaths });
    app.contextMenu.addItem({ command: ids.UPLOAD_SELECTED, selector: '.jp-DirListing-item', rank: 60 });
    jobs.revealWith(ids.SUBJECT, () => {
      reveal();
    });
    if (palette) {
      addPaletteItems(palette, trans);
    }
    statusBar?.registerStatusItem('freezeout:lake', {
      item: new LakeStatus(model, trans, reveal),
      align: 'left',
      rank: 89
    });
    const restored = state ? remember(state, model) : Promise.resolve();
    void Promise.all([server.reached, restored]).then(() => model.connections.load());
  }
};

/** Keep what was looked at for the next time. */
async function remember(state: IStateDB, model: LakeModel): Promise<void> {
  const kept = await state.fetch(STATE);
  if (typeof kept === 'object' && !Array.isArray(kept)) {
    model.restore(kept as Parameters<LakeModel['restore']>[0]);
  }
  let saved = JSON.stringify(model);
  let timer: ReturnType<typeof setTimeout> | undefined;
  model.stateChanged.connect(() => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const now = JSON.stringify(model);
      if (now !== saved) {
        saved = now;
        void state.save(STATE, model.toJSON());
      }
    }, 300);
  });
}
