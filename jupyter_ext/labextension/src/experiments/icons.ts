/** An icon per method of search. */
import { LabIcon } from '@jupyterlab/ui-components';
import collider from '../../style/icons/collider.svg';
import direct from '../../style/icons/direct.svg';
import indirect from '../../style/icons/indirect.svg';
import neutrino from '../../style/icons/neutrino.svg';
import type { Method } from './api';

export const icons: Readonly<Record<Method, LabIcon>> = {
  direct: new LabIcon({ name: 'freezeout:direct', svgstr: direct }),
  indirect: new LabIcon({ name: 'freezeout:indirect', svgstr: indirect }),
  collider: new LabIcon({ name: 'freezeout:collider', svgstr: collider }),
  neutrino: new LabIcon({ name: 'freezeout:neutrino', svgstr: neutrino })
};
