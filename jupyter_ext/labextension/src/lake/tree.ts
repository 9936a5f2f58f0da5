/** The tree of a lake: scopes, containers, datasets, files; or what a search has found. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { didOf } from './api';
import type { IRow, IScope, LakeApi } from './api';
import { Branch } from './branch';
import type { ILine, IOwner, ISource, Node } from './branch';

export interface ITreeOptions {
  readonly api: LakeApi;
  readonly trans: TranslationBundle;
  readonly changed: () => void;
}

export interface ISearch {
  readonly query: string;
  readonly scope: string;
}

/** Selected at once at most, when the rows between two are meant. */
const MOST_SELECTED = 5000;

export class Tree {
  constructor(
    private readonly _options: ITreeOptions,
    readonly connection: string,
    expanded: readonly string[] = []
  ) {
    this._expanded = new Set(expanded);
    this._owner = {
      trans: _options.trans,
      isExpanded: key => this._expanded.has(key),
      source: node => this._source(node),
      changed: () => {
        this._changed();
      }
    };
    this._scopesRoot = new Branch(
      this._owner,
      { scopes: () => this._scopes, failure: () => this._failure },
      '',
      null,
      0
    );
  }

  /** What is drawn. */
  get root(): Branch {
    return this._found ?? this._scopesRoot;
  }

  get scopes(): readonly IScope[] | null {
    return this._scopes;
  }

  get search(): ISearch | null {
    return this._search;
  }

  /** Look for something, or show the tree again. */
  set search(search: ISearch | null) {
    this.filter(null);
    this._found?.dispose();
    this._search = search;
    this._found = null;
    if (search) {
      const { query, scope } = search;
      const load: ISource['load'] = slice => this._options.api.search(this.connection, query, scope, slice);
      this._found = new Branch(this._owner, { load }, '?', null, 0);
    }
    this._active = 0;
    this._activeKey = '';
    this._changed();
  }

  /** What is unfolded, to be kept. */
  get expanded(): readonly string[] {
    return [...this._expanded].filter(key => !key.startsWith('?'));
  }

  get count(): number {
    return this.root.count;
  }

  line(index: number): ILine | undefined {
    return this.root.line(index);
  }

  /** The line on which the keyboard is. */
  get active(): number {
    return this._active;
  }

  set active(index: number) {
    this._active = Math.max(0, Math.min(this.count - 1, index));
    this._activeKey = this.line(this._active)?.node?.key ?? '';
    this._options.changed();
  }

  /** The dataset or container in which the active line stands. */
  get parentOfActive(): string | undefined {
    const { branch } = this.line(this._active) ?? {};
    const node = branch?.parent?.node(branch.at);
    return node?.kind === 'did' ? didOf(node.row) : undefined;
  }

  /** The scope in which the active line stands. */
  get scopeOfActive(): string {
    const node = this.line(this._active)?.node;
    const row = node?.kind === 'did' ? node.row.scope : undefined;
    return row ?? (node?.kind === 'scope' ? node.scope.scope : node?.kind === 'files' ? node.scope : '');
  }

  /** What is selected, by DID. */
  get selection(): ReadonlyMap<string, IRow> {
    return this._selection;
  }

  select(rows: readonly IRow[]): void {
    this._selection = new Map(rows.map(row => [didOf(row), row]));
    this._options.changed();
  }

  /** Add to what is selected, or take away from it. */
  toggleSelected(row: IRow): void {
    const selection = new Map(this._selection);
    if (!selection.delete(didOf(row))) {
      selection.set(didOf(row), row);
    }
    this._selection = selection;
    this._options.changed();
  }

  /** Select all between two lines, if they are siblings; those that are not loaded are. */
  async selectBetween(from: number, to: number): Promise<void> {
    const [one, other] = [this.line(Math.min(from, to)), this.line(Math.max(from, to))];
    if (!one || other?.branch !== one.branch) {
      return;
    }
    const last = Math.min(other.at, one.at + MOST_SELECTED - 1);
    this.select((await one.branch.pages?.all(one.at, last)) ?? []);
  }

  /** Have what is looked at loaded. */
  want(first: number, last: number): void {
    const parts = new Map<Branch, { first: number; last: number }>();
    for (let index = first; index <= last; index += 1) {
      const line = this.line(index);
      if (line) {
        const part = parts.get(line.branch);
        parts.set(line.branch, { first: part?.first ?? line.at, last: line.at });
      }
    }
    for (const [{ pages }, part] of parts) {
      const end = (pages?.total ?? 1) - 1;
      if (part.first <= Math.max(0, end)) {
        pages?.want(part.first, Math.max(0, Math.min(part.last, end)));
      }
    }
  }

  expand(line: ILine): void {
    if (line.node && isExpandable(line.node)) {
      this._expanded.add(line.node.key);
      line.branch.sync();
      this._changed();
    }
  }

  collapse(line: ILine): void {
    if (line.node) {
      if (this._filtered?.key.startsWith(line.node.key)) {
        this.filter(null);
      }
      this._expanded.delete(line.node.key);
      line.branch.sync();
      this._changed();
    }
  }

  /** The branch below a line, when it is unfolded. */
  below(line: ILine): Branch | undefined {
    return line.node ? line.branch.child(line.node.key) : undefined;
  }

  /** The branch whose rows are filtered. */
  get filtered(): Branch | null {
    return this._filtered;
  }

  /** Filter a branch; null ends it. */
  filter(branch: Branch | null): void {
    if (this._filtered && this._filtered !== branch) {
      this._filtered.contains = '';
    }
    this._filtered = branch;
    this._options.changed();
  }

  /** What a branch is below of: a scope, or a name in it. */
  nameOf(branch: Branch): string {
    const parts = branch.key.split('\n');
    const last = parts.pop() || (parts.pop() ?? '');
    return last.slice(last.indexOf(':') + 1);
  }

  /** Read the scopes, and anew what is unfolded. */
  async load(anew = false): Promise<void> {
    const turn = ++this._turn;
    if (this._failure) {
      // skeletons instead of the error, so that one sees that it is tried
      this._failure = null;
      this._options.changed();
    }
    try {
      const scopes = await this._options.api.scopes(this.connection);
      if (turn !== this._turn) {
        return;
      }
      this._scopes = scopes;
      this._failure = null;
      this._scopesRoot.sync();
      this._scopesRoot.refresh(anew);
      this._found?.refresh(anew);
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      this._failure = describe(this._options.trans, error);
    }
    this._changed();
  }

  /** Unfold a scope, and look at what is in it from its beginning. */
  showScope(scope: string): void {
    this._expanded.add(`\n${scope}`);
    this._scopesRoot.sync();
    const at = this._scopes?.findIndex(one => one.scope === scope) ?? -1;
    if (at >= 0 && !this._found) {
      this.active = this._scopesRoot.indexOf(at);
    }
    this._changed();
  }

  dispose(): void {
    this._turn += 1;
    this._scopesRoot.dispose();
    this._found?.dispose();
  }

  private _source(node: Node): ISource {
    const { api } = this._options;
    const { connection } = this;
    switch (node.kind) {
      case 'scope': {
        const { scope } = node.scope;
        return {
          load: (slice, contains, refresh) =>
            api.listing(connection, { scope, type: 'collection' }, slice, contains, refresh),
          last: [{ kind: 'files', key: `${node.key}\n`, scope }]
        };
      }
      case 'files':
        return {
          load: (slice, contains, refresh) =>
            api.listing(connection, { scope: node.scope, type: 'file' }, slice, contains, refresh)
        };
      case 'did': {
        const did = didOf(node.row);
        return {
          load: (slice, contains, refresh) => api.listing(connection, { did }, slice, contains, refresh)
        };
      }
    }
  }

  /** Lines have come or gone: the keyboard stays where it was. */
  private _changed(): void {
    if (this._activeKey && this.line(this._active)?.node?.key !== this._activeKey) {
      const found = this._find(this._activeKey);
      if (found !== undefined) {
        this._active = found;
      }
    }
    this._active = Math.max(0, Math.min(this.count - 1, this._active));
    this._options.changed();
  }

  private _find(key: string, branch = this.root): number | undefined {
    const at = branch.place(key);
    if (at !== undefined) {
      return branch.indexOf(at);
    }
    const child = branch.open.find(one => key.startsWith(`${one.key}\n`));
    return child && this._find(key, child);
  }

  private _scopes: readonly IScope[] | null = null;
  private _failure: ISaid | null = null;
  private _filtered: Branch | null = null;
  private _search: ISearch | null = null;
  private _found: Branch | null = null;
  private _active = 0;
  private _activeKey = '';
  private _turn = 0;
  private _selection: ReadonlyMap<string, IRow> = new Map<string, IRow>();
  private readonly _expanded: Set<string>;
  private readonly _owner: IOwner;
  private readonly _scopesRoot: Branch;
}

export function isExpandable(node: Node): boolean {
  return node.kind !== 'did' || node.row.type !== 'FILE';
}
