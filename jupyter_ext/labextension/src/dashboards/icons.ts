import { LabIcon } from '@jupyterlab/ui-components';
import dashboard from '../../style/icons/dashboard.svg';

export const dashboardIcon = new LabIcon({ name: 'freezeout:dashboard', svgstr: dashboard });
