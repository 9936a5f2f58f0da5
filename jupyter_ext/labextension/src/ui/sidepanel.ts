/** A panel of the left sidebar. */
import type { ILayoutRestorer, JupyterFrontEnd } from '@jupyterlab/application';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { LabIcon } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';

/** What a panel shows, which is read on only while somebody looks. */
export interface IWatched extends VDomRenderer.IModel {
  watched: boolean;
}

export interface ISidePanelOptions {
  readonly id: string;
  readonly title: string;
  readonly icon: LabIcon;

  /** The class by which it is styled, beside that of all panels. */
  readonly styled: string;

  /** What gets the focus when the panel does. */
  readonly first: string;
}

export abstract class SidePanel<M extends IWatched> extends VDomRenderer<M> {
  constructor(model: M, { id, title, icon, styled, first }: ISidePanelOptions) {
    super(model);
    this.id = id;
    this.addClass('freezeout-Panel');
    this.addClass(styled);
    this.title.icon = icon;
    this.title.caption = title;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', title);
    this._first = first;
  }

  /** Put the focus somewhere, when the palette has given it back to what had it. */
  focus(selector: string): void {
    setTimeout(() => {
      this.node.querySelector<HTMLElement>(selector)?.focus();
    });
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.watched = true;
    this.update();
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.model.watched = false;
  }

  protected override onActivateRequest(): void {
    if (!this.node.contains(document.activeElement)) {
      this.focus(this._first);
    }
  }

  private readonly _first: string;
}

/** Put a panel into the sidebar; what is answered shows it, with the focus on a part of it. */
export function dock<M extends IWatched>(
  { shell }: JupyterFrontEnd,
  panel: SidePanel<M>,
  rank: number,
  restorer: ILayoutRestorer | null
): (selector?: string) => void {
  shell.add(panel, 'left', { rank, type: panel.title.caption });
  restorer?.add(panel, panel.id);
  return selector => {
    shell.activateById(panel.id);
    if (selector) {
      panel.focus(selector);
    }
  };
}
