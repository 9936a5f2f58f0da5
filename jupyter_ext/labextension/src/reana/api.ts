/** The routes of REANA; a workflow goes as a value, never in the path. */
import { URLExt } from '@jupyterlab/coreutils';
import type { ServerConnection } from '@jupyterlab/services';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import type { IJob } from '../jobs/api';
import { ApiError, ask, request } from '../server/request';
import type { Method } from '../server/request';
import type {
  IConnection,
  IConnections,
  IDiff,
  IFiles,
  IForm,
  ILogs,
  IPlan,
  IPreview,
  ISecret,
  IUsage,
  IWholeWorkflow,
  IWorkflows,
  Status
} from './types';

/** What a listing is asked for. */
export interface IListed {
  readonly search: string;
  readonly status: readonly Status[];
  readonly sort: 'desc' | 'asc';
  readonly page: number;
  readonly size: number;
}

/** What a listing of files is asked for. */
export interface IListedFiles {
  readonly search: string;
  readonly page: number;
  readonly size: number;
}

/** What can be asked of one workflow and is done at once. */
export type Change = 'workflow-start' | 'workflow-stop' | 'restart' | 'delete' | 'prune' | 'close-session';

/** What is read again and again: what there was and the tag that it had. */
export interface ITagged<T> {
  readonly tag: string;
  readonly value: T;
}

type Body = ReadonlyPartialJSONObject;
type Query = Readonly<Record<string, string>>;

export class ReanaApi {
  constructor(private readonly _settings: ServerConnection.ISettings) {}

  /** @param anew - whether what the server found some seconds ago will not do */
  connections(anew = false): Promise<IConnections> {
    return this._get('connections', anew ? { refresh: '1' } : {});
  }

  connect(name: string, url: string, token: string): Promise<IConnection> {
    return this._post('connections', { name, url, token });
  }

  disconnect(name: string): Promise<undefined> {
    return this._ask('DELETE', 'connections', { query: { name } });
  }

  startServer(): Promise<IJob> {
    return this._post('start', {});
  }

  stopServer(): Promise<unknown> {
    return this._post('stop', {});
  }

  workflows(
    connection: string,
    { search, status, sort, page, size }: IListed,
    signal?: AbortSignal
  ): Promise<IWorkflows> {
    const query = {
      connection,
      search,
      status: status.join(),
      sort,
      page: String(page),
      size: String(size)
    };
    return this._get('workflows', query, signal);
  }

  workflow(connection: string, workflow: string): Promise<IWholeWorkflow> {
    return this._get('workflow', { connection, workflow });
  }

  /** The logs, unless they are those that are known. */
  async logs(connection: string, workflow: string, known: ITagged<ILogs> | null): Promise<ITagged<ILogs>> {
    try {
      const response = await ask(this._settings, 'GET', ['reana', 'logs'], {
        query: { connection, workflow },
        ...(known?.tag ? { headers: { 'If-None-Match': known.tag } } : {})
      });
      return { tag: response.headers.get('etag') ?? '', value: (await response.json()) as ILogs };
    } catch (error) {
      if (known && error instanceof ApiError && error.status === 304) {
        return known;
      }
      throw error;
    }
  }

  files(
    connection: string,
    workflow: string,
    { search, page, size }: IListedFiles,
    anew: boolean
  ): Promise<IFiles> {
    const query = { connection, workflow, search, page: String(page), size: String(size) };
    return this._get('files', { ...query, ...(anew ? { refresh: '1' } : {}) });
  }

  preview(connection: string, workflow: string, path: string): Promise<IPreview> {
    return this._get('preview', { connection, workflow, path });
  }

  /** All of a step's log, as far as the server keeps it. */
  async stepLog(connection: string, workflow: string, step: string): Promise<string> {
    const { steps } = await this._get<ILogs>('logs', { connection, workflow, step });
    return steps.map(({ log }) => log).join('\n');
  }

  /** Where the bytes of a file are, for the browser. */
  fileUrl(connection: string, workflow: string, path: string): string {
    return (
      URLExt.join(this._settings.baseUrl, 'freezeout', 'api', 'reana', 'file') +
      URLExt.objectToQueryString({ connection, workflow, path })
    );
  }

  /**
   * Fetch files into a folder of the file browser.
   *
   * @param paths - null for all
   */
  download(connection: string, workflow: string, paths: readonly string[] | null, to: string): Promise<IJob> {
    return this._post('downloads', { connection, workflow, paths: paths ? [...paths] : null, to });
  }

  /**
   * Take files and folders of the file browser to a workspace.
   *
   * @param to - a folder of the workspace; empty for its top
   */
  upload(connection: string, workflow: string, paths: readonly string[], to: string): Promise<IJob> {
    return this._post('uploads', { connection, workflow, paths: [...paths], to });
  }

  removeFiles(connection: string, workflow: string, paths: readonly string[]): Promise<unknown> {
    return this._ask('DELETE', 'files', { body: { connection, workflow, paths: [...paths] } });
  }

  change(connection: string, workflow: string, change: Change, body: Body = {}): Promise<unknown> {
    return this._post(change, { connection, workflow, ...body });
  }

  openSession(connection: string, workflow: string): Promise<{ readonly url: string }> {
    return this._post('open-session', { connection, workflow });
  }

  rerun(connection: string, workflow: string, parameters: Body): Promise<IJob> {
    return this._post('rerun', { connection, workflow, parameters });
  }

  bringHome(connection: string, workflow: string): Promise<IJob> {
    return this._post('fetch', { connection, workflow });
  }

  diff(connection: string, a: string, b: string): Promise<IDiff> {
    return this._get('diff', { connection, a, b });
  }

  usage(connection: string): Promise<IUsage> {
    return this._get('usage', { connection });
  }

  async secrets(connection: string): Promise<readonly ISecret[]> {
    const { secrets } = await this._get<{ readonly secrets: readonly ISecret[] }>('secrets', { connection });
    return secrets;
  }

  addSecret(
    connection: string,
    { name, type }: ISecret,
    value: string,
    overwrite: boolean
  ): Promise<undefined> {
    return this._post('secrets', { connection, name, type, value, overwrite });
  }

  removeSecret(connection: string, name: string): Promise<undefined> {
    return this._ask('DELETE', 'secrets', { query: { connection, name } });
  }

  /** The fields of the form of an experiment or a notebook. */
  form(what: Query): Promise<IForm> {
    return this._get('form', what);
  }

  plan(body: Body, signal: AbortSignal): Promise<IPlan> {
    return this._ask('POST', 'preview-submission', { body, signal });
  }

  submit(body: Body): Promise<IJob> {
    return this._post('submissions', body);
  }

  saveYaml(body: Body): Promise<{ readonly folder: string; readonly yaml: string }> {
    return this._post('save-yaml', body);
  }

  private _get<T>(route: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
    return this._ask('GET', route, { query: given, ...(signal ? { signal } : {}) });
  }

  private _post<T>(route: string, body: Body): Promise<T> {
    return this._ask('POST', route, { body });
  }

  private _ask<T>(method: Method, route: string, extras: Parameters<typeof request>[3]): Promise<T> {
    return request(this._settings, method, ['reana', route], extras);
  }
}
