/** The data lake as the server tells it: the schemas below `/lake` of openapi.yaml. */
import type { ServerConnection } from '@jupyterlab/services';
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { IConnection as IAnyConnection } from '../connections/types';
import type { IJob } from '../jobs/api';
import type { ISaid } from '../server/describe';
import { request } from '../server/request';

export interface IConnection extends IAnyConnection {
  readonly title: string;
  readonly account: string;
  readonly auth: string;

  /** Where data is made available; empty when there is no storage nearby. */
  readonly here: string;
  readonly scope: string;
}

export interface IConnections {
  readonly default: string | null;
  readonly connections: readonly IConnection[];
  readonly embedded?: { readonly available: boolean; readonly state: string; readonly message: string };
}

export interface IScope {
  readonly scope: string;
  readonly own: boolean;
}

export type DidType = 'FILE' | 'DATASET' | 'CONTAINER';
export type Metadata = Readonly<Record<string, ReadonlyPartialJSONValue | undefined>>;

/** A line of a listing. */
export interface IRow {
  readonly scope: string;
  readonly name: string;
  readonly type: DidType;
  readonly bytes: number | null;
  readonly adler32: string | null;

  /** How many files a dataset has, as far as that is known. */
  readonly length: number | null;

  /** Whether it is at hand: in the cache, or on the storage nearby. */
  readonly cached?: boolean;
  readonly metadata?: Metadata;
}

export interface IPage {
  readonly rows: readonly IRow[];
  readonly offset: number;

  /** How many are known so far. */
  readonly total: number;

  /** Whether these are all. */
  readonly complete: boolean;

  /** Another one when the rows are not those of before. */
  readonly revision: number | string;

  /** Of a search: as the server has understood it. */
  readonly query?: string;

  /** Why there are no more although it is not complete. */
  readonly error?: ISaid | null;
}

export interface IDid {
  readonly did: string;
  readonly scope: string;
  readonly name: string;
  readonly type: DidType;
  readonly account: string;
  readonly bytes: number | null;
  readonly length: number | null;
  readonly adler32: string | null;
  readonly md5: string | null;
  readonly open: boolean | null;
  readonly created_at: string | null;
  readonly updated_at: string | null;
  readonly expired_at: string | null;
  readonly metadata: Metadata;
  readonly parents: readonly string[];
  readonly mine: boolean;
  readonly cached: string | null;
}

export interface IReplicas {
  readonly rse: string;
  readonly state: string;
  readonly files: number;
  readonly files_available: number;
  readonly bytes: number | null;
  readonly bytes_available: number | null;
}

export type RuleState = 'OK' | 'REPLICATING' | 'STUCK' | 'SUSPENDED' | 'WAITING_APPROVAL' | 'INJECT';

export interface IRule {
  readonly id: string;
  readonly did: string;
  readonly rse_expression: string;
  readonly account: string;
  readonly state: RuleState;
  readonly copies: number;

  /** From 0 to 1. */
  readonly progress: number;
  readonly ok: number;
  readonly replicating: number;
  readonly stuck: number;
  readonly expires_at: string | null;
  readonly created_at: string | null;
  readonly error: string | null;
  readonly mine: boolean;
}

/** What is listed: the collections or the files of a scope, or what is in a DID. */
export type Listed =
  { readonly scope: string; readonly type: 'collection' | 'file' } | { readonly did: string };

export interface ISlice {
  readonly offset: number;
  readonly limit: number;
  readonly signal?: AbortSignal;
}

export interface IUpload {
  readonly paths: readonly string[];
  readonly scope?: string;
  readonly dataset?: string;
  readonly lifetime?: number;
  readonly metadata?: ReadonlyPartialJSONObject;
}

export interface INewDid {
  readonly did: string;
  readonly type: 'dataset' | 'container';
  readonly contents?: readonly string[];
  readonly metadata?: ReadonlyPartialJSONObject;
}

export interface IPaths {
  readonly did: string;
  readonly type: 'file' | 'collection';
  readonly available: boolean;
  readonly files: readonly { readonly path: string | null; readonly pfn: string | null }[];
}

/** The routes of the lake; a DID goes as a value, never in the path. */
export class LakeApi {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  connections(): Promise<IConnections> {
    return request(this._settings, 'GET', ['lake', 'connections']);
  }

  start(): Promise<IJob> {
    return request(this._settings, 'POST', ['lake', 'start']);
  }

  stop(): Promise<unknown> {
    return request(this._settings, 'POST', ['lake', 'stop']);
  }

  async scopes(connection: string): Promise<readonly IScope[]> {
    const query = { connection };
    const { scopes } = await request<{ scopes: readonly IScope[] }>(
      this._settings,
      'GET',
      ['lake', 'scopes'],
      {
        query
      }
    );
    return scopes;
  }

  /**
   * Read a part of a listing.
   *
   * @param contains - only names with this in them
   * @param refresh - whether to ask Rucio anew for what the server has kept
   */
  listing(
    connection: string,
    listed: Listed,
    slice: ISlice,
    contains: string,
    refresh: boolean
  ): Promise<IPage> {
    return this._page('listing', slice, {
      connection,
      ...listed,
      ...(contains ? { contains } : {}),
      ...(refresh ? { refresh: '1' } : {})
    });
  }

  search(connection: string, q: string, scope: string, slice: ISlice): Promise<IPage> {
    return this._page('search', slice, { connection, q, ...(scope ? { scope } : {}) });
  }

  /** Where its files are here. */
  paths(connection: string, did: string): Promise<IPaths> {
    return request(this._settings, 'GET', ['lake', 'paths'], { query: { connection, did } });
  }

  did(connection: string, did: string): Promise<IDid> {
    return request(this._settings, 'GET', ['lake', 'did'], { query: { connection, did } });
  }

  async replicas(connection: string, did: string): Promise<readonly IReplicas[]> {
    const query = { connection, did };
    return (
      await request<{ rses: readonly IReplicas[] }>(this._settings, 'GET', ['lake', 'replicas'], { query })
    ).rses;
  }

  async rules(connection: string, did: string): Promise<readonly IRule[]> {
    const query = { connection, did };
    return (await request<{ rules: readonly IRule[] }>(this._settings, 'GET', ['lake', 'rules'], { query }))
      .rules;
  }

  /** @param lifetime - in seconds; null for ever */
  addRule(connection: string, did: string, lifetime: number | null): Promise<IRule> {
    const body = { connection, did, ...(lifetime === null ? {} : { lifetime }) };
    return request(this._settings, 'POST', ['lake', 'rules'], { body });
  }

  /** @param lifetime - in seconds from now; null for ever */
  changeRule(connection: string, id: string, lifetime: number | null): Promise<IRule> {
    return request(this._settings, 'PATCH', ['lake', 'rules', id], { body: { connection, lifetime } });
  }

  removeRule(connection: string, id: string): Promise<undefined> {
    return request(this._settings, 'DELETE', ['lake', 'rules', id], { query: { connection } });
  }

  setMetadata(
    connection: string,
    did: string,
    key: string,
    value: ReadonlyPartialJSONValue
  ): Promise<unknown> {
    return request(this._settings, 'PUT', ['lake', 'metadata'], { body: { connection, did, key, value } });
  }

  deleteMetadata(connection: string, did: string, key: string): Promise<unknown> {
    return request(this._settings, 'DELETE', ['lake', 'metadata'], { query: { connection, did, key } });
  }

  create(connection: string, created: INewDid): Promise<IDid> {
    return request(this._settings, 'POST', ['lake', 'dids'], { body: { connection, ...created } });
  }

  remove(connection: string, did: string): Promise<undefined> {
    return request(this._settings, 'DELETE', ['lake', 'dids'], { query: { connection, did } });
  }

  attach(connection: string, did: string, contents: readonly string[]): Promise<unknown> {
    return request(this._settings, 'POST', ['lake', 'attachments'], { body: { connection, did, contents } });
  }

  detach(connection: string, did: string, contents: readonly string[]): Promise<unknown> {
    return request(this._settings, 'DELETE', ['lake', 'attachments'], {
      body: { connection, did, contents }
    });
  }

  /** @param to - a folder below the server's root */
  download(connection: string, did: string, to: string): Promise<IJob> {
    return request(this._settings, 'POST', ['lake', 'downloads'], { body: { connection, did, to } });
  }

  upload(connection: string, upload: IUpload): Promise<IJob> {
    return request(this._settings, 'POST', ['lake', 'uploads'], { body: { connection, ...upload } });
  }

  private _page(
    route: 'listing' | 'search',
    { offset, limit, signal }: ISlice,
    query: Record<string, string>
  ): Promise<IPage> {
    return request(this._settings, 'GET', ['lake', route], {
      query: { ...query, offset: String(offset), limit: String(limit) },
      ...(signal ? { signal } : {})
    });
  }
}

export function didOf({ scope, name }: { readonly scope: string; readonly name: string }): string {
  return `${scope}:${name}`;
}
