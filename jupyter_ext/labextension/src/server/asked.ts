/** What has been asked of the server, and what it would not do. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { describe } from './describe';
import type { ISaid } from './describe';

/** Something that the server would not do. */
export interface IRefusal extends ISaid {
  readonly retry: (() => void) | null;
}

export interface IAskedOptions {
  readonly trans: TranslationBundle;

  /** What is asked for: the connection that is looked at; undefined when there is none. */
  readonly connection: () => string | undefined;
  readonly changed: () => void;
}

export class Asked {
  constructor(private readonly _options: IAskedOptions) {}

  isPending(what: string): boolean {
    return this._pending.has(what);
  }

  refusal(what: string): IRefusal | undefined {
    return this._refused.get(what);
  }

  /** Say why something was not done, where it was asked for. */
  refuse(what: string, message: string, hint: string): void {
    this._refused.set(what, { code: what, message, hint, retry: null });
    this._options.changed();
  }

  dismiss(...what: readonly string[]): void {
    what.forEach(one => this._refused.delete(one));
    this._options.changed();
  }

  /** Ask for something, once at a time; whether it was done. */
  async ask(what: string, work: (connection: string) => Promise<unknown>): Promise<boolean> {
    const connection = this._options.connection();
    if (connection === undefined || this._pending.has(what)) {
      return false;
    }
    this._refused.delete(what);
    this._pending.add(what);
    this._options.changed();
    try {
      await work(connection);
    } catch (error) {
      const retry = (): void => void this.ask(what, work);
      this._refused.set(what, { ...describe(this._options.trans, error), retry });
    }
    this._pending.delete(what);
    this._options.changed();
    return !this._refused.has(what);
  }

  private readonly _pending = new Set<string>();
  private readonly _refused = new Map<string, IRefusal>();
}
