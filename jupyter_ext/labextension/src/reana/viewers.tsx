/** What is read in a tab of the main area: a file of a workspace, a log, a comparison. */
import { Clipboard, MainAreaWidget } from '@jupyterlab/apputils';
import { copyIcon, downloadIcon, ReactWidget, refreshIcon, ToolbarButton } from '@jupyterlab/ui-components';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';
import React from 'react';
import { describe } from '../server/describe';
import type { ISaid } from '../server/describe';
import { Skeletons } from '../ui/pieces';
import { Said } from '../ui/said';
import { reanaIcon } from './icons';
import { Preview } from './preview';
import type { IPreview } from './types';

export interface IViewerOptions {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly rendermime: IRenderMimeRegistry | null;
  readonly trans: TranslationBundle;

  /** Read what is shown. */
  readonly read: () => Promise<IPreview>;

  /** Where its bytes are; empty when it is no file. */
  readonly url: string;
}

/** What brings a viewer back when the page is loaded again. */
export interface IShown {
  readonly connection: string;
  readonly workflow: string;
  readonly path: string;
}

export class Viewer extends MainAreaWidget<Content> {
  constructor(
    options: IViewerOptions,
    readonly shown: IShown
  ) {
    const content = new Content(options);
    super({ content });
    const { id, title, caption, trans, url } = options;
    this.id = id;
    this.title.label = title;
    this.title.caption = caption;
    this.title.icon = reanaIcon;
    this.title.closable = true;
    this.toolbar.addItem(
      'reload',
      new ToolbarButton({
        icon: refreshIcon,
        tooltip: trans.__('Read it anew'),
        onClick: () => void content.load()
      })
    );
    const copy = new ToolbarButton({
      icon: copyIcon,
      label: trans.__('Copy'),
      enabled: false,
      onClick: () => {
        Clipboard.copyToSystem(content.text);
      }
    });
    this.toolbar.addItem('copy', copy);
    content.loaded.connect(() => {
      copy.enabled = content.text !== '';
    });
    if (url) {
      this.toolbar.addItem(
        'save',
        new ToolbarButton({
          icon: downloadIcon,
          label: trans.__('Save to this computer'),
          onClick: () => {
            const link = document.createElement('a');
            link.href = url;
            link.download = title;
            link.click();
          }
        })
      );
    }
    void content.load();
  }
}

class Content extends ReactWidget {
  constructor(private readonly _options: IViewerOptions) {
    super();
    this.addClass('freezeout-Viewer');
  }

  /** What is copied; empty when it is no text. */
  get text(): string {
    return this._value?.text ?? '';
  }

  /** Emits when it has been read, or could not be. */
  get loaded(): ISignal<this, void> {
    return this._loaded;
  }

  async load(): Promise<void> {
    try {
      this._value = await this._options.read();
      this._failure = null;
    } catch (error) {
      this._failure = describe(this._options.trans, error);
    }
    this._loaded.emit();
    this.update();
  }

  protected override render(): React.JSX.Element {
    const { trans, caption, rendermime } = this._options;
    if (this._failure) {
      return (
        <Said
          what={trans.__('%1 could not be read.', caption)}
          said={this._failure}
          trans={trans}
          tabIndex={0}
          retry={() => void this.load()}
        />
      );
    }
    return this._value ? (
      <Preview value={this._value} label={caption} rendermime={rendermime} trans={trans} />
    ) : (
      <Skeletons label={trans.__('Loading')} rows={12} />
    );
  }

  private readonly _loaded = new Signal<this, void>(this);
  private _value: IPreview | null = null;
  private _failure: ISaid | null = null;
}
