/** The commands of REANA's panel: all that its rows, its menus and the palette do. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isUsable } from '../connections/types';
import { addToPalette, notifyOf, takes, text } from '../ui/commands';
import type { Args } from '../ui/commands';
import { ACTIONS } from './actions';
import { reanaIcon } from './icons';
import * as ids from './ids';
import type { ReanaModel } from './model';
import type { What } from './question';
import type { IWorkflow } from './types';
import type { Views } from './views';

export interface IOptions {
  readonly app: JupyterFrontEnd;
  readonly model: ReanaModel;
  readonly views: Views;
  readonly trans: TranslationBundle;

  /** Show the panel, with the focus on a part of it. */
  readonly reveal: (selector?: string) => void;

  /** The folder that the file browser shows, below the server's root. */
  readonly folder: () => string;
}

type Execute = (row: IWorkflow, args: Args) => unknown;

export function addCommands(options: IOptions): void {
  addPanelCommands(options);
  const { app, model, trans } = options;
  const executes = executions(options);
  const find = (args: Args): IWorkflow | undefined => {
    const named = text(args, 'workflow');
    return model.listing?.find(named || model.active);
  };
  for (const { id, label, long, offered } of ACTIONS) {
    const isOffered = (args: Args): boolean => {
      const row = find(args);
      return row !== undefined && offered(row);
    };
    app.commands.addCommand(id, {
      label: args => {
        const row = find(args);
        if (!row) {
          return long(trans);
        }
        return args['isPalette'] ? `${long(trans)} (${row.full_name})` : label(trans, row);
      },
      isVisible: args => args['isPalette'] === true || isOffered(args),
      // a file that was open is read again before its workflow is listed
      isEnabled: args => isOffered(args) || text(args, 'path') !== '',
      describedBy: schema(trans),
      execute: async args => {
        const row = find(args);
        if (row) {
          return await executes[id]?.(row, args);
        }
        if (text(args, 'path')) {
          await options.views.file(text(args, 'workflow'), args);
        }
        return undefined;
      }
    });
  }
  notifyOf(app.commands, model, () => {
    const row = model.listing?.find(model.active);
    return `${model.active} ${row?.status ?? ''} ${model.connections.chosen?.state ?? ''}`;
  });
}

/** All of them in the palette. */
export function addPaletteItems(palette: ICommandPalette, trans: TranslationBundle): void {
  const own = [
    ids.OPEN,
    ids.RUN,
    ids.REFRESH,
    ids.SEARCH,
    ids.CONNECT,
    ids.DISCONNECT,
    ids.SECRETS,
    ids.START_SERVER,
    ids.STOP_SERVER
  ];
  addToPalette(palette, trans.__('REANA'), [...own, ...ACTIONS.map(({ id }) => id)]);
}

function addPanelCommands({ app, model, trans, reveal }: IOptions): void {
  const { commands } = app;
  const describedBy = schema(trans);
  const prefix = (args: Args, words: string): string =>
    args['isPalette'] ? trans.__('REANA: %1', words) : words;
  commands.addCommand(ids.OPEN, {
    label: trans.__('Show REANA'),
    caption: trans.__('Workflows: run, followed, brought home'),
    icon: args => (args['isPalette'] ? undefined : reanaIcon),
    describedBy,
    execute: () => {
      reveal();
    }
  });
  commands.addCommand(ids.REFRESH, {
    label: args => prefix(args, trans.__('Refresh')),
    icon: args => (args['isPalette'] ? undefined : refreshIcon),
    describedBy,
    execute: () => model.refresh(true)
  });
  commands.addCommand(ids.SEARCH, {
    label: trans.__('REANA: Search Workflows'),
    describedBy,
    execute: args => {
      const query = text(args, 'query');
      if (query && model.listing) {
        model.listing.search = query;
      }
      reveal('.freezeout-Reana-search input');
    }
  });
  commands.addCommand(ids.CONNECT, {
    label: args => prefix(args, trans.__('Connect to a server…')),
    describedBy,
    execute: () => {
      reveal('.freezeout-Panel-form [data-first]');
      model.form = 'connect';
    }
  });
  commands.addCommand(ids.DISCONNECT, {
    label: args => {
      const { chosen } = model.connections;
      return prefix(
        args,
        chosen?.removable ? trans.__('Forget %1…', chosen.name) : trans.__('Forget connection…')
      );
    },
    describedBy,
    isEnabled: () => model.connections.chosen?.removable ?? false,
    execute: () => {
      reveal('.freezeout-Panel-form button[data-no]');
      model.form = 'disconnect';
    }
  });
  commands.addCommand(ids.SECRETS, {
    label: args => prefix(args, trans.__('Secrets…')),
    describedBy,
    isEnabled: () => isUsable(model.connections.chosen?.state),
    execute: () => {
      reveal('.freezeout-Panel-form [data-first]');
      model.form = 'secrets';
    }
  });
  commands.addCommand(ids.START_SERVER, {
    label: args => prefix(args, trans.__('Start the embedded server')),
    describedBy,
    isEnabled: () => !UP.includes(model.connections.embedded?.state ?? ''),
    execute: () => {
      reveal();
      return model.connections.start();
    }
  });
  commands.addCommand(ids.STOP_SERVER, {
    label: args => prefix(args, trans.__('Stop the embedded server')),
    describedBy,
    isEnabled: () => UP.includes(model.connections.embedded?.state ?? ''),
    execute: () => model.connections.stop()
  });
}

/** States in which the embedded server runs. */
const UP: readonly string[] = ['ready', 'starting', 'degraded'];

function executions({ model, views, reveal, folder }: IOptions): Record<string, Execute> {
  const { changes } = model;
  const ask =
    (what: Exclude<What, 'remove-files'>): Execute =>
    ({ id }) => {
      reveal('.freezeout-Reana-unfolded .freezeout-Ask [data-first], .freezeout-Ask button[data-no]');
      model.question = { what, id };
    };
  return {
    [ids.LOGS]: (row, args) => {
      const step = text(args, 'step');
      if (step) {
        return views.log(row, step);
      }
      reveal();
      model.unfold(row, 'steps');
      return undefined;
    },
    [ids.FILES]: (row, args) => {
      if (text(args, 'path')) {
        return views.file(row.id, args);
      }
      reveal('.freezeout-Reana-files');
      model.unfold(row, 'files');
      return undefined;
    },
    [ids.SPECIFICATION]: row => {
      reveal();
      model.unfold(row, 'specification');
    },
    [ids.START]: ({ id }) => changes.change(id, 'workflow-start'),
    [ids.STOP]: ({ id }) => changes.change(id, 'workflow-stop'),
    [ids.RESTART]: ask('restart'),
    [ids.RERUN]: ask('rerun'),
    [ids.FETCH]: ({ id }) => changes.bringHome(id),
    [ids.DOWNLOAD]: (row, args) => {
      const { paths } = args;
      const wanted = Array.isArray(paths) ? paths.filter(path => typeof path === 'string') : [];
      const to = text(args, 'to') || [folder(), row.full_name].filter(Boolean).join('/');
      return changes.download(row.id, wanted.length > 0 ? wanted : null, to);
    },
    [ids.UPLOAD]: ask('upload'),
    [ids.SESSION]: ({ id }) => changes.openSession(id),
    [ids.CLOSE_SESSION]: ({ id }) => changes.change(id, 'close-session'),
    [ids.DIFF]: (row, args) => {
      const other = model.listing?.find(text(args, 'other'));
      return other ? views.diff(row, other) : ask('diff')(row, args);
    },
    [ids.COPY]: row => {
      Clipboard.copyToSystem(row.full_name);
    },
    [ids.PRUNE]: ask('prune'),
    [ids.DELETE]: ask('delete')
  };
}

function schema(trans: TranslationBundle): ReturnType<typeof takes> {
  return takes(trans, {
    workflow: trans.__('name.run or id; that of the row when it is not said'),
    connection: trans.__('The name of a connection; the one that is looked at when it is not said'),
    path: trans.__('Of a file in the workspace'),
    paths: {
      type: 'array',
      items: { type: 'string' },
      description: trans.__('Files; all when there are none')
    },
    to: trans.__('A folder of the file browser'),
    step: trans.__('The id of a step'),
    other: trans.__('Of a comparison: the other workflow'),
    query: trans.__('Of a search: what is searched for')
  });
}
