import { Token } from '@lumino/coreutils';
import type { ServerConnection } from '@jupyterlab/services';

/** The server's half of Freezeout. */
export interface IFreezeoutServer {
  /** Where it is. */
  readonly settings: ServerConnection.ISettings;

  /** Resolves when it has answered, with its version; features start after that. */
  readonly reached: Promise<string>;
}

export const IFreezeoutServer = new Token<IFreezeoutServer>(
  'freezeout:IFreezeoutServer',
  'The server half of Freezeout: where it is, and whether it has answered.'
);
