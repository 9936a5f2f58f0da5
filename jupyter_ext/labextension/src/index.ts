/** Freezeout in JupyterLab: its plug-ins, one folder each. */
import type { JupyterFrontEndPlugin } from '@jupyterlab/application';
import { dashboards } from './dashboards/plugin';
import { experiments } from './experiments/plugin';
import { server } from './server/plugin';

const plugins: ReadonlyArray<JupyterFrontEndPlugin<unknown>> = [server, experiments, dashboards];

export default plugins;
