/** A word that unfolds a part of a card. */
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';
import type { IPartProps } from './host';
import type { Part } from './model';

export function Unfold(props: IPartProps & { what: Part; children: React.ReactNode }): React.JSX.Element {
  const { environment, host, tabIndex, what, children } = props;
  const open = host.model.isUnfolded(environment.name, what);
  const Caret = open ? caretDownIcon : caretRightIcon;
  return (
    <button
      className="freezeout-Unfold"
      tabIndex={tabIndex}
      aria-expanded={open}
      onClick={() => {
        host.model.unfold(environment.name, what, !open);
      }}
    >
      <Caret.react tag="span" className="freezeout-Unfold-caret" />
      {children}
    </button>
  );
}
