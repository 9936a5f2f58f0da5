/** The one place that talks to the server: `/freezeout/api` of ../../../openapi.yaml. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

/** What the server says when it cannot do what was asked. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What goes with a request. */
export interface IExtras {
  readonly query?: Readonly<Record<string, string>>;

  /** Sent as JSON. */
  readonly body?: ReadonlyPartialJSONObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Ask the server.
 *
 * @param settings - where the server is
 * @param method - the HTTP method
 * @param path - the route's parts below `/freezeout/api`; each is escaped
 * @returns what it answers; undefined when that is nothing
 * @throws ApiError when the server refuses, ServerConnection.NetworkError when there is none
 */
export async function request<T>(
  settings: ServerConnection.ISettings,
  method: Method,
  path: readonly string[],
  extras: IExtras = {}
): Promise<T> {
  const response = await ask(settings, method, path, extras);
  return (await toJson(response)) as T;
}

/**
 * Ask the server and get the response as it comes, for what is read bit by bit.
 *
 * @throws as `request`
 */
export async function ask(
  settings: ServerConnection.ISettings,
  method: Method,
  path: readonly string[],
  { query, body, headers, signal }: IExtras = {}
): Promise<Response> {
  const url = URLExt.join(settings.baseUrl, 'freezeout', 'api', ...path.map(encodeURIComponent));
  const init: RequestInit = { method };
  if (body) {
    init.body = JSON.stringify(body);
  }
  if (headers) {
    init.headers = headers;
  }
  if (signal) {
    init.signal = signal;
  }
  const response = await ServerConnection.makeRequest(
    query ? url + URLExt.objectToQueryString(query) : url,
    init,
    settings
  );
  if (!response.ok) {
    throw toError(response, await toJson(response));
  }
  return response;
}

async function toJson(response: Response): Promise<unknown> {
  return await response.json().catch(() => undefined);
}

function toError(response: Response, content: unknown): ApiError {
  const said = typeof content === 'object' && content !== null ? content : {};
  const text = (key: string): string => {
    const value: unknown = Reflect.get(said, key);
    return typeof value === 'string' ? value : '';
  };
  return new ApiError(
    response.status,
    text('code') || `http_${String(response.status)}`,
    text('message') || `${String(response.status)} ${response.statusText}`,
    text('hint')
  );
}
