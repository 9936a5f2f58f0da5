/** The workflows of a server, page by page, read again as long as somebody looks. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import type { ReanaApi } from './api';
import { isLive } from './types';
import type { IWorkflow, IWorkflows, Status } from './types';

/** How often it is read: while something runs, while nothing does, and when it could not be. */
const LIVE_MS = 1_500;
const STILL_MS = 6_000;
const FAILED_MS = 5_000;

const SIZE = 50;

/** Pages from here on are read again only while something runs in them. */
const ALWAYS = 2;

/** Who types a search is waited for. */
const TYPING_MS = 250;

export interface IKeptListing {
  readonly search: string;
  readonly status: string;
  readonly sort: 'desc' | 'asc';
}

export interface IListingOptions {
  readonly api: ReanaApi;
  readonly trans: TranslationBundle;
  readonly changed: () => void;

  /** Whether something is under way that will change it. */
  readonly isStirred: () => boolean;

  /** Called with those of which something has changed. */
  readonly arrived: (workflows: readonly IWorkflow[]) => void;
}

export class Listing {
  constructor(
    private readonly _options: IListingOptions,
    readonly connection: string,
    kept: Partial<IKeptListing>
  ) {
    this._search = kept.search ?? '';
    this._status = kept.status ?? '';
    this._sort = kept.sort ?? 'desc';
  }

  /** All that are loaded; null until the first page is there. */
  get rows(): readonly IWorkflow[] | null {
    return this._rows;
  }

  get total(): number {
    return this._total;
  }

  /** Whether there are more than those that are loaded. */
  get hasMore(): boolean {
    return this._hasMore;
  }

  get isLoadingMore(): boolean {
    return this._loadingMore;
  }

  get failure(): ISaid | null {
    return this._failure;
  }

  find(id: string): IWorkflow | undefined {
    return this._rows?.find(row => row.id === id || row.full_name === id);
  }

  get search(): string {
    return this._search;
  }

  set search(search: string) {
    this._search = search;
    this._anew(TYPING_MS);
  }

  /** One state, or with an empty text all but deleted ones. */
  get status(): string {
    return this._status;
  }

  set status(status: string) {
    this._status = status;
    this._anew(0);
  }

  get sort(): 'desc' | 'asc' {
    return this._sort;
  }

  set sort(sort: 'desc' | 'asc') {
    this._sort = sort;
    this._anew(0);
  }

  /** Whether somebody looks at it. */
  set watched(watched: boolean) {
    this._watched = watched;
    if (watched) {
      void this.load();
    } else {
      clearTimeout(this._timer);
    }
  }

  /** Read what is loaded again. */
  async load(): Promise<void> {
    const turn = ++this._turn;
    clearTimeout(this._timer);
    const wanted = Math.max(1, this._pages.length);
    try {
      const pages: IWorkflows[] = [];
      for (let number = 1; number <= wanted; number += 1) {
        const known = this._pages[number - 1];
        const stale = number <= ALWAYS || !known || known.workflows.some(({ status }) => isLive(status));
        pages.push(stale ? await this._read(number) : known);
        if (turn !== this._turn) {
          return;
        }
        if (pages[number - 1]?.has_next === false) {
          break;
        }
      }
      this._take(pages);
      this._failure = null;
    } catch (error) {
      if (turn !== this._turn) {
        return;
      }
      this._failure = describe(this._options.trans, error);
    }
    this._options.changed();
    this._plan();
  }

  /** Load the next page. */
  async more(): Promise<void> {
    if (this._loadingMore || !this._hasMore) {
      return;
    }
    this._loadingMore = true;
    this._options.changed();
    const of = this._question;
    try {
      const next = await this._read(this._pages.length + 1);
      if (of === this._question) {
        this._take([...this._pages, next]);
      }
    } catch (error) {
      this._failure = describe(this._options.trans, error);
    }
    this._loadingMore = false;
    this._options.changed();
  }

  dispose(): void {
    this._watched = false;
    this._turn += 1;
    clearTimeout(this._timer);
  }

  toJSON(): IKeptListing {
    return { search: this._search, status: this._status, sort: this._sort };
  }

  private _read(page: number): Promise<IWorkflows> {
    return this._options.api.workflows(this.connection, {
      search: this._search.trim(),
      status: this._status ? [this._status as Status] : [],
      sort: this._sort,
      page,
      size: SIZE
    });
  }

  private _take(pages: readonly IWorkflows[]): void {
    const before = new Map(this._rows?.map(row => [row.id, JSON.stringify(row)]));
    this._pages = pages;
    const rows = new Map<string, IWorkflow>();
    pages.forEach(page => {
      page.workflows.forEach(row => rows.set(row.id, row));
    });
    this._rows = [...rows.values()];
    const last = pages[pages.length - 1];
    this._hasMore = last?.has_next ?? false;
    this._total = last?.total ?? 0;
    const news = this._rows.filter(row => before.get(row.id) !== JSON.stringify(row));
    if (news.length > 0) {
      this._options.arrived(news);
    }
  }

  /** Something else is asked for: what was loaded says nothing of it. */
  private _anew(pause: number): void {
    this._question += 1;
    this._turn += 1;
    this._pages = [];
    this._rows = null;
    this._options.changed();
    clearTimeout(this._timer);
    this._timer = setTimeout(() => void this.load(), pause);
  }

  private _plan(): void {
    clearTimeout(this._timer);
    if (this._watched && !document.hidden) {
      const live = this._options.isStirred() || (this._rows?.some(({ status }) => isLive(status)) ?? false);
      const pause = this._failure ? FAILED_MS : live ? LIVE_MS : STILL_MS;
      this._timer = setTimeout(() => void this.load(), pause);
    }
  }

  private _search: string;
  private _status: string;
  private _sort: 'desc' | 'asc';
  private _pages: readonly IWorkflows[] = [];
  private _rows: readonly IWorkflow[] | null = null;
  private _total = 0;
  private _hasMore = false;
  private _loadingMore = false;
  private _failure: ISaid | null = null;
  private _watched = false;
  private _turn = 0;
  private _question = 0;
  private _timer: ReturnType<typeof setTimeout> | undefined;
}
