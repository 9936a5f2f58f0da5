/** Launcher cards and palette entries for the experiments. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { ApiError } from '../server/request';
import { notifyError } from '../server/notify';
import { IFreezeoutServer } from '../server/tokens';
import { listExperiments } from './api';
import type { IExperiment } from './api';
import { addCommands, OPEN } from './commands';

export const experiments: JupyterFrontEndPlugin<void> = {
  id: 'freezeout:experiments',
  description: 'Launcher cards and commands that open the notebooks of the experiments.',
  autoStart: true,
  requires: [IFreezeoutServer],
  optional: [ILauncher, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IFreezeoutServer,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('freezeout');
    const known = new Map<string, IExperiment>();
    addCommands(app, server, trans, id => known.get(id));

    const load = async (): Promise<void> => {
      try {
        const { experiments, problems } = await listExperiments(server.settings);
        experiments.forEach((experiment, rank) => {
          known.set(experiment.id, experiment);
          const args = { id: experiment.id };
          const category = trans.__('Dark matter');
          launcher?.add({ command: OPEN, args, category, rank, categoryRank: -1 });
          palette?.addItem({ command: OPEN, args: { ...args, isPalette: true }, category });
        });
        for (const { code, message, hint } of problems) {
          notifyError(trans, new ApiError(200, code, message, hint));
        }
      } catch (error) {
        notifyError(trans, error, () => void load());
      }
    };
    void server.reached.then(load);
  }
};
