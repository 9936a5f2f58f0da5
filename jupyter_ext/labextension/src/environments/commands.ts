/** The commands of the environments: all that a card, its menu and the palette do. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { notifyError } from '../server/notify';
import { ACTIONS } from './actions';
import type { EnvironmentsApi, IEnvironment } from './api';
import type { CurrentNotebook } from './current';
import { environmentIcon } from './icons';
import * as ids from './ids';
import { lockId, LockWidget } from './lock';
import type { EnvironmentsModel, Part } from './model';

export interface IOptions {
  readonly app: JupyterFrontEnd;
  readonly api: EnvironmentsApi;
  readonly model: EnvironmentsModel;
  readonly current: CurrentNotebook;
  readonly trans: TranslationBundle;

  /** Show the panel; with a name, that card in it. */
  readonly reveal: (name?: string) => void;
}

type Args = ReadonlyPartialJSONObject;
type Execute = (environment: IEnvironment, args: Args) => unknown;

/** Add all of them. */
export function addCommands(options: IOptions): void {
  addPanelCommands(options);
  const { app, model, current, trans } = options;
  const context = { model, current };
  const executes = executions(options);
  const find = (args: Args): IEnvironment | undefined => model.find(text(args, 'id'));

  for (const { id, label, long, offered } of ACTIONS) {
    const isOffered = (args: Args): boolean => {
      const environment = find(args);
      return environment !== undefined && offered(environment, model.state(environment), context);
    };
    app.commands.addCommand(id, {
      label: args => {
        const environment = find(args);
        if (!environment) {
          return long(trans);
        }
        const kernel = text(args, 'kernel');
        const short = label(trans, environment, current);
        const name = kernel ? `${short}: ${kernelTitle(app, kernel)}` : short;
        return args['isPalette'] ? `${long(trans)}: ${environment.title}` : name;
      },
      caption: args => find(args)?.summary ?? '',
      isVisible: isOffered,
      isEnabled: isOffered,
      describedBy: { args: schema(trans) },
      execute: async args => {
        const environment = find(args);
        return environment && (await executes[id]?.(environment, args));
      }
    });
  }
}

function addPanelCommands({ app, model, trans, reveal }: IOptions): void {
  app.commands.addCommand(ids.REVEAL, {
    label: args => model.find(text(args, 'id'))?.title ?? trans.__('Show Environments'),
    caption: args => model.find(text(args, 'id'))?.summary ?? trans.__('Choose, build and test environments'),
    icon: args => (args['isPalette'] ? undefined : environmentIcon),
    describedBy: { args: schema(trans) },
    execute: args => {
      reveal(text(args, 'id') || undefined);
    }
  });
  app.commands.addCommand(ids.REFRESH, {
    label: args => (args['isPalette'] ? trans.__('Refresh Environments') : trans.__('Refresh')),
    caption: trans.__('Read the environments and kernels anew'),
    icon: refreshIcon,
    describedBy: { args: { type: 'object', properties: { isPalette: { type: 'boolean' } } } },
    execute: () => Promise.all([model.retry(), app.serviceManager.kernelspecs.refreshSpecs()])
  });
}

function executions({ app, api, model, current, trans, reveal }: IOptions): Record<string, Execute> {
  const { commands, shell } = app;
  const kernel = (environment: IEnvironment, args: Args): string =>
    text(args, 'kernel') || (environment.kernels[0] ?? '');
  const shown = (name: string, work: () => unknown): unknown => {
    reveal(name);
    return work();
  };
  const unfold = (name: string, part: Part): Promise<void> => {
    model.unfold(name, part);
    return Promise.resolve();
  };
  return {
    [ids.NOTEBOOK]: (environment, args) =>
      commands.execute('notebook:create-new', { kernelName: kernel(environment, args) }),
    [ids.CONSOLE]: (environment, args) =>
      commands.execute('console:create', {
        kernelPreference: { name: kernel(environment, args) },
        activate: true
      }),
    [ids.USE]: (environment, args) => current.use(kernel(environment, args)),
    [ids.BUILD]: environment =>
      // what is built already is built anew when somebody asks for it
      shown(environment.name, () => model.build(environment.name, environment.state === 'built')),
    [ids.UPDATE]: ({ name }) => shown(name, () => model.build(name)),
    [ids.CANCEL]: ({ name }) => shown(name, () => model.cancel(name)),
    [ids.TEST]: ({ name }) => shown(name, () => model.test(name)),
    [ids.DETAILS]: ({ name }) => shown(name, () => unfold(name, 'details')),
    [ids.LOG]: ({ name }) => shown(name, () => unfold(name, 'log')),
    [ids.REMOVE]: ({ name }, args) =>
      shown(name, () => {
        const force = args['force'] === true;
        return args['confirmed'] ? model.remove(name, force) : unfold(name, 'remove');
      }),
    [ids.CLONE]: ({ name }, args) =>
      shown(name, () => (text(args, 'name') ? model.clone(name, text(args, 'name')) : unfold(name, 'clone'))),
    [ids.COPY]: ({ install }) => {
      Clipboard.copyToSystem(install);
    },
    [ids.LOCK]: async environment => {
      const id = lockId(environment.name);
      try {
        const lock = await api.lock(environment.name);
        // what is open may be of before an update
        [...shell.widgets('main')].find(widget => widget.id === id)?.dispose();
        shell.add(new LockWidget(trans, environment, lock), 'main');
        shell.activateById(id);
      } catch (error) {
        notifyError(trans, error, () => void commands.execute(ids.LOCK, { id: environment.name }));
      }
    }
  };
}

/** What a kernel is called in Lab's own pickers. */
export function kernelTitle({ serviceManager }: JupyterFrontEnd, name: string): string {
  return serviceManager.kernelspecs.specs?.kernelspecs[name]?.display_name ?? name;
}

function text(args: Args, key: string): string {
  const value = args[key];
  return typeof value === 'string' ? value : '';
}

function schema(trans: TranslationBundle): ReadonlyJSONObject {
  const string = (description: string): ReadonlyJSONObject => ({ type: 'string', description });
  const boolean = (description: string): ReadonlyJSONObject => ({ type: 'boolean', description });
  return {
    type: 'object',
    properties: {
      id: string(trans.__("The environment's name")),
      kernel: string(trans.__('One of its kernels; the first when it is not said')),
      name: string(trans.__('Of a clone: its name; asked for when it is not said')),
      confirmed: boolean(trans.__('Of a removal: whether the question has been answered')),
      force: boolean(trans.__('Of a removal: even if a kernel runs in it')),
      isPalette: boolean(trans.__('Whether the palette asks')),
      cwd: string(trans.__("The launcher's folder, which is not used"))
    }
  };
}
