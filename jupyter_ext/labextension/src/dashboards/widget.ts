/** A dashboard as a tab of the main area: Voila's page in a frame. */
import { IFrame, MainAreaWidget } from '@jupyterlab/apputils';
import { launchIcon, refreshIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IDashboard } from './api';
import { dashboardIcon } from './icons';

export class DashboardWidget extends MainAreaWidget<IFrame> {
  constructor(
    readonly dashboard: IDashboard,
    trans: TranslationBundle
  ) {
    const frame = new IFrame({
      // its widgets talk to their kernel with this session's cookie, and it offers downloads
      sandbox: ['allow-same-origin', 'allow-scripts', 'allow-downloads', 'allow-popups', 'allow-forms'],
      referrerPolicy: 'same-origin'
    });
    super({ content: frame });
    this.id = `freezeout-dashboard-${dashboard.id}`;
    this.addClass('freezeout-Dashboard');
    this.title.label = dashboard.title;
    this.title.caption = dashboard.title;
    this.title.icon = dashboardIcon;
    this.title.closable = true;
    frame.node.querySelector('iframe')?.setAttribute('title', dashboard.title);
    this.toolbar.node.setAttribute('aria-label', trans.__('Dashboard'));
    this.toolbar.addItem(
      'reload',
      new ToolbarButton({
        icon: refreshIcon,
        tooltip: trans.__('Reload the dashboard'),
        onClick: () => {
          this.reload();
        }
      })
    );
    this.toolbar.addItem(
      'tab',
      new ToolbarButton({
        icon: launchIcon,
        label: trans.__('Open in a browser tab'),
        onClick: () => void window.open(dashboard.url, '_blank', 'noopener')
      })
    );
    this.reload();
  }

  /** Start the dashboard anew, with a new kernel. */
  reload(): void {
    this.content.url = this.dashboard.url;
  }
}
