/** What the panel shows: a lake, its tree, and what is selected in it. */
import { VDomModel } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { isUsable } from '../connections/types';
import { isLive } from '../jobs/api';
import type { IJob } from '../jobs/api';
import { ShownJobs } from '../jobs/shown';
import type { IJobs } from '../jobs/tokens';
import type { DidType, IConnection, IRow, LakeApi } from './api';
import { Asked } from '../server/asked';
import { Changes } from './changes';
import { Lakes, START_KIND } from './connections';
import { Details } from './details';
import { SUBJECT } from './ids';
import { Searching } from './searching';
import { Tree } from './tree';
import { Unfolded } from './unfolded';
import { lifetimes } from './words';
import type { ILifetime } from './words';

/** What is refused of a DID is said at its details, and goes with them. */
const REFUSED = ['available', 'download', 'insert', 'variable', 'delete', 'detach'];

/** Who runs along the tree with the arrow keys asks for nothing on the way. */
const PAUSE_MS = 120;

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
    const { api, jobs, trans } = _options;
    const changed = (): void => {
      this._draw();
    };
    this.lifetimes = lifetimes(trans);
    this.searching = new Searching({ tree: () => this._tree, changed });
    this.asked = new Asked({ trans, connection: () => this._tree?.connection, changed });
    this.unfolded = new Unfolded(this.asked, changed);
    this.transfers = new ShownJobs(
      jobs,
      this.asked,
      changed,
      job => job.subject.startsWith(SUBJECT) && job.kind !== START_KIND
    );
    this.changes = new Changes({ api, jobs, asked: this.asked, unfolded: this.unfolded, looked: this });
    this.connections = new Lakes(_options);
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
    void jobs.loaded.then(changed);
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this._watched) {
        this._read();
      }
    });
  }

  readonly connections: Lakes;
  readonly searching: Searching;
  readonly unfolded: Unfolded;
  readonly asked: Asked;
  readonly changes: Changes;
  readonly transfers: ShownJobs;
  readonly lifetimes: readonly ILifetime[];

  get jobs(): IJobs {
    return this._options.jobs;
  }

  /** The tree of the lake that is looked at; null when there is none. */
  get tree(): Tree | null {
    return this._tree;
  }

  /** What is known of what is selected. */
  get details(): Details | null {
    return this._details;
  }

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
    if (watched && this.connections.all) {
      // another window or a command line may have done something that no event told
      void this.connections.load();
      this._read();
    }
  }

  /** Filter what a line is about, or is in. */
  filter(): void {
    const line = this._tree?.line(this._tree.active);
    if (this._tree && line) {
      this._tree.expand(line);
      const branch = this._tree.below(line) ?? line.branch;
      if (branch.pages && (branch !== this._tree.root || !this._tree.search)) {
        this.unfolded.tell('filter');
        this._tree.filter(branch);
      }
    }
  }

  /** Look at a DID; what is known of it is read. */
  show(did: string, type: DidType | '' = ''): void {
    const connection = this._tree?.connection;
    if (connection === undefined || (this._details?.did === did && !this._details.gone)) {
      return;
    }
    this._details?.dispose();
    const details = new Details(
      {
        api: this._options.api,
        trans: this._options.trans,
        changed: () => {
          this._draw();
        },
        now: () => this.jobs.now(),
        isWatched: () => this._watched,
        arrived: () => {
          this._tree?.root.refresh(true);
        }
      },
      connection,
      did,
      type
    );
    this._details = details;
    this.asked.dismiss(...REFUSED);
    this.unfolded.fold();
    setTimeout(() => {
      if (this._details === details) {
        void details.load();
      }
    }, PAUSE_MS);
  }

  hide(): void {
    this._details?.dispose();
    this._details = null;
    this.unfolded.fold();
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

  /** @param anew - whether what the server has kept will not do */
  async refresh(anew: boolean): Promise<void> {
    if (anew) {
      void this.connections.load();
    }
    await Promise.all([this._tree?.load(anew), this._details?.load()]);
  }

  /** What is kept when the page is left. */
  toJSON(): Kept {
    return {
      connection: this.connections.name,
      expanded: this._tree?.expanded ?? this._kept.expanded ?? [],
      query: this._tree?.search?.query ?? '',
      scope: this.searching.scope,
      searches: this.searching.past,
      did: this._details?.did ?? '',
      height: this._height,
      dismissed: this.transfers.dismissed
    };
  }

  /** Bring back what was kept. */
  restore(kept: Partial<Kept>): void {
    this._kept = kept;
    this.searching.restore(kept.query ?? '', kept.scope ?? '', kept.searches ?? []);
    this._height = kept.height ?? this._height;
    this.transfers.dismiss(...(kept.dismissed ?? []));
    this.connections.name = kept.connection ?? '';
  }

  private _open(connection: IConnection | null): void {
    const kept = this._kept;
    this._kept = connection ? {} : kept;
    this._tree?.dispose();
    this._tree = null;
    this.hide();
    if (connection) {
      const { api, trans } = this._options;
      const changed = (): void => {
        this._draw();
      };
      this._tree = new Tree({ api, trans, changed }, connection.name, kept.expanded);
      this.searching.apply();
      if (isUsable(connection.state)) {
        void this._tree.load();
      }
      if (kept.did) {
        this.show(kept.did);
      }
    }
    this._draw();
  }

  /** Read what is looked at again. */
  private _read(): void {
    if (isUsable(this.connections.chosen?.state)) {
      void this._tree?.load();
      void this._details?.load();
    }
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
  private _height = 280;
  private _watched = false;
  private _kept: Partial<Kept> = {};
}
