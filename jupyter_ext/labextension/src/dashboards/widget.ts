/** A dashboard as a tab of the main area: Voila's page in a frame. */
import { IFrame, MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { launchIcon, refreshIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { IDashboard } from './api';
import { dashboardIcon } from './icons';

export interface IOptions {
  readonly dashboard: IDashboard;
  readonly trans: TranslationBundle;

  /** Lab's theme when the dashboard is loaded. */
  readonly theme: () => 'light' | 'dark';
}

export class DashboardWidget extends MainAreaWidget<IFrame> {
  readonly dashboard: IDashboard;

  constructor(private readonly _options: IOptions) {
    const { dashboard, trans } = _options;
    const frame = new IFrame({
      // its widgets talk to their kernel with this session's cookie, and it offers downloads
      sandbox: ['allow-same-origin', 'allow-scripts', 'allow-downloads', 'allow-popups', 'allow-forms'],
      referrerPolicy: 'same-origin'
    });
    super({ content: frame });
    this.dashboard = dashboard;
    this.id = `freezeout-dashboard-${dashboard.id}`;
    this.title.label = dashboard.title;
    this.title.caption = dashboard.title;
    this.title.icon = dashboardIcon;
    this.title.closable = true;
    frame.node.querySelector('iframe')?.setAttribute('title', dashboard.title);
    this.toolbar.addItem(
      'reload',
      new ToolbarButton({
        icon: refreshIcon,
        tooltip: trans.__('Reload the dashboard'),
        onClick: () => {
          this.load();
        }
      })
    );
    this.toolbar.addItem(
      'tab',
      new ToolbarButton({
        icon: launchIcon,
        label: trans.__('Open in a browser tab'),
        onClick: () => {
          window.open(this._url, '_blank', 'noopener');
        }
      })
    );
    this.load();
  }

  /** Start the dashboard, anew if it is there, with a kernel of its own. */
  load(): void {
    this.content.url = this._url;
  }

  private get _url(): string {
    return `${this.dashboard.url}?theme=${this._options.theme()}`;
  }
}
