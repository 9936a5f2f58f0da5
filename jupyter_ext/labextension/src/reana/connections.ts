/** Which servers of REANA there are. */
import type { TranslationBundle } from '@jupyterlab/translation';
import { Connections } from '../connections/model';
import type { IJobs } from '../jobs/tokens';
import type { ReanaApi } from './api';
import { START_KIND } from './ids';
import type { IClient, IConnection, IConnections } from './types';

export interface IServersOptions {
  readonly api: ReanaApi;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
}

export class Servers extends Connections<IConnections> {
  constructor({ api, jobs, trans }: IServersOptions) {
    super({
      jobs,
      trans,
      startKind: START_KIND,
      read: anew => api.connections(anew),
      start: () => api.startServer(),
      stop: () => api.stopServer()
    });
    this._trans = trans;
  }

  get client(): IClient | null {
    return this.answer?.client ?? null;
  }

  get embedded(): IConnection | null {
    return this.all?.find(({ kind }) => kind === 'embedded') ?? null;
  }

  override about({ url, user, version }: IConnection): string {
    return [url, user, version && this._trans.__('REANA %1', version)].filter(Boolean).join('\n');
  }

  /** Of the embedded server that nobody has started none that alarms. */
  override signOf(connection: IConnection): string {
    const { kind, state } = connection;
    return kind === 'embedded' && state === 'down' && !this.failure ? 'none' : super.signOf(connection);
  }

  protected override preferred({ connections }: IConnections): IConnection | undefined {
    return connections.find(({ preferred }) => preferred);
  }

  private readonly _trans: TranslationBundle;
}
