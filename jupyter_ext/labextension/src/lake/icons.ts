/** The icon of the lake, and those of what is in it. */
import { fileIcon, folderIcon, LabIcon, listIcon } from '@jupyterlab/ui-components';
import container from '../../style/icons/container.svg';
import dataset from '../../style/icons/dataset.svg';
import lake from '../../style/icons/lake.svg';
import type { Node } from './branch';

export const lakeIcon = new LabIcon({ name: 'freezeout:lake', svgstr: lake });
export const datasetIcon = new LabIcon({ name: 'freezeout:dataset', svgstr: dataset });
export const containerIcon = new LabIcon({ name: 'freezeout:container', svgstr: container });

export function iconOf(node: Node): LabIcon {
  if (node.kind === 'scope') {
    return folderIcon;
  }
  if (node.kind === 'files') {
    return listIcon;
  }
  const { type } = node.row;
  return type === 'FILE' ? fileIcon : type === 'DATASET' ? datasetIcon : containerIcon;
}
