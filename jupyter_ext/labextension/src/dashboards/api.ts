/** The dashboards as the server tells them: schema `Dashboards` of openapi.yaml. */
import type { ServerConnection } from '@jupyterlab/services';
import { request } from '../server/request';

export interface IDashboard {
  readonly id: string;
  readonly title: string;
  readonly notebook: string | null;
  readonly url: string;
}

export async function listDashboards(settings: ServerConnection.ISettings): Promise<readonly IDashboard[]> {
  const { dashboards } = await request<{ dashboards: readonly IDashboard[] }>(settings, 'GET', [
    'dashboards'
  ]);
  return dashboards;
}
