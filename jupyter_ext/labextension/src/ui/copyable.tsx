/** Long text: cut in the middle, whole on hover, copied by a button. */
import { Clipboard } from '@jupyterlab/apputils';
import { copyIcon } from '@jupyterlab/ui-components';
import React from 'react';

export interface ICopyableProps {
  readonly text: string;
  readonly label: string;
  readonly tabIndex: number;
}

/** Signs at its end that stay when it is cut. */
const TAIL = 8;

export function Copyable({ text, label, tabIndex }: ICopyableProps): React.JSX.Element {
  const at = text.length > 2 * TAIL ? text.length - TAIL : text.length;
  return (
    <span className="freezeout-Copyable">
      <code title={text}>
        <span>{text.slice(0, at)}</span>
        {at < text.length && <span>{text.slice(at)}</span>}
      </code>
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
