/** Opens what is read in the main area: files, whole logs, comparisons. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { ReanaApi } from './api';
import type { ReanaModel } from './model';
import type { IPreview, IWorkflow } from './types';
import type { IShown, IViewerOptions, Viewer } from './viewers';

export interface IViewsOptions {
  readonly app: JupyterFrontEnd;
  readonly api: ReanaApi;
  readonly model: ReanaModel;
  readonly rendermime: IRenderMimeRegistry | null;
  readonly trans: TranslationBundle;
}

export class Views {
  constructor(private readonly _options: IViewsOptions) {}

  /** The files that are open, which come back when the page is loaded again. */
  readonly files = new WidgetTracker<Viewer>({ namespace: 'freezeout-reana-files' });

  async file(workflow: string, args: ReadonlyPartialJSONObject): Promise<void> {
    const { api, model, rendermime, trans } = this._options;
    const { path, connection: named } = args;
    const connection = typeof named === 'string' && named ? named : (model.listing?.connection ?? '');
    if (typeof path !== 'string') {
      return;
    }
    const row = model.listing?.find(workflow);
    const name = row?.full_name ?? workflow;
    const viewer = await this._open(
      {
        id: `freezeout-reana-file-${connection}-${workflow}-${path}`,
        title: PathExt.basename(path),
        caption: trans.__('%1 of %2', path, name),
        url: api.fileUrl(connection, workflow, path),
        rendermime,
        trans,
        read: () => api.preview(connection, workflow, path)
      },
      { connection, workflow, path }
    );
    if (!this.files.has(viewer)) {
      await this.files.add(viewer);
    }
  }

  async log({ id, full_name: name }: IWorkflow, step: string): Promise<void> {
    const { api, model, rendermime, trans } = this._options;
    const connection = model.listing?.connection ?? '';
    await this._open(
      {
        id: `freezeout-reana-log-${connection}-${id}-${step}`,
        title: trans.__('Log of %1', name),
        caption: trans.__('Log of %1', name),
        url: '',
        rendermime,
        trans,
        read: async () => plain(await api.stepLog(connection, id, step))
      },
      { connection, workflow: id, path: '' }
    );
  }

  async diff(one: IWorkflow, other: IWorkflow): Promise<void> {
    const { api, model, rendermime, trans } = this._options;
    const connection = model.listing?.connection ?? '';
    const names = [one.full_name, other.full_name] as const;
    await this._open(
      {
        id: `freezeout-reana-diff-${connection}-${one.id}-${other.id}`,
        title: trans.__('%1 and %2', ...names),
        caption: trans.__('How %1 differs from %2', ...names),
        url: '',
        rendermime,
        trans,
        read: async () => {
          const { sections } = await api.diff(connection, one.id, other.id);
          const parts = Object.entries(sections).map(
            ([name, text]) => `${name}\n${text.trim() || trans.__('no difference')}\n`
          );
          return plain(parts.join('\n'));
        }
      },
      { connection, workflow: one.id, path: '' }
    );
  }

  private async _open(options: IViewerOptions, shown: IShown): Promise<Viewer> {
    const { Viewer } = await import('./viewers');
    const { shell } = this._options.app;
    const open = [...shell.widgets('main')].find(({ id }) => id === options.id);
    const viewer = open instanceof Viewer ? open : new Viewer(options, shown);
    if (!viewer.isAttached) {
      shell.add(viewer, 'main');
    }
    shell.activateById(viewer.id);
    return viewer;
  }
}

function plain(text: string): IPreview {
  const size = new TextEncoder().encode(text).length;
  return { kind: 'text', path: '', size, truncated: false, message: '', text };
}
