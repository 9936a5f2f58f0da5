/** Which lakes there are. */
import { Connections } from '../connections/model';
import type { IJobs } from '../jobs/tokens';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IConnection, IConnections, LakeApi } from './api';

export const START_KIND = 'lake-start';

export interface ILakesOptions {
  readonly api: LakeApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
}

export class Lakes extends Connections<IConnections> {
  constructor({ api, jobs, trans }: ILakesOptions) {
    super({
      jobs,
      trans,
      startKind: START_KIND,
      read: () => api.connections(),
      start: () => api.start(),
      stop: () => api.stop()
    });
  }

  get embedded(): NonNullable<IConnections['embedded']> | null {
    return this.answer?.embedded ?? null;
  }

  override titleOf({ name, title }: IConnection): string {
    return title || name;
  }

  override about({ url, account }: IConnection): string {
    return `${url}\n${account}`;
  }

  /** With a password its token is renewed. */
  override secondsLeft(connection: IConnection): number | null {
    return connection.auth === 'userpass' ? null : super.secondsLeft(connection);
  }

  protected override preferred({ connections, default: preferred }: IConnections): IConnection | undefined {
    return connections.find(({ name }) => name === preferred);
  }
}
