/** The files of a workspace: loaded page by page, and made into a tree as far as it is unfolded. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import type { ReanaApi } from './api';
import type { IFile, IFiles } from './types';

const SIZE = 1000;

/** As many lines of a folder are drawn before more are asked for. */
const LINES = 200;

const TYPING_MS = 250;

/** A line of the tree. */
export interface IEntry {
  /** In the workspace; of a folder without a slash at its end. */
  readonly path: string;
  readonly name: string;
  readonly level: number;

  /** Null for a folder. */
  readonly file: IFile | null;
  readonly expanded: boolean;

  /** Files below it. */
  readonly count: number;

  /** Lines of its folder that are not drawn; then it stands for them. */
  readonly hidden: number;
}

interface IFolder {
  readonly folders: Map<string, IFolder>;
  readonly files: Map<string, IFile>;
  count: number;
}

export interface IFilesOptions {
  readonly api: ReanaApi;
  readonly trans: TranslationBundle;
  readonly changed: () => void;
}

export class Files {
  constructor(
    private readonly _options: IFilesOptions,
    private readonly _connection: string,
    private readonly _workflow: string
  ) {}

  /** How many there are; null until it is known. */
  get total(): number | null {
    return this._total;
  }

  /** How many are loaded. */
  get loaded(): number {
    return this._files.length;
  }

  get failure(): ISaid | null {
    return this._failure;
  }

  get isLoading(): boolean {
    return this._loading > 0;
  }

  get hasMore(): boolean {
    return this._hasMore;
  }

  get search(): string {
    return this._search;
  }

  set search(search: string) {
    this._search = search;
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this.load(), TYPING_MS);
    this._options.changed();
  }

  /** The paths that are selected: files and folders. */
  get selected(): ReadonlySet<string> {
    return this._selected;
  }

  /** Whether a file, or a folder with files, is of this path, as far as they are loaded. */
  has(path: string): boolean {
    return this._files.some(file => isIn(file.path, path));
  }

  select(...paths: readonly string[]): void {
    this._selected = new Set(paths);
    this._options.changed();
  }

  toggleSelected(path: string): void {
    const selected = new Set(this._selected);
    if (!selected.delete(path)) {
      selected.add(path);
    }
    this._selected = selected;
    this._options.changed();
  }

  /** The lines that are drawn. */
  get entries(): readonly IEntry[] {
    this._entries ??= this._lines();
    return this._entries;
  }

  toggle(path: string): void {
    if (!this._expanded.delete(path)) {
      this._expanded.add(path);
    }
    this._draw();
  }

  /** Draw more lines of a folder. */
  showMore(folder: string): void {
    this._drawn.set(folder, (this._drawn.get(folder) ?? LINES) + 5 * LINES);
    this._draw();
  }

  /**
   * Read as much as is loaded again.
   *
   * @param anew - whether what the server found a moment ago will not do
   */
  async load(anew = false): Promise<void> {
    const pages = Math.max(1, Math.ceil(this._files.length / SIZE));
    await this._read(1, pages, anew);
  }

  async more(): Promise<void> {
    const next = Math.floor(this._files.length / SIZE) + 1;
    await this._read(next, next);
  }

  private async _read(first: number, last: number, anew = false): Promise<void> {
    const turn = ++this._turn;
    this._loading += 1;
    this._options.changed();
    try {
      const files = first > 1 ? this._files.slice(0, (first - 1) * SIZE) : [];
      let page: IFiles | null = null;
      for (let number = first; number <= last && page?.has_next !== false; number += 1) {
        page = await this._options.api.files(
          this._connection,
          this._workflow,
          { search: this._search.trim(), page: number, size: SIZE },
          anew && number === 1
        );
        files.push(...page.files);
      }
      if (turn === this._turn) {
        this._files = files;
        this._total = page?.total ?? files.length;
        this._hasMore = page?.has_next ?? false;
        this._failure = null;
        this._root = null;
        const there = new Set(this._selected);
        this._selected = new Set([...there].filter(path => files.some(file => isIn(file.path, path))));
      }
    } catch (error) {
      if (turn === this._turn) {
        this._failure = describe(this._options.trans, error);
      }
    }
    this._loading -= 1;
    this._draw();
  }

  private _lines(): readonly IEntry[] {
    const lines: IEntry[] = [];
    this._root ??= tree(this._files);
    const add = (folder: IFolder, path: string, level: number): void => {
      const drawn = this._drawn.get(path) ?? LINES;
      const children = [...folder.folders].sort(byName);
      let left = drawn;
      for (const [name, inner] of children.slice(0, left)) {
        const here = path ? `${path}/${name}` : name;
        const expanded = this._search !== '' || this._expanded.has(here);
        lines.push({ path: here, name, level, file: null, expanded, count: inner.count, hidden: 0 });
        if (expanded) {
          add(inner, here, level + 1);
        }
      }
      left -= children.length;
      const files = [...folder.files].sort(byName);
      for (const [name, file] of files.slice(0, Math.max(0, left))) {
        lines.push({ path: file.path, name, level, file, expanded: false, count: 1, hidden: 0 });
      }
      const hidden = children.length + files.length - drawn;
      if (hidden > 0) {
        lines.push({ path, name: '', level, file: null, expanded: false, count: 0, hidden });
      }
    };
    add(this._root, '', 1);
    return lines;
  }

  private _draw(): void {
    this._entries = null;
    this._options.changed();
  }

  private _files: readonly IFile[] = [];
  private _root: IFolder | null = null;
  private _entries: readonly IEntry[] | null = null;
  private _total: number | null = null;
  private _hasMore = false;
  private _failure: ISaid | null = null;
  private _loading = 0;
  private _turn = 0;
  private _search = '';
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _selected: ReadonlySet<string> = new Set();
  private readonly _expanded = new Set<string>();
  private readonly _drawn = new Map<string, number>();
}

/** Whether a file is a path, or in a folder. */
function isIn(file: string, path: string): boolean {
  return file === path || file.startsWith(`${path}/`);
}

function tree(files: readonly IFile[]): IFolder {
  const root: IFolder = { folders: new Map(), files: new Map(), count: 0 };
  for (const file of files) {
    const parts = file.path.split('/').filter(Boolean);
    const name = parts.pop() ?? file.path;
    let folder = root;
    folder.count += 1;
    for (const part of parts) {
      const inner = folder.folders.get(part) ?? { folders: new Map(), files: new Map(), count: 0 };
      folder.folders.set(part, inner);
      folder = inner;
      folder.count += 1;
    }
    folder.files.set(name, file);
  }
  return root;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
