/** A line in the status bar: how a connection is, and how long its token lasts. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { useEvery } from '../ui/pieces';
import type { Connections } from './model';
import { connectionWord, tokenLeft } from './words';

/** A token that is valid for longer is not worth a word. */
const WORTH_TELLING_S = 12 * 3600;

export interface IStatusOptions {
  readonly connections: Connections;
  readonly trans: TranslationBundle;

  /** What is seen beside the sign, and what a state is called when it stands alone. */
  readonly label: string;
  readonly says: (word: string) => string;
  readonly open: () => void;
}

export class ConnectionStatus extends ReactWidget {
  constructor(private readonly _options: IStatusOptions) {
    super();
    this.addClass('freezeout-JobsStatus');
    _options.connections.changed.connect(this.update, this);
  }

  protected override render(): React.JSX.Element {
    return <Line {...this._options} />;
  }
}

function Line({ connections, trans, label, says, open }: IStatusOptions): React.JSX.Element | null {
  const { chosen, all, failure } = connections;
  useEvery(20);
  if (!all) {
    return null;
  }
  const state = failure ? 'unreachable' : (chosen?.state ?? 'down');
  const word = chosen ? connectionWord(trans, state) : trans.__('not connected');
  const seconds = chosen ? connections.secondsLeft(chosen) : null;
  const token = tokenLeft(trans, seconds);
  const soon = seconds !== null && seconds < WORTH_TELLING_S;
  return (
    <button
      className="freezeout-JobsStatus-button freezeout-ConnectionStatus"
      title={[says(word), token, chosen?.message].filter(Boolean).join('\n')}
      aria-label={[says(word), soon ? token : ''].filter(Boolean).join(', ')}
      onClick={open}
    >
      {label}
      <span
        className="freezeout-Connection-state"
        data-state={chosen ? connections.signOf(chosen) : 'none'}
      />
      {state !== 'ready' && <span>{word}</span>}
      {soon && token && <span>{token}</span>}
    </button>
  );
}
