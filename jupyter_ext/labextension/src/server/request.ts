/** The one place that talks to the server: `/freezeout/api` of ../../../openapi.yaml. */
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

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

/**
 * Ask the server.
 *
 * @param settings - where the server is
 * @param method - the HTTP method
 * @param path - the route's parts below `/freezeout/api`; each is escaped
 * @throws ApiError when the server refuses, ServerConnection.NetworkError when there is none
 */
export async function request<T>(
  settings: ServerConnection.ISettings,
  method: 'GET' | 'POST',
  ...path: string[]
): Promise<T> {
  const url = URLExt.join(settings.baseUrl, 'freezeout', 'api', ...path.map(encodeURIComponent));
  const response = await ServerConnection.makeRequest(url, { method }, settings);
  const content: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    throw toError(response, content);
  }
  return content as T;
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
