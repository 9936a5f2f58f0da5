/** The notebook in front, and the kernel that it has. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';

export class CurrentNotebook {
  constructor(private readonly _shell: JupyterFrontEnd.IShell) {
    _shell.currentChanged?.connect(this._follow, this);
    this._follow();
  }

  /** Its file's name; empty when no notebook is in front. */
  get name(): string {
    return this._widget ? PathExt.basename(this._widget.context.path) : '';
  }

  /** Its kernel's name; empty when it has none. */
  get kernel(): string {
    return this._widget?.context.sessionContext.session?.kernel?.name ?? '';
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Give it another kernel. */
  async use(kernel: string): Promise<void> {
    await this._widget?.context.sessionContext.changeKernel({ name: kernel });
  }

  private _follow(): void {
    this._widget?.context.sessionContext.kernelChanged.disconnect(this._tell, this);
    const front: Widget | null = this._shell.currentWidget;
    const document: DocumentWidget | null = front instanceof DocumentWidget ? front : null;
    this._widget = document && isNotebook(document) ? document : null;
    this._widget?.context.sessionContext.kernelChanged.connect(this._tell, this);
    this._tell();
  }

  private _tell(): void {
    this._changed.emit();
  }

  private _widget: DocumentWidget | null = null;
  private readonly _changed = new Signal<this, void>(this);
}

function isNotebook({ context: { path, sessionContext } }: DocumentWidget): boolean {
  return PathExt.extname(path) === '.ipynb' && sessionContext.kernelPreference.shouldStart !== false;
}
