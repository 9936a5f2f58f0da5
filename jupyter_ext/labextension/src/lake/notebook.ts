/** The notebook in front: cells put into it, and DIDs attached to it as variables. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { ISharedNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import { Attacher } from './attacher';
import type { IAttacherOptions } from './attacher';
import { pythonString, variableName } from './words';

/** What rucio-jupyterlab keeps in a notebook's metadata, and under which key. */
export const KEY = 'rucio_attachments';

export interface IAttachment {
  readonly did: string;
  readonly type: 'file' | 'collection';
  readonly variableName: string;
}

export class Notebooks {
  constructor(
    private readonly _shell: JupyterFrontEnd.IShell,
    options: Omit<IAttacherOptions, 'attachments'>
  ) {
    this._attacher = new Attacher({ ...options, attachments: panel => attachmentsOf(sharedOf(panel)) });
    this._attacher.changed.connect(() => {
      this._changed.emit();
    });
    _shell.currentChanged?.connect(this._follow, this);
    this._follow();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Its file's name; empty when no notebook is in front. */
  get name(): string {
    return this._panel ? PathExt.basename(this._panel.context.path) : '';
  }

  get attachments(): readonly IAttachment[] {
    return this._panel ? attachmentsOf(sharedOf(this._panel)) : [];
  }

  /** Why a variable could not be filled, when its kernel has said so; null when it was. */
  said(variable: string): string | null | undefined {
    return this._panel ? this._attacher.said(this._panel, variable) : undefined;
  }

  /** Put a cell below the active one that opens a DID; whether there was a notebook. */
  insert(did: string, type: 'file' | 'collection'): boolean {
    const shared = this._panel && sharedOf(this._panel);
    if (!this._panel || !shared) {
      return false;
    }
    const { content } = this._panel;
    const active: unknown = Reflect.get(content, 'activeCellIndex');
    const at = Math.min(typeof active === 'number' ? active + 1 : shared.cells.length, shared.cells.length);
    const sources = shared.cells.map(cell => cell.getSource());
    const name = variableName(did.slice(did.indexOf(':') + 1), assigned(sources));
    const imported = sources.slice(0, at).some(source => /^\s*import freezeout\b(?!\.)/m.test(source));
    const call = type === 'file' ? 'open' : 'get';
    const line = `${name} = freezeout.lake.${call}(${pythonString(did)})`;
    const source = imported ? line : `import freezeout\n\n${line}`;
    shared.insertCell(at, { cell_type: 'code', source, metadata: {} });
    Reflect.set(content, 'activeCellIndex', at);
    this._shell.activateById(this._panel.id);
    return true;
  }

  /** Attach a DID to the notebook; the variable's name, or empty when there is no notebook. */
  attach(did: string, type: 'file' | 'collection', wanted = ''): string {
    const shared = this._panel && sharedOf(this._panel);
    if (!this._panel || !shared) {
      return '';
    }
    const others = attachmentsOf(shared).filter(one => one.did !== did);
    const taken = others.map(one => one.variableName);
    const name = wanted || variableName(did.slice(did.indexOf(':') + 1), taken);
    shared.setMetadata(
      KEY,
      [...others, { did, type, variableName: name }].map(one => ({ ...one }))
    );
    this._attacher.fill(this._panel);
    this._changed.emit();
    return name;
  }

  detach(did: string): void {
    const shared = this._panel && sharedOf(this._panel);
    if (!this._panel || !shared) {
      return;
    }
    const others = attachmentsOf(shared).filter(one => one.did !== did);
    if (others.length > 0) {
      shared.setMetadata(
        KEY,
        others.map(one => ({ ...one }))
      );
    } else {
      shared.deleteMetadata(KEY);
    }
    this._changed.emit();
  }

  /** Fill the variables of the notebook in front again. */
  fill(): void {
    if (this._panel) {
      this._attacher.fill(this._panel);
    }
  }

  private _follow(): void {
    const { currentWidget: front } = this._shell;
    if (front && !(front instanceof DocumentWidget) && this._panel && !this._panel.isDisposed) {
      return;
    }
    const document: DocumentWidget | null = front instanceof DocumentWidget ? front : null;
    this._panel = document && sharedOf(document) ? document : null;
    if (this._panel) {
      this._attacher.watch(this._panel);
    }
    this._changed.emit();
  }

  private _panel: DocumentWidget | null = null;
  private readonly _attacher: Attacher;
  private readonly _changed = new Signal<this, void>(this);
}

/** The cells and metadata of a notebook; undefined of what is none. */
function sharedOf({ context }: DocumentWidget): ISharedNotebook | undefined {
  const { model, path } = context;
  const shared: unknown = PathExt.extname(path) === '.ipynb' ? Reflect.get(model, 'sharedModel') : undefined;
  return isNotebook(shared) ? shared : undefined;
}

function isNotebook(shared: unknown): shared is ISharedNotebook {
  return typeof shared === 'object' && shared !== null && 'cells' in shared && 'insertCell' in shared;
}

/** What is attached; what others have written there and is none is left out. */
function attachmentsOf(shared: ISharedNotebook | undefined): readonly IAttachment[] {
  const kept: unknown = shared?.getMetadata(KEY);
  return Array.isArray(kept) ? kept.filter(isAttachment) : [];
}

function isAttachment(kept: unknown): kept is IAttachment {
  return (
    typeof kept === 'object' &&
    kept !== null &&
    'did' in kept &&
    typeof kept.did === 'string' &&
    'variableName' in kept &&
    typeof kept.variableName === 'string' &&
    'type' in kept
  );
}

/** Names that the cells give a value to. */
function assigned(sources: readonly string[]): string[] {
  return sources.flatMap(source =>
    [...source.matchAll(/^\s*([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=)/gm)].map(found => found[1] ?? '')
  );
}
