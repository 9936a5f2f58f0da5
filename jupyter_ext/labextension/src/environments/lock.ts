/** A lock as a tab of the main area, to be read and copied. */
import { Clipboard, MainAreaWidget } from '@jupyterlab/apputils';
import { copyIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';
import type { IEnvironment, ILock } from './api';
import { environmentIcon } from './icons';

export class LockWidget extends MainAreaWidget {
  constructor(trans: TranslationBundle, environment: IEnvironment, lock: ILock) {
    const content = new Widget({ node: document.createElement('pre') });
    super({ content });
    const title = trans.__('Lock of %1', environment.title);
    content.addClass('freezeout-Lock');
    content.node.textContent = lock.text;
    content.node.tabIndex = 0;
    content.node.setAttribute('role', 'region');
    content.node.setAttribute('aria-label', title);
    this.id = lockId(environment.name);
    this.title.label = title;
    this.title.caption = `sha256 ${lock.sha256}`;
    this.title.icon = environmentIcon;
    this.title.closable = true;
    this.toolbar.addItem(
      'copy',
      new ToolbarButton({
        icon: copyIcon,
        label: trans.__('Copy'),
        onClick: () => {
          Clipboard.copyToSystem(lock.text);
        }
      })
    );
  }
}

export function lockId(name: string): string {
  return `freezeout-lock-${name}`;
}
