/** The notebook in front: cells put into it, and DIDs attached to it as variables. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { PathExt } from '@jupyterlab/coreutils';
import { DocumentWidget } from '@jupyterlab/docregistry';
import type { ISharedNotebook } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import { Attacher } from './attacher';
import type { IAttacherOptions, IAttachment } from './attacher';
import { pythonString, variableName } from './words';

/** What rucio-jupyterlab keeps in a notebook's metadata, and under which key. */
export const KEY = 'rucio_attachments';

/** Languages in which a line of Python is one; what is not said is taken for it. */
const PYTHONS = new Set(['', 'python', 'ipython', 'sage']);

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
    const front = this._front;
    return front ? PathExt.basename(front.context.path) : '';
  }

  /** The language of its cells, when that is not Python; empty when it is, or is not known. */
  get foreignLanguage(): string {
    const language = languageOf(this._front && sharedOf(this._front));
    return PYTHONS.has(language.toLowerCase()) ? '' : language;
  }

  get attachments(): readonly IAttachment[] {
    return this._front ? attachmentsOf(sharedOf(this._front)) : [];
  }

  /** Why a variable could not be filled, when its kernel has said so; null when it was. */
  said(variable: string): string | null | undefined {
    return this._front ? this._attacher.said(this._front, variable) : undefined;
  }

  /** Put a cell below the active one that opens a DID; whether there was a notebook. */
  insert(did: string, type: 'file' | 'collection'): boolean {
    return this._change((panel, shared) => {
      const { content } = panel;
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
      this._shell.activateById(panel.id);
    });
  }

  /** Attach a DID to the notebook; whether there was one. */
  attach(did: string, type: 'file' | 'collection', wanted = ''): boolean {
    return this._change((panel, shared) => {
      const others = attachmentsOf(shared).filter(one => one.did !== did);
      const taken = others.map(one => one.variableName);
      const name = wanted || variableName(did.slice(did.indexOf(':') + 1), taken);
      shared.setMetadata(
        KEY,
        [...others, { did, type, variableName: name }].map(one => ({ ...one }))
      );
      this._attacher.fill(panel);
      this._changed.emit();
    });
  }

  detach(did: string): void {
    const front = this._front;
    const shared = front && sharedOf(front);
    if (!shared) {
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
    const front = this._front;
    if (front) {
      this._attacher.fill(front);
    }
  }

  /** Change the notebook in front, once it is read: what is put into it before that is lost. */
  private _change(work: (panel: DocumentWidget, shared: ISharedNotebook) => void): boolean {
    const front = this._front;
    const shared = front && sharedOf(front);
    if (!shared) {
      return false;
    }
    void front.context.ready.then(() => {
      if (!front.isDisposed) {
        work(front, shared);
      }
    });
    return true;
  }

  private _follow(): void {
    const { currentWidget: front } = this._shell;
    if (front && !(front instanceof DocumentWidget) && this._panel && !this._panel.isDisposed) {
      return;
    }
    this._take(notebookOf(front));
    this._changed.emit();
  }

  /** The notebook in front: the one that had the focus last, else one that is seen and has not had it yet. */
  private get _front(): DocumentWidget | null {
    if (!this._panel || this._panel.isDisposed) {
      for (const widget of this._shell.widgets('main')) {
        const found = widget.isVisible ? notebookOf(widget) : null;
        if (found) {
          this._take(found);
          break;
        }
      }
    }
    return this._panel;
  }

  private _take(panel: DocumentWidget | null): void {
    this._panel = panel;
    if (panel) {
      this._attacher.watch(panel);
    }
  }

  private _panel: DocumentWidget | null = null;
  private readonly _attacher: Attacher;
  private readonly _changed = new Signal<this, void>(this);
}

function notebookOf(widget: Widget | null): DocumentWidget | null {
  const document: DocumentWidget | null = widget instanceof DocumentWidget ? widget : null;
  return document && sharedOf(document) ? document : null;
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

/** As its kernel said, or its kernel's specification. */
function languageOf(shared: ISharedNotebook | null | undefined): string {
  const said: unknown = shared?.getMetadata('language_info');
  const spec: unknown = shared?.getMetadata('kernelspec');
  for (const [from, key] of [
    [said, 'name'],
    [spec, 'language']
  ] as const) {
    const language: unknown = typeof from === 'object' && from !== null ? Reflect.get(from, key) : undefined;
    if (typeof language === 'string' && language) {
      return language;
    }
  }
  return '';
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
