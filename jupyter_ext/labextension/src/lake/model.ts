/** What the panel shows: a lake, its tree, what is selected in it, and what is being done. */
import { VDomModel } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import { isLive } from '../jobs/api';
import type { IJob } from '../jobs/api';
import type { IJobs } from '../jobs/tokens';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { ApiError } from '../server/request';
import { didOf } from './api';
import type { DidType, IConnection, IRow, IRule, IUpload, LakeApi } from './api';
import { Connections, isUsable, START_KIND } from './connections';
import { Details } from './details';
import { Tree } from './tree';
import type { ISearch } from './tree';
import { lifetimes } from './words';
import type { ILifetime } from './words';

export const SUBJECT = 'lake:';

/** Searches that are offered again. */
const KEPT_SEARCHES = 8;

/** How often, and how many times, it is looked whether what was deleted has gone. */
const LOOK_MS = 1500;
const LOOKS = 60;

/** A form that is unfolded, with what it starts with. */
export type Form =
  | { readonly kind: 'dataset' | 'container'; readonly contents: readonly IRow[] }
  | { readonly kind: 'upload'; readonly paths: readonly string[]; readonly target: string }
  | { readonly kind: 'add'; readonly contents: readonly IRow[] };

/** What is asked before something goes. */
export type Question =
  | { readonly what: 'delete'; readonly did: string }
  | { readonly what: 'detach'; readonly did: string; readonly parent: string }
  | { readonly what: 'rule'; readonly rule: IRule }
  | { readonly what: 'metadata'; readonly key: string };

/** Something that the server would not do. */
export interface IRefusal extends ISaid {
  readonly retry: (() => void) | null;
}

export interface IOptions {
  readonly api: LakeApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
}

/** An alias, as an interface is no JSON. */

type Kept = {
  readonly connection: string;
  readonly expanded: readonly string[];
  readonly query: string;
  readonly scope: string;
  readonly searches: readonly string[];
  readonly did: string;
  readonly height: number;
  readonly dismissed: readonly string[];
};

export class LakeModel extends VDomModel {
  constructor(private readonly _options: IOptions) {
    super();
    const { jobs, trans } = _options;
    this.lifetimes = lifetimes(trans);
    this.connections = new Connections(_options);
    this.connections.changed.connect(this._draw, this);
    this.connections.chosenChanged.connect((_, chosen) => {
      this._open(chosen);
    });
    this.connections.recovered.connect(() => {
      void this.refresh(false);
    });
    jobs.changed.connect(this._onJobs, this);
    jobs.connectionChanged.connect((_, connected) => {
      if (connected && this.connections.all) {
        void this.connections.load();
      }
      this._draw();
    });
    void jobs.loaded.then(() => {
      this._draw();
    });
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this._watched) {
        this.look();
      }
    });
  }

  readonly connections: Connections;

  get jobs(): IJobs {
    return this._options.jobs;
  }

  get api(): LakeApi {
    return this._options.api;
  }

  /** The tree of the lake that is looked at; null when there is none. */
  get tree(): Tree | null {
    return this._tree;
  }

  /** What is known of what is selected. */
  get details(): Details | null {
    return this._details;
  }

  get query(): string {
    return this._query;
  }

  set query(query: string) {
    this._query = query;
    this._draw();
  }

  /** The scope to which a search is restricted; empty for all. */
  get scope(): string {
    return this._scope;
  }

  set scope(scope: string) {
    this._scope = scope;
    if (this._tree?.search) {
      this.search();
    }
    this._draw();
  }

  get searches(): readonly string[] {
    return this._searches;
  }

  get form(): Form | null {
    return this._form;
  }

  set form(form: Form | null) {
    this._form = form;
    this._refused.delete('form');
    this._news = form?.kind ?? '';
    this._draw();
  }

  get question(): Question | null {
    return this._question;
  }

  set question(question: Question | null) {
    this._question = question;
    this._news = question ? `ask ${question.what}` : '';
    this._draw();
  }

  /** Where something was added last. */
  get lastDataset(): string {
    return this._lastDataset;
  }

  /** Whether it is asked for how long something is to be here. */
  get asking(): boolean {
    return this._asking;
  }

  set asking(asking: boolean) {
    this._asking = asking;
    this._news = asking ? 'lifetime' : '';
    this._draw();
  }

  readonly lifetimes: readonly ILifetime[];

  /** How high the details are, in pixels. */
  get height(): number {
    return this._height;
  }

  set height(height: number) {
    this._height = height;
    this._draw();
  }

  /** Whether somebody looks at the panel. */
  set watched(watched: boolean) {
    this._watched = watched;
    this.connections.watched = watched;
  }

  /** Whether something was unfolded just now; once, so that what is drawn anew takes no focus. */
  isNews(what: string): boolean {
    const news = this._news === what;
    if (news) {
      this._news = '';
    }
    return news;
  }

  /** Filter what a line is about, or is in. */
  filter(): void {
    const line = this._tree?.line(this._tree.active);
    if (this._tree && line) {
      this._tree.expand(line);
      const branch = this._tree.below(line) ?? line.branch;
      if (branch.pages && (branch !== this._tree.root || !this._tree.search)) {
        this._news = 'filter';
        this._tree.filter(branch);
      }
    }
  }

  isPending(what: string): boolean {
    return this._pending.has(what);
  }

  refusal(what: string): IRefusal | undefined {
    return this._refused.get(what);
  }

  /** Say why something was not done, where it was asked for. */
  refuse(what: string, message: string, hint: string): void {
    this._refused.set(what, { code: what, message, hint, retry: null });
    this._draw();
  }

  dismiss(what: string): void {
    this._refused.delete(what);
    this._draw();
  }

  /** Search for what is in the box; nothing brings the tree back. */
  search(): void {
    const query = this._query.trim();
    if (query) {
      this._searches = [query, ...this._searches.filter(one => one !== query)].slice(0, KEPT_SEARCHES);
    }
    if (this._tree) {
      this._tree.search = query ? { query, scope: this._scope } : null;
    }
    this._draw();
  }

  /** Look at a DID; what is known of it is read. */
  show(did: string, type: DidType | '' = ''): void {
    const connection = this._tree?.connection;
    if (connection === undefined || (this._details?.did === did && !this._details.gone)) {
      return;
    }
    this._details?.dispose();
    this._question = null;
    this._asking = false;
    ['available', 'download', 'insert', 'variable', 'delete', 'detach'].forEach(what =>
      this._refused.delete(what)
    );
    this._details = new Details(
      {
        api: this._options.api,
        trans: this._options.trans,
        changed: () => {
          this._draw();
        },
        isWatched: () => this._watched,
        arrived: () => {
          this._tree?.root.refresh(true);
        }
      },
      connection,
      did,
      type
    );
    this._draw();
    const details = this._details;
    // who runs along the tree with the arrow keys asks for nothing on the way
    setTimeout(() => {
      if (this._details === details) {
        void details.load();
      }
    }, 120);
  }

  hide(): void {
    this._details?.dispose();
    this._details = null;
    this._question = null;
    this._draw();
  }

  /** What an action is about: what is selected, else what is looked at. */
  get targets(): readonly IRow[] {
    return [...(this._tree?.selection.values() ?? [])];
  }

  /** The row of a DID, from wherever it is known. */
  row(did: string): IRow | undefined {
    const selected = this._tree?.selection.get(did);
    const info = this._details?.did === did ? this._details.info.value : null;
    return (
      selected ??
      (info
        ? {
            scope: info.scope,
            name: info.name,
            type: info.type,
            bytes: info.bytes,
            adler32: info.adler32,
            length: info.length
          }
        : undefined)
    );
  }

  /** Look whether there is news, as when the panel comes to the front. */
  look(): void {
    void this.connections.load();
    if (isUsable(this.connections.chosen?.state ?? null)) {
      void this._tree?.load();
      void this._details?.load();
    }
  }

  /** @param anew - whether what the server has kept will not do */
  async refresh(anew: boolean): Promise<void> {
    if (anew) {
      void this.connections.load();
    }
    await Promise.all([this._tree?.load(anew), this._details?.load()]);
  }

  /** Jobs of this lake that run, or failed and are not dismissed; those that run first. */
  get transfers(): readonly IJob[] {
    const shown = [...this.jobs.jobs.values()].filter(
      job =>
        job.subject.startsWith(SUBJECT) &&
        job.kind !== START_KIND &&
        (isLive(job) || (job.state === 'failed' && !this._dismissed.has(job.id)))
    );
    return shown.sort(
      (one, other) =>
        Number(isLive(other)) - Number(isLive(one)) || other.created_at.localeCompare(one.created_at)
    );
  }

  dismissJob(id: string): void {
    this._dismissed.add(id);
    this._draw();
  }

  /** Jobs whose log is shown. */
  readonly logs = new Set<string>();

  showLog(id: string, shown: boolean): void {
    if (shown) {
      this.logs.add(id);
    } else {
      this.logs.delete(id);
    }
    this._draw();
  }

  cancelJob(id: string): Promise<void> {
    return this._do(`job ${id}`, () => this.jobs.cancel(id));
  }

  /** Have a copy made on the storage nearby. */
  makeAvailable(did: string, lifetime: number | null): Promise<void> {
    this._asking = false;
    return this._do('available', async connection => {
      const rule = await this._options.api.addRule(connection, did, lifetime);
      if (this._details?.did === did) {
        this._details.put(rule);
      }
    });
  }

  changeRule(id: string, lifetime: number | null): Promise<void> {
    return this._do(`rule ${id}`, async connection => {
      this._details?.put(await this._options.api.changeRule(connection, id, lifetime));
    });
  }

  removeRule(id: string): Promise<void> {
    return this._do(`rule ${id}`, async connection => {
      await this._options.api.removeRule(connection, id).catch(unlessGone);
      this.question = null;
      await this._details?.load();
      this._tree?.root.refresh(true);
    });
  }

  setMetadata(key: string, value: ReadonlyPartialJSONValue): Promise<boolean> {
    return this._edit(key, (connection, did) => this._options.api.setMetadata(connection, did, key, value));
  }

  deleteMetadata(key: string): Promise<boolean> {
    this._question = null;
    return this._edit(key, (connection, did) => this._options.api.deleteMetadata(connection, did, key));
  }

  download(did: string, to: string): Promise<void> {
    return this._do('download', async connection => {
      this.jobs.add(await this._options.api.download(connection, did, to));
    });
  }

  upload(upload: IUpload): Promise<void> {
    return this._do('form', async connection => {
      this.jobs.add(await this._options.api.upload(connection, upload));
      this.form = null;
    });
  }

  create(
    did: string,
    type: 'dataset' | 'container',
    contents: readonly string[],
    metadata: ReadonlyPartialJSONObject
  ): Promise<void> {
    return this._do('form', async connection => {
      const made = await this._options.api.create(connection, { did, type, contents, metadata });
      this.form = null;
      await this._tree?.load(true);
      this._tree?.showScope(made.scope);
      this.show(made.did, made.type);
    });
  }

  attach(did: string, contents: readonly string[]): Promise<void> {
    return this._do('form', async connection => {
      await this._options.api.attach(connection, did, contents);
      this._lastDataset = did;
      this.form = null;
      await this.refresh(true);
    });
  }

  detach(did: string, parent: string): Promise<void> {
    return this._do('detach', async connection => {
      await this._options.api.detach(connection, parent, [did]);
      this.question = null;
      await this.refresh(true);
    });
  }

  remove(did: string): Promise<void> {
    return this._do('delete', async connection => {
      await this._options.api.remove(connection, did).catch(unlessGone);
      this._tree?.select([...this._tree.selection.values()].filter(row => didOf(row) !== did));
      if (this._details?.did === did) {
        this.hide();
      }
      this.question = null;
      this._going.add(did);
      await this._tree?.load(true);
      void this._follow(did);
    });
  }

  /** Whether it has been deleted, and its name is still there: Rucio's daemons take it away. */
  isGoing(did: string): boolean {
    return this._going.has(did);
  }

  /** What is kept when the page is left. */
  toJSON(): Kept {
    return {
      connection: this.connections.name,
      expanded: this._tree?.expanded ?? this._kept.expanded ?? [],
      query: this._tree?.search?.query ?? '',
      scope: this._scope,
      searches: this._searches,
      did: this._details?.did ?? '',
      height: this._height,
      dismissed: [...this._dismissed].slice(-50)
    };
  }

  /** Bring back what was kept. */
  restore(kept: Partial<Kept>): void {
    this._kept = kept;
    this._query = kept.query ?? '';
    this._scope = kept.scope ?? '';
    this._searches = kept.searches ?? [];
    this._height = kept.height ?? this._height;
    kept.dismissed?.forEach(id => this._dismissed.add(id));
    this.connections.name = kept.connection ?? '';
  }

  private _open(connection: IConnection | null): void {
    const kept = this._kept;
    this._kept = {};
    this._tree?.dispose();
    this._tree = null;
    this.hide();
    if (connection) {
      const { api, trans } = this._options;
      const changed = (): void => {
        this._draw();
      };
      this._tree = new Tree({ api, trans, changed }, connection.name, kept.expanded);
      const search: ISearch | null = this._query.trim()
        ? { query: this._query.trim(), scope: this._scope }
        : null;
      if (search) {
        this._tree.search = search;
      }
      if (isUsable(connection.state)) {
        void this._tree.load();
      }
      if (kept.did) {
        this.show(kept.did);
      }
    }
    this._draw();
  }

  /** See to it that the row of what was deleted goes when it has. */
  private async _follow(did: string): Promise<void> {
    const tree = this._tree;
    for (let look = 0; tree && look < LOOKS; look += 1) {
      try {
        await this._options.api.did(tree.connection, did);
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) {
          break;
        }
      }
      await new Promise(resolve => setTimeout(resolve, LOOK_MS));
    }
    this._going.delete(did);
    await tree?.load(true);
  }

  private async _edit(
    key: string,
    work: (connection: string, did: string) => Promise<unknown>
  ): Promise<boolean> {
    const details = this._details;
    if (!details) {
      return false;
    }
    await this._do(`metadata ${key}`, async connection => {
      await work(connection, details.did);
      await details.load();
    });
    return !this._refused.has(`metadata ${key}`);
  }

  private async _do(what: string, work: (connection: string) => Promise<unknown>): Promise<void> {
    const connection = this._tree?.connection;
    if (connection === undefined || this._pending.has(what)) {
      return;
    }
    this._refused.delete(what);
    this._pending.add(what);
    this._draw();
    try {
      await work(connection);
    } catch (error) {
      const retry = (): void => void this._do(what, work);
      this._refused.set(what, { ...describe(this._options.trans, error), retry });
    }
    this._pending.delete(what);
    this._draw();
  }

  private _onJobs(_: IJobs, jobs: readonly IJob[]): void {
    const ended = jobs.filter(job => job.subject.startsWith(SUBJECT) && !isLive(job));
    if (ended.some(({ kind, state }) => kind === 'lake-upload' && state === 'done')) {
      void this._tree?.load(true);
    }
    if (ended.length > 0) {
      void this._details?.load();
    }
    this._draw();
  }

  private _draw(): void {
    this.stateChanged.emit();
  }

  private _tree: Tree | null = null;
  private _details: Details | null = null;
  private _query = '';
  private _scope = '';
  private _searches: readonly string[] = [];
  private _form: Form | null = null;
  private _question: Question | null = null;
  private _asking = false;
  private _lastDataset = '';
  private _height = 280;
  private _watched = false;
  private _news = '';
  private _kept: Partial<Kept> = {};
  private readonly _going = new Set<string>();
  private readonly _pending = new Set<string>();
  private readonly _refused = new Map<string, IRefusal>();
  private readonly _dismissed = new Set<string>();
}

/** What somebody else has taken away meanwhile is as it was wanted. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 404)) {
    throw error;
  }
}
