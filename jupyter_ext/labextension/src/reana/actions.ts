/** What can be done with a workflow, in what order it is offered, and when. */
import type { IAction } from '../ui/commands';
import * as ids from './ids';
import { isLive } from './types';
import type { IWorkflow } from './types';

const there = ({ status }: IWorkflow): boolean => status !== 'deleted';
const ended = ({ status }: IWorkflow): boolean =>
  status === 'finished' || status === 'failed' || status === 'stopped';

export const ACTIONS: readonly IAction<IWorkflow>[] = [
  {
    id: ids.LOGS,
    label: trans => trans.__('Steps and logs'),
    long: trans => trans.__('REANA: Show Steps and Logs'),
    offered: () => true
  },
  {
    id: ids.FILES,
    label: trans => trans.__('Files'),
    long: trans => trans.__('REANA: Show Files'),
    offered: there
  },
  {
    id: ids.SPECIFICATION,
    label: trans => trans.__('Specification and parameters'),
    long: trans => trans.__('REANA: Show Specification'),
    offered: () => true,
    last: true
  },
  {
    id: ids.START,
    label: trans => trans.__('Start'),
    long: trans => trans.__('REANA: Start Workflow'),
    offered: ({ status }) => status === 'created'
  },
  {
    id: ids.STOP,
    label: trans => trans.__('Stop'),
    long: trans => trans.__('REANA: Stop Workflow'),
    offered: ({ status }) => isLive(status)
  },
  {
    id: ids.RESTART,
    label: trans => trans.__('Restart…'),
    long: trans => trans.__('REANA: Restart Workflow…'),
    offered: ({ status }) => status === 'finished' || status === 'failed'
  },
  {
    id: ids.RERUN,
    label: trans => trans.__('Run again with other parameters…'),
    long: trans => trans.__('REANA: Run Workflow Again…'),
    offered: there,
    last: true
  },
  {
    id: ids.FETCH,
    label: trans => trans.__('Bring home'),
    long: trans => trans.__('REANA: Bring Results Home'),
    offered: ({ status }) => status === 'finished'
  },
  {
    id: ids.DOWNLOAD,
    label: trans => trans.__('Download all files'),
    long: trans => trans.__('REANA: Download All Files'),
    offered: there
  },
  {
    id: ids.UPLOAD,
    label: trans => trans.__('Upload files…'),
    long: trans => trans.__('REANA: Upload Files to a Workspace…'),
    offered: there
  },
  {
    id: ids.SESSION,
    label: trans => trans.__('Open session'),
    long: trans => trans.__('REANA: Open Interactive Session'),
    offered: there
  },
  {
    id: ids.CLOSE_SESSION,
    label: trans => trans.__('Close session'),
    long: trans => trans.__('REANA: Close Interactive Session'),
    offered: ({ session }) => session !== null
  },
  {
    id: ids.DIFF,
    label: trans => trans.__('Compare with…'),
    long: trans => trans.__('REANA: Compare Workflows…'),
    offered: there
  },
  {
    id: ids.COPY,
    label: trans => trans.__('Copy name'),
    long: trans => trans.__('REANA: Copy Name of Workflow'),
    offered: () => true,
    last: true
  },
  {
    id: ids.PRUNE,
    label: trans => trans.__('Prune workspace…'),
    long: trans => trans.__('REANA: Prune Workspace…'),
    offered: ended
  },
  {
    id: ids.DELETE,
    label: trans => trans.__('Delete…'),
    long: trans => trans.__('REANA: Delete Workflow…'),
    offered: row => there(row) && !isLive(row.status)
  }
];
