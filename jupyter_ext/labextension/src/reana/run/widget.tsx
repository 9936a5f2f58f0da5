/** The form as a tab of the main area. */
import { MainAreaWidget } from '@jupyterlab/apputils';
import { VDomRenderer } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import React from 'react';
import { reanaIcon } from '../icons';
import { RunModel } from './model';
import type { IRunOptions } from './model';
import { key } from './thing';
import type { IThing } from './thing';
import { RunView } from './view';

class Form extends VDomRenderer<RunModel> {
  constructor(
    model: RunModel,
    private readonly _trans: TranslationBundle
  ) {
    super(model);
    this.addClass('freezeout-Panel');
    this.addClass('freezeout-Run');
    const { model: panel } = model.options;
    // jobs and connections are those of the panel
    panel.stateChanged.connect(this.update, this);
    this.disposed.connect(() => {
      panel.stateChanged.disconnect(this.update, this);
    });
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this._attend(this.isVisible);
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._attend(true);
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this._attend(false);
  }

  protected override onBeforeDetach(message: Message): void {
    this._attend(false);
    super.onBeforeDetach(message);
  }

  private _attend(seen: boolean): void {
    this.model.options.model.attend(this, seen);
  }

  protected override render(): React.JSX.Element {
    return <RunView model={this.model} trans={this._trans} />;
  }
}

export class RunWidget extends MainAreaWidget<Form> {
  constructor(options: IRunOptions, thing: IThing) {
    const { trans } = options;
    const model = new RunModel(options, thing);
    super({ content: new Form(model, trans) });
    this.model = model;
    this.id = `freezeout-run-${key(thing)}`;
    this.title.icon = reanaIcon;
    this.title.closable = true;
    this.title.label = trans.__('Run on REANA');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Run on REANA'));
    model.stateChanged.connect(() => {
      const name = model.form?.title;
      this.title.label = name ? trans.__('REANA: %1', name) : trans.__('Run on REANA');
      this.title.caption = name ?? '';
    });
    this.disposed.connect(() => {
      model.dispose();
    });
  }

  readonly model: RunModel;
}
