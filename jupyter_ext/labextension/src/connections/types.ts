/** What a connection tells of itself, to a lake as to a server of workflows. */

export type ConnectionState = 'ready' | 'starting' | 'down' | 'degraded' | 'unreachable' | 'signed_out';

export interface IConnection {
  readonly name: string;
  readonly kind: string;
  readonly url: string;
  readonly state: ConnectionState;
  readonly message: string;
  readonly hint: string;
  readonly version: string | null;
  readonly token_expires_at: string | null;
}

/** What a route answers that lists them. */
export interface IConnections {
  readonly connections: readonly IConnection[];
}

/** Whether what is in this state answers. */
export function isUsable(state: ConnectionState | null | undefined): boolean {
  return state === 'ready' || state === 'degraded';
}
