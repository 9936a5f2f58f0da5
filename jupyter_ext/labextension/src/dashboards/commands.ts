/** The command that opens a dashboard. */
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { WidgetTracker } from '@jupyterlab/apputils';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';
import { takes } from '../ui/commands';
import type { IDashboard } from './api';
import { dashboardIcon } from './icons';
import { DashboardWidget } from './widget';
import type { IOptions } from './widget';

export const OPEN = 'freezeout:open-dashboard';

/**
 * Add the command.
 *
 * @param options - what every dashboard gets
 * @param find - what is known of a dashboard
 * @param loaded - resolves when all that there is to know is known
 * @returns the dashboards that are open
 */
export function addCommands(
  { commands, shell }: JupyterFrontEnd,
  options: Omit<IOptions, 'dashboard'>,
  find: (id: string) => IDashboard | undefined,
  loaded: Promise<unknown>
): WidgetTracker<DashboardWidget> {
  const { trans } = options;
  const tracker = new WidgetTracker<DashboardWidget>({ namespace: 'freezeout-dashboards' });
  const dashboard = (args: ReadonlyPartialJSONObject): IDashboard | undefined =>
    typeof args['id'] === 'string' ? find(args['id']) : undefined;

  commands.addCommand(OPEN, {
    label: args => {
      const title = dashboard(args)?.title;
      if (!title) {
        return trans.__('Open Dashboard');
      }
      return args['isPalette'] ? trans.__('Open Dashboard: %1', title) : title;
    },
    caption: trans.__('Open the dashboard beside your notebooks'),
    icon: args => (args['isPalette'] ? undefined : dashboardIcon),
    isVisible: args => dashboard(args) !== undefined,
    describedBy: takes(
      trans,
      {
        id: trans.__("The name of the dashboard's notebook"),
        cwd: trans.__("The launcher's folder, which is not used")
      },
      ['id']
    ),
    execute: async args => {
      await loaded;
      const wanted = dashboard(args);
      if (!wanted) {
        return undefined;
      }
      const open = tracker.find(widget => widget.dashboard.id === wanted.id);
      const widget = open ?? new DashboardWidget({ ...options, dashboard: wanted });
      if (!widget.isAttached) {
        shell.add(widget, 'main');
        await tracker.add(widget);
      }
      shell.activateById(widget.id);
      return widget;
    }
  });
  return tracker;
}
