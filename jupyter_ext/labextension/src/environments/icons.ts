import { LabIcon } from '@jupyterlab/ui-components';
import environment from '../../style/icons/environment.svg';

export const environmentIcon = new LabIcon({ name: 'freezeout:environment', svgstr: environment });
