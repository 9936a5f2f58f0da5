/** The status bar's line: how REANA is, and how many workflows run. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { useEvery } from '../ui/pieces';
import type { ReanaModel } from './model';
import { connectionWord, signOf, tokenLeft } from './words';

/** A token that is valid for longer is not worth a word. */
const WORTH_TELLING_S = 12 * 3600;

export class ReanaStatus extends ReactWidget {
  constructor(
    private readonly _model: ReanaModel,
    private readonly _trans: TranslationBundle,
    private readonly _open: () => void
  ) {
    super();
    this.addClass('freezeout-JobsStatus');
    _model.connections.changed.connect(this.update, this);
  }

  protected override render(): React.JSX.Element {
    return <Line model={this._model} trans={this._trans} open={this._open} />;
  }
}

interface ILineProps {
  readonly model: ReanaModel;
  readonly trans: TranslationBundle;
  readonly open: () => void;
}

function Line({ model, trans, open }: ILineProps): React.JSX.Element | null {
  const { chosen, all, failure } = model.connections;
  useEvery(20);
  if (!all || !chosen) {
    return null;
  }
  const state = failure ? 'unreachable' : chosen.state;
  const word = connectionWord(trans, state);
  const now = model.jobs.jobs.now();
  const token = tokenLeft(trans, chosen, now);
  const soon = chosen.token_expires_at
    ? (Date.parse(chosen.token_expires_at) - now) / 1000 < WORTH_TELLING_S
    : false;
  return (
    <button
      className="freezeout-JobsStatus-button freezeout-LakeStatus"
      title={[trans.__('REANA: %1', word), token, chosen.message].filter(Boolean).join('\n')}
      aria-label={[trans.__('REANA: %1', word), soon ? token : ''].filter(Boolean).join(', ')}
      onClick={open}
    >
      {trans.__('reana')}
      <span className="freezeout-Lake-state" data-state={failure ? state : signOf(chosen)} />
      {state !== 'ready' && <span>{word}</span>}
      {soon && token && <span>{token}</span>}
    </button>
  );
}
