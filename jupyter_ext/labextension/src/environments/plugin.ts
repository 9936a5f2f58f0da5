/** The panel of environments, its commands, and the launcher's cards for what could be built. */
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { IStateDB } from '@jupyterlab/statedb';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { OPEN as OPEN_EXPERIMENT } from '../experiments/commands';
import { IJobs } from '../jobs/tokens';
import { IFreezeoutServer } from '../server/tokens';
import { remember } from '../ui/remember';
import { EnvironmentsApi } from './api';
import { addCommands } from './commands';
import { CurrentNotebook } from './current';
import { addLauncherCards } from './launcher';
import { openMenu } from './menu';
import { EnvironmentsModel, SUBJECT } from './model';
import { addPaletteItems } from './palette';
import { EnvironmentsPanel } from './panel';

const STATE = 'freezeout:environments';
const RANK = 550;

export const environments: JupyterFrontEndPlugin<void> = {
  id: 'freezeout:environments',
  description: 'A panel in which environments are chosen, built, tested and used.',
  autoStart: true,
  requires: [IFreezeoutServer, IJobs],
  optional: [ILauncher, ICommandPalette, ILayoutRestorer, IStateDB, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IFreezeoutServer,
    jobs: IJobs,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    state: IStateDB | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('freezeout');
    const { commands, shell, serviceManager } = app;
    const api = new EnvironmentsApi(server.settings);
    const current = new CurrentNotebook(shell);
    const refreshKernels = (): Promise<void> => serviceManager.kernelspecs.refreshSpecs();
    const model = new EnvironmentsModel({ api, jobs, trans, refreshKernels });
    const panel = new EnvironmentsPanel({
      model,
      current,
      trans,
      run: (command, args) => void commands.execute(command, args),
      openMenu: (environment, x, y) => {
        openMenu(commands, environment, x, y);
      },
      openExperiment: id => void commands.execute(OPEN_EXPERIMENT, { id })
    });
    const reveal = (name?: string): void => {
      if (name) {
        panel.reveal(name);
      }
      shell.activateById(panel.id);
    };
    shell.add(panel, 'left', { rank: RANK, type: 'Environments' });
    restorer?.add(panel, panel.id);
    addCommands({ app, api, model, current, trans, reveal });
    jobs.revealWith(SUBJECT, subject => {
      reveal(subject.slice(SUBJECT.length));
    });
    if (launcher) {
      addLauncherCards(launcher, model, trans);
    }
    if (palette) {
      addPaletteItems(palette, commands, model, trans);
    }
    void remember(state, STATE, model);
    void server.reached.then(() => {
      // another window or a command line removes without an event; Lab itself asks for kernels at times
      serviceManager.kernelspecs.specsChanged.connect(() => void model.load());
      return model.load();
    });
  }
};
