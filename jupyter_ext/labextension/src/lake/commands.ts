/** The commands of the data lake: all that its panel, its menus and the palette do. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { Clipboard } from '@jupyterlab/apputils';
import type { ICommandPalette } from '@jupyterlab/apputils';
import { refreshIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { addToPalette, notifyOf, takes, text } from '../ui/commands';
import type { Args } from '../ui/commands';
import { ACTIONS } from './actions';
import type { IContext } from './actions';
import { didOf } from './api';
import type { DidType, IRow } from './api';
import { lakeIcon } from './icons';
import * as ids from './ids';
import type { LakeModel } from './model';
import type { Notebooks } from './notebook';

export interface IOptions {
  readonly app: JupyterFrontEnd;
  readonly model: LakeModel;
  readonly notebooks: Notebooks;
  readonly trans: TranslationBundle;

  /** Show the panel, with the focus on a part of it. */
  readonly reveal: (selector?: string) => void;

  /** The folder that the file browser shows, and what is selected there; below the server's root. */
  readonly folder: () => string;
  readonly selectedPaths: () => readonly string[];
}

export function addCommands(options: IOptions): void {
  addPanelCommands(options);
  const { app, model, notebooks, trans } = options;
  const executes = executions(options);
  for (const { id, label, long, offered } of ACTIONS) {
    const context = (args: Args): IContext => ({ model, notebooks, rows: targets(model, args) });
    const isOffered = (args: Args): boolean => offered(context(args));
    app.commands.addCommand(id, {
      label: args => (args['isPalette'] ? long(trans) : label(trans, context(args))),
      isVisible: args => args['isPalette'] === true || isOffered(args),
      isEnabled: isOffered,
      describedBy: schema(trans),
      execute: args => {
        const { rows } = context(args);
        return executes[id]?.(rows, args);
      }
    });
  }
  notifyOf(app.commands, model, () => model.targets.map(didOf).join('\n'));
}

/** All of them in the palette. */
export function addPaletteItems(palette: ICommandPalette, trans: TranslationBundle): void {
  const own = [ids.OPEN, ids.REFRESH, ids.SEARCH, ids.START, ids.STOP];
  addToPalette(palette, trans.__('Data lake'), [...own, ...ACTIONS.map(({ id }) => id)]);
}

function addPanelCommands({ app, model, trans, reveal, selectedPaths }: IOptions): void {
  const { commands } = app;
  const describedBy = schema(trans);
  commands.addCommand(ids.OPEN, {
    label: trans.__('Show Data Lake'),
    caption: trans.__('Find, fetch and keep data'),
    icon: args => (args['isPalette'] ? undefined : lakeIcon),
    describedBy,
    execute: () => {
      reveal();
    }
  });
  commands.addCommand(ids.REFRESH, {
    label: args => (args['isPalette'] ? trans.__('Data Lake: Refresh') : trans.__('Refresh')),
    icon: args => (args['isPalette'] ? undefined : refreshIcon),
    describedBy,
    execute: () => model.refresh(true)
  });
  commands.addCommand(ids.SEARCH, {
    label: trans.__('Data Lake: Search'),
    describedBy,
    execute: args => {
      const query = text(args, 'query');
      if (query) {
        model.searching.query = query;
        model.searching.search();
      }
      reveal('.freezeout-Lake-search input');
    }
  });
  commands.addCommand(ids.START, {
    label: trans.__('Data Lake: Start the Embedded Lake'),
    describedBy,
    isEnabled: () => model.connections.embedded?.available !== false,
    execute: () => {
      reveal();
      return model.connections.start();
    }
  });
  commands.addCommand(ids.STOP, {
    label: trans.__('Data Lake: Stop the Embedded Lake'),
    describedBy,
    isEnabled: () => model.connections.all?.some(({ kind }) => kind === 'embedded') ?? false,
    execute: () => model.connections.stop()
  });
  commands.addCommand(ids.UPLOAD_SELECTED, {
    label: trans.__('Upload to the data lake…'),
    icon: lakeIcon,
    describedBy,
    isVisible: () => model.tree !== null && selectedPaths().length > 0,
    execute: () => {
      reveal('.freezeout-Panel-form [data-first]');
      model.unfolded.form = { kind: 'upload', paths: selectedPaths(), target: '' };
    }
  });
}

type Execute = (rows: readonly IRow[], args: Args) => unknown;

function executions(options: IOptions): Record<string, Execute> {
  const { model, notebooks, trans, reveal, folder, selectedPaths } = options;
  const refuse = (what: 'insert' | 'variable'): void => {
    const { name, foreignLanguage } = notebooks;
    reveal();
    if (name) {
      model.asked.refuse(
        what,
        trans.__('The cells of %1 are in %2, and this would be Python.', name, foreignLanguage),
        trans.__('Download it, and read the file; or take a notebook with a Python kernel.')
      );
    } else {
      model.asked.refuse(
        what,
        trans.__('No notebook is in front.'),
        trans.__('Open a notebook, then try again.')
      );
    }
  };
  const kind = ({ type }: IRow): 'file' | 'collection' => (type === 'FILE' ? 'file' : 'collection');
  const first = (work: (row: IRow, args: Args) => unknown): Execute => {
    return ([row], args) => {
      if (row) {
        model.show(didOf(row), row.type);
        return work(row, args);
      }
      return undefined;
    };
  };
  const target = ([row]: readonly IRow[]): string =>
    row ? (row.type === 'DATASET' ? didOf(row) : row.scope) : (model.tree?.scopeOfActive ?? '');
  return {
    [ids.DETAILS]: first(() => {
      reveal('.freezeout-Lake-details button');
    }),
    [ids.AVAILABLE]: first((row, args) => {
      const { lifetime } = args;
      if (lifetime === undefined) {
        reveal('.freezeout-Lake-lifetimes button');
        model.unfolded.lifetime = true;
        return undefined;
      }
      return model.changes.makeAvailable(didOf(row), typeof lifetime === 'number' ? lifetime : null);
    }),
    [ids.DOWNLOAD]: async rows => {
      for (const row of rows) {
        await model.changes.download(didOf(row), folder());
      }
    },
    [ids.COPY]: rows => {
      Clipboard.copyToSystem(rows.map(didOf).join('\n'));
    },
    [ids.INSERT]: first(row => {
      if (notebooks.foreignLanguage || !notebooks.insert(didOf(row), kind(row))) {
        refuse('insert');
      } else {
        model.asked.dismiss('insert');
      }
    }),
    [ids.ATTACH]: first((row, args) => {
      if (notebooks.foreignLanguage || !notebooks.attach(didOf(row), kind(row), text(args, 'name'))) {
        refuse('variable');
      } else {
        model.asked.dismiss('variable');
      }
    }),
    [ids.DETACH]: first(row => {
      notebooks.detach(didOf(row));
    }),
    [ids.FILTER]: () => {
      reveal('.freezeout-Lake-filter input');
      model.filter();
    },
    [ids.UPLOAD]: rows => {
      reveal('.freezeout-Panel-form [data-first]');
      model.unfolded.form = { kind: 'upload', paths: selectedPaths(), target: target(rows) };
    },
    [ids.NEW_DATASET]: rows => {
      reveal('.freezeout-Panel-form [data-first]');
      model.unfolded.form = { kind: 'dataset', contents: rows.filter(({ type }) => type === 'FILE') };
    },
    [ids.NEW_CONTAINER]: rows => {
      reveal('.freezeout-Panel-form [data-first]');
      model.unfolded.form = { kind: 'container', contents: rows.filter(({ type }) => type !== 'FILE') };
    },
    [ids.ADD]: rows => {
      reveal('.freezeout-Panel-form [data-first]');
      model.unfolded.form = { kind: 'add', contents: rows };
    },
    [ids.TAKE_OUT]: first(row => {
      const parent = model.tree?.parentOfActive;
      if (parent !== undefined) {
        reveal('.freezeout-Lake-details .freezeout-Ask button[data-no]');
        model.unfolded.question = { what: 'detach', did: didOf(row), parent };
      }
    }),
    [ids.DELETE]: first(row => {
      reveal('.freezeout-Lake-details .freezeout-Ask button[data-no]');
      model.unfolded.question = { what: 'delete', did: didOf(row) };
    })
  };
}

/** What a command is about: the DID that is said, else what is selected, else what is looked at. */
function targets(model: LakeModel, args: Args): readonly IRow[] {
  const did = text(args, 'did');
  if (did) {
    const at = did.indexOf(':');
    const type = text(args, 'type').toUpperCase();
    const known = model.row(did);
    const row: IRow = {
      scope: did.slice(0, at),
      name: did.slice(at + 1),
      type: isType(type) ? type : 'FILE',
      bytes: null,
      adler32: null,
      length: null
    };
    return at > 0 ? [known ?? row] : [];
  }
  if (model.targets.length > 0) {
    return model.targets;
  }
  const looked = model.details ? model.row(model.details.did) : undefined;
  return looked ? [looked] : [];
}

function isType(type: string): type is DidType {
  return type === 'FILE' || type === 'DATASET' || type === 'CONTAINER';
}

function schema(trans: TranslationBundle): ReturnType<typeof takes> {
  return takes(trans, {
    did: trans.__('scope:name; what is selected when it is not said'),
    type: trans.__('Of a DID that is not shown: file, dataset or container'),
    query: trans.__('Of a search: what is searched for'),
    name: trans.__("Of an attachment: the variable's name; made from the DID when it is not said"),
    lifetime: {
      type: ['number', 'null'],
      description: trans.__(
        'Of a copy: how many seconds it is held; null for ever; asked for when it is not said'
      )
    }
  });
}
