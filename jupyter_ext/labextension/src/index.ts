/** Freezeout in JupyterLab: its plug-ins, one folder each. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { dashboards } from './dashboards/plugin';
import { environments } from './environments/plugin';
import { experiments } from './experiments/plugin';
import { jobs } from './jobs/plugin';
import { lake } from './lake/plugin';
import { reana } from './reana/plugin';
import { server } from './server/plugin';

const plugins: ReadonlyArray<JupyterFrontEndPlugin<unknown>> = [
  server,
  jobs,
  experiments,
  lake,
  reana,
  environments,
  dashboards
];

export default plugins;
