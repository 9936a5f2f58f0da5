/** A long list of which only the parts are loaded that somebody looks at. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import type { IPage, IRow, ISlice } from './api';

/** Rows of a page; a screen has less. */
const SIZE = 200;

/** Pages asked for at once. */
const MOST = 3;

/** How often a list that still grows is looked at. */
const GROWING_MS = 400;

export interface IPagesOptions {
  readonly trans: TranslationBundle;

  /** @param refresh - whether what the server has kept will not do */
  readonly load: (slice: ISlice, refresh: boolean) => Promise<IPage>;

  /** Called when there is something new to be seen. */
  readonly changed: () => void;

  /** Called when the rows are other ones: places in the list mean nothing any more. */
  readonly reordered: () => void;
}

export class Pages {
  constructor(private readonly _options: IPagesOptions) {}

  /** How many rows there are, as far as is known; null before the first answer. */
  get total(): number | null {
    return this._total;
  }

  /** Whether the list is whole. */
  get complete(): boolean {
    return this._complete;
  }

  /** Why a part could not be loaded. */
  get failure(): ISaid | null {
    return this._failure;
  }

  /** Of a search: as the server has understood it. */
  get query(): string {
    return this._query;
  }

  /** A row when it is there. */
  row(index: number): IRow | undefined {
    return this._pages.get(Math.floor(index / SIZE))?.[index % SIZE];
  }

  /** The rows that are there. */
  *loaded(): IterableIterator<readonly [number, IRow]> {
    for (const [page, rows] of this._pages) {
      for (const [at, row] of rows.entries()) {
        yield [page * SIZE + at, row];
      }
    }
  }

  /** Have rows loaded, from one to another; what is asked for and no longer wanted is given up. */
  want(first: number, last: number): void {
    if (this._failure || this._disposed) {
      return;
    }
    const [from, to] = [Math.floor(Math.max(0, first) / SIZE), Math.floor(Math.max(0, last) / SIZE)];
    for (const [page, controller] of this._asked) {
      if (page < from - 1 || page > to + 1) {
        controller.abort();
        this._asked.delete(page);
      }
    }
    for (let page = from; page <= to && this._asked.size < MOST; page += 1) {
      if (!this._asked.has(page) && (!this._pages.has(page) || this._stale.has(page))) {
        void this._load(page);
      }
    }
  }

  /** The rows from one to another, all of them. */
  async all(first: number, last: number): Promise<IRow[]> {
    const [from, to] = [Math.floor(first / SIZE), Math.floor(last / SIZE)];
    for (let page = from; page <= to; page += 1) {
      if (!this._pages.has(page)) {
        await this._load(page);
      }
    }
    const rows: IRow[] = [];
    for (let index = first; index <= last; index += 1) {
      const row = this.row(index);
      if (row) {
        rows.push(row);
      }
    }
    return rows;
  }

  /** Read anew what is looked at; what is there stays until the answer. */
  refresh(anew: boolean): void {
    this._failure = null;
    this._refresh ||= anew;
    this._stale = new Set(this._pages.keys());
    if (this._total === null) {
      this.want(0, 0);
    } else {
      this._options.changed();
    }
  }

  dispose(): void {
    this._disposed = true;
    this._growing.abort();
    this._asked.forEach(controller => {
      controller.abort();
    });
    clearTimeout(this._timer);
  }

  private async _load(page: number): Promise<void> {
    const controller = new AbortController();
    this._asked.set(page, controller);
    const refresh = this._refresh;
    this._refresh = false;
    try {
      const slice = { offset: page * SIZE, limit: SIZE, signal: controller.signal };
      const found = await this._options.load(slice, refresh);
      if (!controller.signal.aborted) {
        this._take(page, found);
      }
    } catch (error) {
      this._refresh ||= refresh;
      if (!controller.signal.aborted) {
        this._failure = describe(this._options.trans, error);
      }
    } finally {
      if (this._asked.get(page) === controller) {
        this._asked.delete(page);
      }
      if (!this._disposed) {
        this._options.changed();
      }
    }
  }

  private _take(page: number, { rows, total, complete, revision, query, error }: IPage): void {
    if (this._revision !== null && revision !== this._revision) {
      // others than before: those of elsewhere are asked for when they are looked at
      this._pages.clear();
      this._stale.clear();
      this._options.reordered();
    }
    this._revision = revision;
    this._pages.set(page, rows);
    this._stale.delete(page);
    this._total = total;
    this._complete = complete;
    this._query = query ?? '';
    this._failure = error ?? null;
    clearTimeout(this._timer);
    if (!complete && !error && !this._disposed) {
      this._timer = setTimeout(() => {
        this._grow(total);
      }, GROWING_MS);
    }
  }

  /** See whether there are more by now; the last page may have been cut short. */
  private _grow(total: number): void {
    if (document.hidden) {
      this._timer = setTimeout(() => {
        this._grow(total);
      }, GROWING_MS * 5);
      return;
    }
    // not among what is looked at, which may be elsewhere: scrolling does not give it up
    const page = Math.floor(total / SIZE);
    const signal = this._growing.signal;
    void this._options
      .load({ offset: page * SIZE, limit: SIZE, signal }, false)
      .then(found => {
        this._take(page, found);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) {
          this._failure = describe(this._options.trans, error);
        }
      })
      .finally(() => {
        if (!this._disposed) {
          this._options.changed();
        }
      });
  }

  private _total: number | null = null;
  private _complete = false;
  private _failure: ISaid | null = null;
  private _query = '';
  private _revision: number | string | null = null;
  private _refresh = false;
  private _disposed = false;
  private _timer: ReturnType<typeof setTimeout> | undefined;
  private _stale = new Set<number>();
  private readonly _growing = new AbortController();
  private readonly _pages = new Map<number, readonly IRow[]>();
  private readonly _asked = new Map<number, AbortController>();
}
