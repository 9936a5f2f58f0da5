/** The command that opens an experiment's notebook. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { notifyError } from '../server/notify';
import type { IFreezeoutServer } from '../server/tokens';
import { takes } from '../ui/commands';
import { openExperiment } from './api';
import type { IExperiment } from './api';
import { icons } from './icons';

export const OPEN = 'freezeout:open-experiment';

/** Add the command; what it knows of an experiment is what `find` gives. */
export function addCommands(
  { commands }: JupyterFrontEnd,
  server: IFreezeoutServer,
  trans: TranslationBundle,
  find: (id: string) => IExperiment | undefined
): void {
  const experiment = (args: ReadonlyPartialJSONObject): IExperiment | undefined =>
    typeof args['id'] === 'string' ? find(args['id']) : undefined;

  const open = async (id: string): Promise<unknown> => {
    try {
      const { path, outdated } = await openExperiment(server.settings, id);
      if (outdated) {
        Notification.info(
          trans.__('%1 is your changed copy.\nRename it and open it again for the newer one.', path)
        );
      }
      return await commands.execute('docmanager:open', { path });
    } catch (error) {
      notifyError(trans, error, () => void open(id));
      return undefined;
    }
  };

  commands.addCommand(OPEN, {
    label: args => {
      const title = experiment(args)?.title;
      if (!title) {
        return trans.__('Open Experiment');
      }
      return args['isPalette'] ? trans.__('Open Experiment: %1', title) : title;
    },
    caption: args => experiment(args)?.summary || trans.__("Open the experiment's notebook"),
    icon: args => {
      const found = experiment(args);
      return found && !args['isPalette'] ? icons[found.method] : undefined;
    },
    isVisible: args => experiment(args) !== undefined,
    describedBy: takes(
      trans,
      {
        id: trans.__("The experiment's short name"),
        cwd: trans.__("The launcher's folder, which is not used")
      },
      ['id']
    ),
    execute: args => (typeof args['id'] === 'string' ? open(args['id']) : undefined)
  });
}
