/** What went wrong: what, why, what to do, and a way to try again. */
import { Button } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { ISaid } from '../server/describe';

export interface ISaidProps {
  readonly what: string;
  readonly said: ISaid;
  readonly trans: TranslationBundle;
  readonly tabIndex: number;
  readonly retry?: () => void;
  readonly dismiss?: () => void;
}

export function Said({ what, said, trans, tabIndex, retry, dismiss }: ISaidProps): React.JSX.Element {
  return (
    <div className="freezeout-Said">
      <div className="freezeout-Said-what">{what}</div>
      {said.message && <div>{said.message}</div>}
      {said.hint && <div className="freezeout-Said-hint">{said.hint}</div>}
      {(retry ?? dismiss) && (
        <div className="freezeout-Card-actions">
          {retry && (
            <Button small className="jp-mod-styled" tabIndex={tabIndex} onClick={retry}>
              {trans.__('Retry')}
            </Button>
          )}
          {dismiss && (
            <Button small minimal className="freezeout-Unfold" tabIndex={tabIndex} onClick={dismiss}>
              {trans.__('Dismiss')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
