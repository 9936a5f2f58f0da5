/** What is searched for, where, and what was before. */
import type { Tree } from './tree';

/** Searches that are offered again. */
const KEPT = 8;

export interface ISearchingOptions {
  readonly tree: () => Tree | null;
  readonly changed: () => void;
}

export class Searching {
  constructor(private readonly _options: ISearchingOptions) {}

  /** What is in the box. */
  get query(): string {
    return this._query;
  }

  set query(query: string) {
    this._query = query;
    this._options.changed();
  }

  /** The scope to which a search is restricted; empty for all. */
  get scope(): string {
    return this._scope;
  }

  set scope(scope: string) {
    this._scope = scope;
    if (this._options.tree()?.search) {
      this.search();
    }
    this._options.changed();
  }

  /** The last ones, the latest first. */
  get past(): readonly string[] {
    return this._past;
  }

  /** Search for what is in the box; nothing brings the tree back. */
  search(): void {
    const query = this._query.trim();
    if (query) {
      this._past = [query, ...this._past.filter(one => one !== query)].slice(0, KEPT);
    }
    this.apply();
    this._options.changed();
  }

  /** Have the tree show what is in the box, as when it is another one. */
  apply(): void {
    const tree = this._options.tree();
    const query = this._query.trim();
    if (tree && (query || tree.search)) {
      tree.search = query ? { query, scope: this._scope } : null;
    }
  }

  /** Bring back what was kept. */
  restore(query: string, scope: string, past: readonly string[]): void {
    this._query = query;
    this._scope = scope;
    this._past = past;
  }

  private _query = '';
  private _scope = '';
  private _past: readonly string[] = [];
}
