/** What can be done with what is selected in the lake, in what order it is offered, and when. */
import type { IAction } from '../ui/commands';
import { didOf } from './api';
import type { IRow } from './api';
import * as ids from './ids';
import type { LakeModel } from './model';
import type { Notebooks } from './notebook';

export interface IContext {
  readonly model: LakeModel;
  readonly notebooks: Notebooks;

  /** What it is about. */
  readonly rows: readonly IRow[];
}

const one = ({ rows }: IContext): boolean => rows.length === 1;
const some = ({ rows }: IContext): boolean => rows.length > 0;

export const ACTIONS: readonly IAction<IContext>[] = [
  {
    id: ids.DETAILS,
    label: trans => trans.__('Details'),
    long: trans => trans.__('Data Lake: Show Details'),
    offered: one
  },
  {
    id: ids.AVAILABLE,
    label: trans => trans.__('Make available here…'),
    long: trans => trans.__('Data Lake: Make Available Here…'),
    offered: context => one(context) && (context.model.connections.chosen?.here ?? '') !== ''
  },
  {
    id: ids.DOWNLOAD,
    label: trans => trans.__('Download'),
    long: trans => trans.__('Data Lake: Download to the File Browser'),
    offered: some,
    last: true
  },
  {
    id: ids.COPY,
    label: (trans, { rows }) => (rows.length > 1 ? trans.__('Copy DIDs') : trans.__('Copy DID')),
    long: trans => trans.__('Data Lake: Copy DID'),
    offered: some
  },
  {
    id: ids.INSERT,
    label: trans => trans.__('Insert into notebook'),
    long: trans => trans.__('Data Lake: Insert into Notebook'),
    offered: one
  },
  {
    id: ids.ATTACH,
    label: trans => trans.__('Attach as variable'),
    long: trans => trans.__('Data Lake: Attach as Variable'),
    offered: context => one(context) && !isAttached(context)
  },
  {
    id: ids.DETACH,
    label: trans => trans.__('Detach variable'),
    long: trans => trans.__('Data Lake: Detach Variable'),
    offered: context => one(context) && isAttached(context),
    last: true
  },
  {
    id: ids.FILTER,
    label: trans => trans.__('Filter…'),
    long: trans => trans.__('Data Lake: Filter Dataset'),
    offered: ({ model }) => model.tree !== null
  },
  {
    id: ids.UPLOAD,
    label: trans => trans.__('Upload…'),
    long: trans => trans.__('Data Lake: Upload…'),
    offered: ({ model }) => model.tree !== null
  },
  {
    id: ids.NEW_DATASET,
    label: trans => trans.__('New dataset…'),
    long: trans => trans.__('Data Lake: New Dataset…'),
    offered: ({ model }) => model.tree !== null
  },
  {
    id: ids.NEW_CONTAINER,
    label: trans => trans.__('New container…'),
    long: trans => trans.__('Data Lake: New Container…'),
    offered: ({ model }) => model.tree !== null
  },
  {
    id: ids.ADD,
    label: trans => trans.__('Add to dataset…'),
    long: trans => trans.__('Data Lake: Add to Dataset…'),
    offered: some,
    last: true
  },
  {
    id: ids.TAKE_OUT,
    label: (trans, { model }) => trans.__('Take out of %1…', model.tree?.parentOfActive ?? ''),
    long: trans => trans.__('Data Lake: Take Out of Dataset…'),
    offered: context => one(context) && context.model.tree?.parentOfActive !== undefined
  },
  {
    id: ids.DELETE,
    label: trans => trans.__('Delete…'),
    long: trans => trans.__('Data Lake: Delete…'),
    offered: one
  }
];

function isAttached({ notebooks, rows }: IContext): boolean {
  const dids = rows.map(didOf);
  return notebooks.attachments.some(({ did }) => dids.includes(did));
}
