import { LabIcon } from '@jupyterlab/ui-components';
import reana from '../../style/icons/reana.svg';

export const reanaIcon = new LabIcon({ name: 'freezeout:reana', svgstr: reana });
