/** Where the form is opened from: launcher, cards, file browser, notebooks, palette. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { ICommandPalette, ToolbarButton, WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import type { ILauncher } from '@jupyterlab/launcher';
import type { TranslationBundle } from '@jupyterlab/translation';
import { DisposableDelegate } from '@lumino/disposable';
import type { IDisposable } from '@lumino/disposable';
import type { Widget } from '@lumino/widgets';
import { listExperiments } from '../../experiments/api';
import type { IExperiment } from '../../experiments/api';
import type { IFreezeoutServer } from '../../server/tokens';
import { shownFiles } from '../../ui/browser';
import { takes, text } from '../../ui/commands';
import type { Args } from '../../ui/commands';
import type { ReanaApi } from '../api';
import { reanaIcon } from '../icons';
import * as ids from '../ids';
import type { ReanaModel } from '../model';
import { key } from './thing';
import type { IThing } from './thing';
import type { RunWidget } from './widget';

export interface IOptions {
  readonly app: JupyterFrontEnd;
  readonly api: ReanaApi;
  readonly model: ReanaModel;
  readonly server: IFreezeoutServer;
  readonly trans: TranslationBundle;
  readonly files: IDefaultFileBrowser | null;
  readonly launcher: ILauncher | null;
  readonly palette: ICommandPalette | null;
  readonly restorer: ILayoutRestorer | null;
  readonly reveal: () => void;
}

export function addRun(options: IOptions): void {
  const { app, trans, files, launcher, palette, restorer, server } = options;
  const { commands, shell, serviceManager } = app;
  const local = (path: string): string => serviceManager.contents.localPath(path);
  const { selectedPaths } = shownFiles(files, serviceManager.contents);
  const tracker = new WidgetTracker<RunWidget>({ namespace: 'freezeout-reana-run' });
  const known = new Map<string, IExperiment>();

  const open = async (thing: IThing): Promise<void> => {
    const there = tracker.find(({ model }) => key(model.thing) === key(thing));
    const { RunWidget } = await import('./widget');
    const widget = there ?? new RunWidget({ ...options, selectedPaths, submitted: options.reveal }, thing);
    if (!widget.isAttached) {
      shell.add(widget, 'main');
      await tracker.add(widget);
      widget.model.stateChanged.connect(() => void tracker.save(widget));
    }
    shell.activateById(widget.id);
  };

  commands.addCommand(ids.RUN, {
    label: args => {
      const title = known.get(text(args, 'experiment'))?.title;
      return title ? trans.__('Run on REANA: %1', title) : trans.__('Run on REANA…');
    },
    caption: trans.__('Run an experiment or any notebook as a workflow'),
    icon: args => (args['isPalette'] ? undefined : reanaIcon),
    describedBy: schema(trans),
    execute: args => open(thing(args))
  });
  commands.addCommand(ids.RUN_SELECTED, {
    label: trans.__('Run on REANA…'),
    icon: reanaIcon,
    describedBy: schema(trans),
    isVisible: () => selectedPaths().some(path => path.endsWith('.ipynb')),
    execute: () => open({ notebook: selectedPaths().find(path => path.endsWith('.ipynb')) ?? '' })
  });
  commands.addCommand(ids.RUN_CARD, {
    label: trans.__('Run on REANA…'),
    icon: reanaIcon,
    describedBy: schema(trans),
    isVisible: () => ofCard(app, known) !== undefined,
    execute: () => {
      const experiment = ofCard(app, known);
      return experiment ? open({ experiment }) : undefined;
    }
  });
  commands.addCommand(ids.RUN_NOTEBOOK, {
    label: trans.__('Run This Notebook on REANA…'),
    icon: args => (args['isPalette'] ? undefined : reanaIcon),
    describedBy: schema(trans),
    isEnabled: () => pathOfFront(shell) !== '',
    execute: () => open({ notebook: local(pathOfFront(shell)) })
  });

  app.contextMenu.addItem({
    command: ids.RUN_SELECTED,
    selector: '.jp-DirListing-item[data-file-type="notebook"]',
    rank: 61
  });
  app.contextMenu.addItem({ command: ids.RUN_CARD, selector: '.jp-LauncherCard', rank: 1 });
  app.docRegistry.addWidgetExtension('Notebook', {
    createNew: (widget, context) => {
      if (isDocument(widget)) {
        return addButton(widget, trans, async () => {
          // what is seen is what is run
          if (context.model.dirty && !context.model.readOnly) {
            await context.save();
          }
          await open({ notebook: local(context.path) });
        });
      }
      return undefined;
    }
  });
  launcher?.add({
    command: ids.RUN,
    category: trans.__('Dark matter'),
    // behind the experiments
    rank: 1000,
    categoryRank: -1
  });
  palette?.addItem({ command: ids.RUN_NOTEBOOK, args: { isPalette: true }, category: trans.__('REANA') });
  void restorer?.restore(tracker, {
    command: ids.RUN,
    args: ({ model }) => ({ ...model.thing }),
    name: ({ model }) => key(model.thing) || 'any',
    when: server.reached
  });
  void server.reached.then(async () => {
    // what is wrong with the experiments their own feature tells
    const { experiments } = await listExperiments(server.settings).catch(() => ({ experiments: [] }));
    for (const experiment of experiments) {
      known.set(experiment.id, experiment);
      const args = { experiment: experiment.id, isPalette: true };
      palette?.addItem({ command: ids.RUN, args, category: trans.__('REANA') });
    }
  });
}

/** A button in a notebook's toolbar. */
function addButton(
  { toolbar }: DocumentWidget,
  trans: TranslationBundle,
  open: () => Promise<void>
): IDisposable {
  const button = new ToolbarButton({
    icon: reanaIcon,
    tooltip: trans.__('Run this notebook on REANA…'),
    onClick: () => void open()
  });
  toolbar.insertItem(10, 'freezeout-reana', button);
  return new DisposableDelegate(() => {
    button.dispose();
  });
}

function isDocument(widget: Widget | null): widget is DocumentWidget {
  return widget instanceof DocumentWidget;
}

/** The path of the notebook in front; empty when there is none. */
function pathOfFront(shell: JupyterFrontEnd.IShell): string {
  const { currentWidget } = shell;
  const path = isDocument(currentWidget) ? currentWidget.context.path : '';
  return PathExt.extname(path) === '.ipynb' ? path : '';
}

/** The experiment whose card in the launcher was clicked on. */
function ofCard(app: JupyterFrontEnd, known: ReadonlyMap<string, IExperiment>): string | undefined {
  const card = app.contextMenuHitTest(node => node.classList.contains('jp-LauncherCard'));
  const label = card?.querySelector('.jp-LauncherCard-label')?.textContent.trim();
  return [...known.values()].find(({ title }) => title === label)?.id;
}

function thing(args: Args): IThing {
  const [experiment, notebook] = [text(args, 'experiment'), text(args, 'notebook')];
  return experiment ? { experiment } : notebook ? { notebook } : {};
}

function schema(trans: TranslationBundle): ReturnType<typeof takes> {
  return takes(trans, {
    experiment: trans.__("The experiment's short name"),
    notebook: trans.__('The path of a notebook; asked for when neither is said'),
    cwd: trans.__("The launcher's folder, which is not used")
  });
}
