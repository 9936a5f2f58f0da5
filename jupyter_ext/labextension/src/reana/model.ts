/** What the panel of REANA shows: a server, its workflows, and what is unfolded of them. */
import { VDomModel } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isUsable } from '../connections/types';
import { isLive as isLiveJob } from '../jobs/api';
import type { IJob } from '../jobs/api';
import { ShownJobs } from '../jobs/shown';
import type { IJobs } from '../jobs/tokens';
import { Asked } from '../server/asked';
import type { ReanaApi } from './api';
import { Changes } from './changes';
import { Servers } from './connections';
import { SUBJECT } from './ids';
import { Listing } from './listing';
import type { IKeptListing } from './listing';
import { Looked } from './looked';
import type { Part } from './looked';
import type { Form, IQuestion } from './question';
import { Secrets } from './secrets';
import type { IConnection, IUsage, IWorkflow } from './types';

export interface IOptions {
  readonly api: ReanaApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
}

/** An alias, as an interface is no JSON. */
type Kept = {
  readonly connection: string;
  readonly open: readonly string[];
  readonly listing: { readonly search: string; readonly status: string; readonly sort: 'desc' | 'asc' };
  readonly dismissed: readonly string[];
};

export class ReanaModel extends VDomModel {
  constructor(private readonly _options: IOptions) {
    super();
    const { api, jobs, trans } = _options;
    const changed = (): void => {
      this.draw();
    };
    this.asked = new Asked({ trans, connection: () => this._listing?.connection, changed });
    this.jobs = new ShownJobs(jobs, this.asked, changed, job => job.subject.startsWith(this._subject));
    this.connections = new Servers(_options);
    this.changes = new Changes({ api, jobs, trans, asked: this.asked, model: this });
    this.connections.changed.connect(this.draw, this);
    this.connections.chosenChanged.connect((_, chosen) => {
      this._choose(chosen);
    });
    this.connections.recovered.connect(() => {
      this._look();
    });
    jobs.changed.connect(this._onJobs, this);
    jobs.connectionChanged.connect((_, connected) => {
      if (connected && this.connections.all) {
        void this.connections.load();
      }
    });
    void jobs.loaded.then(changed);
    document.addEventListener('visibilitychange', () => {
      this._look();
    });
  }

  readonly connections: Servers;
  readonly asked: Asked;
  readonly jobs: ShownJobs;
  readonly changes: Changes;

  /** The workflows of the server that is looked at; null when there is none. */
  get listing(): Listing | null {
    return this._listing;
  }

  /** What is used of the user's quota; null when it is not known. */
  get usage(): IUsage | null {
    return this._usage;
  }

  /** What is unfolded of a workflow; undefined when it is folded. */
  looked(id: string): Looked | undefined {
    return this._looked.get(id);
  }

  unfold(row: IWorkflow, part?: Part): Looked {
    let looked = this._looked.get(row.id);
    if (!looked) {
      looked = new Looked(this._lookedOptions, this._listing?.connection ?? '', row);
      this._looked.set(row.id, looked);
    }
    if (part) {
      looked.part = part;
    }
    this._active = row.id;
    this.draw();
    return looked;
  }

  fold(id: string): void {
    this._looked.get(id)?.dispose();
    this._looked.delete(id);
    if (this._question?.id === id) {
      this._question = null;
    }
    this.draw();
  }

  /** The row on which the keyboard is: what a command is about when it is not said. */
  get active(): string {
    return this._active;
  }

  set active(id: string) {
    if (id !== this._active) {
      this._active = id;
      this.draw();
    }
  }

  get question(): IQuestion | null {
    return this._question;
  }

  set question(question: IQuestion | null) {
    const row = question ? this._listing?.find(question.id) : undefined;
    this._question = question;
    if (question && row) {
      this.asked.dismiss(`${question.what} ${question.id}`);
      this.unfold(row);
    }
    this.draw();
  }

  /** Whether the form for another connection is unfolded, or what is asked of the one that is looked at. */
  get form(): Form | null {
    return this._form;
  }

  set form(form: Form | null) {
    this._form = form;
    this.asked.dismiss('connect', 'disconnect');
    this._secrets = form === 'secrets' && this._listing ? this._secretsOf(this._listing.connection) : null;
    this.draw();
  }

  /** The secrets of the server that is looked at, while they are. */
  get secrets(): Secrets | null {
    return this._secrets;
  }

  /** Whether somebody looks at the panel. */
  get watched(): boolean {
    return this._watched;
  }

  set watched(watched: boolean) {
    this._watched = watched;
    this._look();
    if (watched && this.connections.all) {
      void this.connections.load();
    }
  }

  /** A form is seen, or is no longer: whether it can be sent is looked after as for the panel. */
  attend(form: object, seen: boolean): void {
    if (seen) {
      this._forms.add(form);
    } else {
      this._forms.delete(form);
    }
    this.connections.watched = this._watched || this._forms.size > 0;
    if (seen && !isUsable(this.connections.chosen?.state)) {
      void this.connections.load();
    }
  }

  /** Something has been asked for: for a while the list is read as often as when something runs. */
  stir(): void {
    this._stirred = Date.now() + STIRRED_MS;
    void this.refresh();
  }

  async refresh(anew = false): Promise<void> {
    if (anew) {
      void this.connections.load(true);
      this._looked.forEach(looked => void looked.pull());
    }
    void this._readUsage();
    await this._listing?.load();
  }

  /** What is kept when the page is left. */
  toJSON(): Kept {
    const { search, status, sort } = this._listing?.toJSON() ?? this._kept.listing ?? NOTHING;
    return {
      connection: this.connections.name,
      open: this._listing?.rows ? [...this._looked.keys()] : (this._kept.open ?? []),
      listing: { search, status, sort },
      dismissed: this.jobs.dismissed
    };
  }

  /** Bring back what was kept. */
  restore(kept: Partial<Kept>): void {
    this._kept = kept;
    this.jobs.dismiss(...(kept.dismissed ?? []));
    this.connections.name = kept.connection ?? '';
  }

  /** How the subject of a job begins that is about the server that is looked at. */
  private get _subject(): string {
    return `${SUBJECT}${this._listing?.connection ?? ''}:`;
  }

  private get _lookedOptions(): ConstructorParameters<typeof Looked>[0] {
    const { api, trans } = this._options;
    return {
      api,
      trans,
      changed: () => {
        this.draw();
      },
      isWatched: () => this._watched
    };
  }

  private _secretsOf(connection: string): Secrets {
    const { api, trans } = this._options;
    const changed = (): void => {
      this.draw();
    };
    return new Secrets({ api, trans, changed, connection });
  }

  private _choose(connection: IConnection | null): void {
    this._listing?.dispose();
    this._listing = null;
    this._looked.forEach(looked => {
      looked.dispose();
    });
    this._looked.clear();
    this._question = null;
    this._form = null;
    this._secrets = null;
    this._usage = null;
    this._active = '';
    if (connection) {
      const { api, trans } = this._options;
      const kept: Partial<IKeptListing> = this._kept.listing ?? {};
      this._listing = new Listing(
        {
          api,
          trans,
          changed: () => {
            this.draw();
          },
          isStirred: () => Date.now() < this._stirred || this.jobs.shown.some(isLiveJob),
          arrived: rows => {
            this._arrived(rows);
          }
        },
        connection.name,
        kept
      );
      this._look();
    }
    this.draw();
  }

  /** Read on what is looked at; nothing of what is not. */
  private _look(): void {
    const seen = this._watched && !document.hidden;
    this.connections.watched = this._watched || this._forms.size > 0;
    if (this._listing && (!seen || isUsable(this.connections.chosen?.state))) {
      this._listing.watched = seen;
    }
    if (seen) {
      void this._readUsage();
    }
    this._looked.forEach(looked => {
      looked.look();
    });
  }

  private _arrived(rows: readonly IWorkflow[]): void {
    for (const row of rows) {
      const looked = this._looked.get(row.id);
      if (looked) {
        looked.row = row;
      }
    }
    const { open } = this._kept;
    this._kept = {};
    for (const id of open ?? []) {
      const row = this._listing?.find(id);
      if (row) {
        this._looked.set(id, new Looked(this._lookedOptions, this._listing?.connection ?? '', row));
      }
    }
  }

  private async _readUsage(): Promise<void> {
    const listing = this._listing;
    if (listing && this._watched && isUsable(this.connections.chosen?.state)) {
      try {
        const usage = await this._options.api.usage(listing.connection);
        if (listing === this._listing) {
          this._usage = usage;
        }
      } catch {
        // a line that is not there says as much
        this._usage = null;
      }
      this.draw();
    }
  }

  private _onJobs(_: IJobs, jobs: readonly IJob[]): void {
    const own = jobs.filter(job => job.subject.startsWith(this._subject));
    if (own.length > 0) {
      const ended = own.some(job => !isLiveJob(job));
      for (const { row, files } of this._looked.values()) {
        const subject = `${this._subject}${row.full_name}:`;
        if (files.total !== null && own.some(job => job.kind === UPLOAD && job.subject.startsWith(subject))) {
          void files.load(true);
        }
      }
      if (this._watched && (ended || own.some(({ kind }) => MAKES.includes(kind)))) {
        this.stir();
      }
      this.draw();
    }
  }

  draw(): void {
    this.stateChanged.emit();
  }

  private _listing: Listing | null = null;
  private _stirred = 0;
  private _usage: IUsage | null = null;
  private _active = '';
  private _question: IQuestion | null = null;
  private _form: Form | null = null;
  private _secrets: Secrets | null = null;
  private _watched = false;
  private readonly _forms = new Set<object>();
  private _kept: Partial<Kept> = {};
  private readonly _looked = new Map<string, Looked>();
}

/** What was asked for has come to be seen after that. */
const STIRRED_MS = 6_000;

/** A job that fills a workspace: what is there is there while it goes on. */
const UPLOAD = 'reana-upload';

/** Jobs that make workflows. */
const MAKES: readonly string[] = ['reana-run', 'reana-rerun'];

const NOTHING: IKeptListing = { search: '', status: '', sort: 'desc' };
