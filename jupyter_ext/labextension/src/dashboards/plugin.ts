/** Launcher cards and palette entries for the dashboards. */
import { ILayoutRestorer } from '@jupyterlab/application';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, IThemeManager } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { PromiseDelegate } from '@lumino/coreutils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { notifyError } from '../server/notify';
import { IFreezeoutServer } from '../server/tokens';
import { listDashboards } from './api';
import type { IDashboard } from './api';
import { addCommands, OPEN } from './commands';

export const dashboards: JupyterFrontEndPlugin<void> = {
  id: 'freezeout:dashboards',
  description: 'Launcher cards and commands that open the dashboards.',
  autoStart: true,
  requires: [IFreezeoutServer],
  optional: [ILauncher, ICommandPalette, ILayoutRestorer, IThemeManager, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    server: IFreezeoutServer,
    launcher: ILauncher | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    themes: IThemeManager | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('freezeout');
    const known = new Map<string, IDashboard>();
    const loaded = new PromiseDelegate<void>();
    const options = {
      trans,
      theme: () => (themes?.theme && !themes.isLight(themes.theme) ? 'dark' : 'light')
    } as const;
    const tracker = addCommands(app, options, id => known.get(id), loaded.promise);
    void restorer?.restore(tracker, {
      command: OPEN,
      args: widget => ({ id: widget.dashboard.id }),
      name: widget => widget.dashboard.id
    });

    const load = async (): Promise<void> => {
      try {
        (await listDashboards(server.settings)).forEach((dashboard, rank) => {
          known.set(dashboard.id, dashboard);
          const args = { id: dashboard.id };
          const category = trans.__('Dark matter');
          // before the experiments, so that its icon is the section's
          launcher?.add({ command: OPEN, args, category, rank: rank - 100, categoryRank: -1 });
          palette?.addItem({ command: OPEN, args: { ...args, isPalette: true }, category });
        });
        loaded.resolve();
      } catch (error) {
        notifyError(trans, error, () => void load());
      }
    };
    void server.reached.then(load);
  }
};
