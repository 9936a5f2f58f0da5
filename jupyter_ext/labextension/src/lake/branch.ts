/** A part of the tree that is unfolded: its own rows, and those of what is unfolded below. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ISaid } from '../server/describe';
import { didOf } from './api';
import type { IPage, IRow, IScope, ISlice } from './api';
import { Pages } from './pages';

/** Something in the tree. */
export type Node =
  | { readonly kind: 'scope'; readonly key: string; readonly scope: IScope }
  | { readonly kind: 'files'; readonly key: string; readonly scope: string }
  | { readonly kind: 'did'; readonly key: string; readonly row: IRow };

/** A line that is drawn: something, or a word in its place. */
export interface ILine {
  readonly what: 'node' | 'waiting' | 'loading' | 'failure' | 'empty';
  readonly node: Node | null;
  readonly failure: ISaid | null;
  readonly branch: Branch;

  /** Its place among its siblings. */
  readonly at: number;
  readonly expanded: boolean;
}

export interface ISource {
  /** The scopes of a lake; null until they are known, undefined where there are none. */
  readonly scopes?: () => readonly IScope[] | null;

  /** Why there are no scopes. */
  readonly failure?: () => ISaid | null;

  /** A page of what is below. */
  readonly load?: (slice: ISlice, contains: string, refresh: boolean) => Promise<IPage>;

  /** What stands below the rows. */
  readonly last?: readonly Node[];
}

export interface IOwner {
  readonly trans: TranslationBundle;

  /** Whether something is to be unfolded. */
  readonly isExpanded: (key: string) => boolean;
  readonly source: (node: Node) => ISource;
  readonly changed: () => void;
}

export class Branch {
  constructor(
    private readonly _owner: IOwner,
    private readonly _source: ISource,
    readonly key: string,
    readonly parent: Branch | null,
    public at: number
  ) {
    this.pages = this._begin();
  }

  /** Its rows; null where the scopes stand. */
  pages: Pages | null;

  get level(): number {
    return this.parent ? this.parent.level + 1 : 1;
  }

  /** What its rows have to have in their names. */
  get contains(): string {
    return this._contains;
  }

  set contains(text: string) {
    if (text !== this._contains) {
      this._contains = text;
      this._fold();
      this.pages?.dispose();
      this.pages = this._begin();
      this._owner.changed();
    }
  }

  /** Its own rows; null until they are known. */
  get rows(): number | null {
    return this.pages ? this.pages.total : (this._source.scopes?.()?.length ?? null);
  }

  /** Whether all rows are known. */
  get complete(): boolean {
    return this.pages?.complete ?? true;
  }

  /** Its own lines. */
  get size(): number {
    return Math.max(1, this.rows ?? 1) + (this._source.last?.length ?? 0);
  }

  /** Its lines, and those of what is unfolded below. */
  get count(): number {
    let sum = this.size;
    for (const child of this._open.values()) {
      sum += child.count;
    }
    return sum;
  }

  /** What is unfolded in it, from top to bottom. */
  get open(): readonly Branch[] {
    return [...this._open.values()].sort((one, other) => one.at - other.at);
  }

  /** A line by its place among all lines. */
  line(index: number): ILine | undefined {
    let above = 0;
    for (const child of this.open) {
      if (index <= child.at + above) {
        break;
      }
      const below = index - above - child.at - 1;
      const { count } = child;
      if (below < count) {
        return child.line(below);
      }
      above += count;
    }
    const at = index - above;
    return at < this.size ? this.own(at) : undefined;
  }

  /** A line of its own. */
  own(at: number): ILine {
    const node = this.node(at) ?? null;
    const failure = this.pages?.failure ?? this._source.failure?.() ?? null;
    const what = node
      ? 'node'
      : this.rows === 0
        ? 'empty'
        : failure
          ? 'failure'
          : this.rows === null
            ? 'loading'
            : 'waiting';
    const expanded = node !== null && this._open.get(at)?.key === node.key;
    return { what, node, failure: what === 'failure' ? failure : null, branch: this, at, expanded };
  }

  /** Where a line of its own is among all lines of the tree. */
  indexOf(at: number): number {
    let index = at;
    for (const child of this._open.values()) {
      index += child.at < at ? child.count : 0;
    }
    return this.parent ? this.parent.indexOf(this.at) + 1 + index : index;
  }

  /** What stands at a place, when it is loaded. */
  node(at: number): Node | undefined {
    const rows = Math.max(1, this.rows ?? 1);
    if (at >= rows) {
      return this._source.last?.[at - rows];
    }
    const scope = this._source.scopes?.()?.[at];
    if (scope) {
      return { kind: 'scope', key: `${this.key}\n${scope.scope}`, scope };
    }
    const row = this.pages?.row(at);
    return row && this._didNode(row);
  }

  /** The place of something, when it is loaded. */
  place(key: string): number | undefined {
    for (const [at, row] of this.pages?.loaded() ?? []) {
      if (this._didNode(row).key === key) {
        return at;
      }
    }
    for (let at = this.pages ? this.size - (this._source.last?.length ?? 0) : 0; at < this.size; at += 1) {
      if (this.node(at)?.key === key) {
        return at;
      }
    }
    return undefined;
  }

  child(key: string): Branch | undefined {
    return [...this._open.values()].find(child => child.key === key);
  }

  /** Unfold what has to be, and fold what has not. */
  sync(): void {
    for (const [at, child] of [...this._open]) {
      const node = this.node(at);
      if (!this._owner.isExpanded(child.key)) {
        this._open.delete(at);
        child.dispose();
      } else if (node && node.key !== child.key) {
        this._open.delete(at);
        this._orphans.set(child.key, child);
      }
    }
    const openAt = (at: number, node: Node | undefined): void => {
      if (node && !this._open.has(at) && this._owner.isExpanded(node.key)) {
        const child =
          this._orphans.get(node.key) ??
          new Branch(this._owner, this._owner.source(node), node.key, this, at);
        this._orphans.delete(node.key);
        child.at = at;
        this._open.set(at, child);
      }
    };
    if (this.pages) {
      for (const [at, row] of this.pages.loaded()) {
        openAt(at, row.type === 'FILE' ? undefined : this._didNode(row));
      }
    }
    const first = this.pages ? Math.max(1, this.rows ?? 1) : 0;
    for (let at = first; at < this.size; at += 1) {
      openAt(at, this.node(at));
    }
    this._open.forEach(child => {
      child.sync();
    });
  }

  refresh(anew: boolean): void {
    this.pages?.refresh(anew);
    this._open.forEach(child => {
      child.refresh(anew);
    });
  }

  dispose(): void {
    this.pages?.dispose();
    this._fold();
    this._orphans.forEach(child => {
      child.dispose();
    });
  }

  private _didNode(row: IRow): Node & { kind: 'did' } {
    return { kind: 'did', key: `${this.key}\n${didOf(row)}`, row };
  }

  private _begin(): Pages | null {
    const { load } = this._source;
    return load
      ? new Pages({
          trans: this._owner.trans,
          load: (slice, refresh) => load(slice, this._contains, refresh),
          changed: () => {
            this.sync();
            this._owner.changed();
          },
          reordered: () => {
            this._open.forEach(child => this._orphans.set(child.key, child));
            this._open.clear();
          }
        })
      : null;
  }

  private _fold(): void {
    this._open.forEach(child => {
      child.dispose();
    });
    this._open.clear();
  }

  private _contains = '';
  private readonly _open = new Map<number, Branch>();
  private readonly _orphans = new Map<string, Branch>();
}
