/** Long text: cut in the middle, whole on hover, copied by a button. */
import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { cut } from './words';

export interface ICopyableProps {
  readonly text: string;
  readonly label: string;
  readonly tabIndex: number;

  /** Signs that are shown. */
  readonly most?: number;
}

export function Copyable({ text, label, tabIndex, most }: ICopyableProps): React.JSX.Element {
  return (
    <span className="freezeout-Copyable">
      <code title={text}>{cut(text, most)}</code>
      <button
        type="button"
        className="freezeout-Unfold"
        tabIndex={tabIndex}
        aria-label={label}
        title={label}
        onClick={() => {
          Clipboard.copyToSystem(text);
        }}
      >
        <copyIcon.react tag="span" />
      </button>
    </span>
  );
}
