/** The head of a panel: which connection is looked at, how it is, and the panel's tools. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { exactly } from '../ui/words';
import type { Connections } from './model';
import { connectionWord, tokenLeft } from './words';

export interface IHeadProps {
  readonly connections: Connections;
  readonly trans: TranslationBundle;

  /** The tools. */
  readonly children: React.ReactNode;
}

export function Head({ connections, trans, children }: IHeadProps): React.JSX.Element | null {
  const { all, chosen } = connections;
  if (!all || !chosen) {
    return null;
  }
  return (
    <div className="freezeout-Panel-head freezeout-Connection">
      {all.length > 1 ? (
        <select
          className="jp-mod-styled"
          aria-label={trans.__('Connection')}
          value={chosen.name}
          title={connections.about(chosen)}
          onChange={event => {
            connections.name = event.target.value;
          }}
        >
          {all.map(connection => (
            <option key={connection.name} value={connection.name}>
              {connections.titleOf(connection)}
            </option>
          ))}
        </select>
      ) : (
        <span className="freezeout-Connection-title" title={connections.about(chosen)}>
          {connections.titleOf(chosen)}
        </span>
      )}
      <State connections={connections} trans={trans} />
      <span className="freezeout-Connection-tools">{children}</span>
    </div>
  );
}

function State({ connections, trans }: Omit<IHeadProps, 'children'>): React.JSX.Element | null {
  const { chosen, failure } = connections;
  if (!chosen) {
    return null;
  }
  const { state, message, hint, token_expires_at: expires } = chosen;
  const token = tokenLeft(trans, connections.secondsLeft(chosen));
  return (
    <span className="freezeout-Connection-status" role="status">
      <span
        className="freezeout-Connection-state"
        data-state={connections.signOf(chosen)}
        title={failure ? failure.message : [message, hint].filter(Boolean).join('\n')}
      >
        {failure ? trans.__('no answer') : connectionWord(trans, state)}
      </span>
      {token && (
        <span className="freezeout-Connection-token" title={expires ? exactly(expires) : ''}>
          {token}
        </span>
      )}
    </span>
  );
}
