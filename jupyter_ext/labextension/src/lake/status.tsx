/** The status bar's line: how the lake is, and how long its token lasts. */
import { ReactWidget } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useState } from 'react';
import type { LakeModel } from './model';
import { connectionWord, tokenLeft } from './words';

/** A token that is valid for longer is not worth a word. */
const WORTH_TELLING_S = 12 * 3600;

export class LakeStatus extends ReactWidget {
  constructor(
    private readonly _model: LakeModel,
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
  readonly model: LakeModel;
  readonly trans: TranslationBundle;
  readonly open: () => void;
}

function Line({ model, trans, open }: ILineProps): React.JSX.Element | null {
  const { chosen, all, failure } = model.connections;
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => {
      tick(number => number + 1);
    }, 20_000);
    return () => {
      clearInterval(timer);
    };
  }, []);
  if (!all) {
    return null;
  }
  const state = failure ? 'unreachable' : (chosen?.state ?? 'down');
  const word = chosen ? connectionWord(trans, state) : trans.__('not connected');
  const now = model.jobs.now();
  const token = chosen ? tokenLeft(trans, chosen, now) : '';
  const soon = chosen?.token_expires_at
    ? (Date.parse(chosen.token_expires_at) - now) / 1000 < WORTH_TELLING_S
    : false;
  return (
    <button
      className="freezeout-JobsStatus-button freezeout-LakeStatus"
      title={[trans.__('Data lake: %1', word), token, chosen?.message].filter(Boolean).join('\n')}
      aria-label={[trans.__('Data lake: %1', word), soon ? token : ''].filter(Boolean).join(', ')}
      onClick={open}
    >
      <span aria-hidden>⬢</span> {trans.__('lake')}
      <span className="freezeout-Lake-state" data-state={chosen ? state : 'none'} />
      {state !== 'ready' && <span>{word}</span>}
      {soon && token && <span>{token}</span>}
    </button>
  );
}
