/** The secrets that a server keeps for its user: their names, never what they are. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import type { ReanaApi } from './api';
import type { ISecret } from './types';

export interface ISecretsOptions {
  readonly api: ReanaApi;
  readonly trans: TranslationBundle;
  readonly connection: string;
  readonly changed: () => void;
}

export class Secrets {
  constructor(private readonly _options: ISecretsOptions) {
    void this.load();
  }

  /** Null until they are known. */
  get all(): readonly ISecret[] | null {
    return this._all;
  }

  /** Why they could not be read. */
  get failure(): ISaid | null {
    return this._failure;
  }

  /** Why one could not be kept or removed. */
  get refusal(): ISaid | null {
    return this._refusal;
  }

  get isPending(): boolean {
    return this._pending;
  }

  async load(): Promise<void> {
    const { api, trans, connection, changed } = this._options;
    try {
      this._all = await api.secrets(connection);
      this._failure = null;
    } catch (error) {
      this._failure = describe(trans, error);
    }
    changed();
  }

  /** Have one kept; whether it is. */
  async add(secret: ISecret, value: string, overwrite: boolean): Promise<boolean> {
    const { api, connection } = this._options;
    return await this._change(() => api.addSecret(connection, secret, value, overwrite));
  }

  async remove(name: string): Promise<boolean> {
    const { api, connection } = this._options;
    return await this._change(() => api.removeSecret(connection, name));
  }

  private async _change(work: () => Promise<unknown>): Promise<boolean> {
    const { trans, changed } = this._options;
    if (this._pending) {
      return false;
    }
    this._pending = true;
    this._refusal = null;
    changed();
    try {
      await work();
    } catch (error) {
      this._refusal = describe(trans, error);
    }
    await this.load();
    this._pending = false;
    changed();
    return this._refusal === null;
  }

  private _all: readonly ISecret[] | null = null;
  private _failure: ISaid | null = null;
  private _refusal: ISaid | null = null;
  private _pending = false;
}
