/** Why the server cannot be used just now, and what helps. */
import { Button } from '@jupyterlab/ui-components';
import React from 'react';
import { isLive } from '../jobs/api';
import { OneJob } from '../jobs/list';
import { Said } from '../ui/said';
import type { IHost } from './host';
import * as ids from './ids';
import { connectionWord } from './words';

export function Trouble({ host }: { readonly host: IHost }): React.JSX.Element | null {
  const { model, trans, run } = host;
  const { connections } = model;
  const { chosen, starting, refusal, asked, client } = connections;
  if (!chosen) {
    return null;
  }
  const { state, kind, message, hint } = chosen;
  const live = starting !== undefined && isLive(starting);
  const refused = refusal && (
    <Said what={trans.__('That did not work.')} said={refusal} trans={trans} tabIndex={0} />
  );
  const unbuilt = kind !== 'embedded' && client !== null && client.state !== 'built' && (
    <div className="freezeout-Offline" role="status">
      <div className="freezeout-Said-what">{trans.__("REANA's client is not built yet.")}</div>
      {client.message && <div>{client.message}</div>}
      <div className="freezeout-Said-hint">
        {trans.__('Build the environment ‘reana’ in the panel of environments.')}
      </div>
    </div>
  );
  if (state === 'ready') {
    return refused ? <div className="freezeout-Lake-job">{refused}</div> : null;
  }
  const word = connectionWord(trans, state).replace('…', '');
  return (
    <>
      {!live && (
        <div className="freezeout-Offline" role="status">
          <div className="freezeout-Said-what">{trans.__('REANA is %1.', word)}</div>
          {message && <div>{message}</div>}
          {hint && <div className="freezeout-Said-hint">{hint}</div>}
          {state !== 'starting' && state !== 'degraded' && (
            <div className="freezeout-Card-actions">
              {kind === 'embedded' && (
                <Button
                  small
                  className="jp-mod-styled jp-mod-accept"
                  disabled={asked !== null}
                  onClick={() => {
                    run(ids.START_SERVER);
                  }}
                >
                  {asked === 'start' ? trans.__('starting…') : trans.__('Start the embedded server')}
                </Button>
              )}
              <Button
                small
                className="jp-mod-styled"
                onClick={() => {
                  run(ids.REFRESH);
                }}
              >
                {trans.__('Retry')}
              </Button>
            </div>
          )}
        </div>
      )}
      {unbuilt}
      {(starting ?? refused) && kind === 'embedded' && (
        <div className="freezeout-Lake-job">
          {starting && <OneJob job={starting} jobs={model.jobs} trans={trans} />}
          {starting?.error && (
            <Said
              what={trans.__('The embedded server did not start.')}
              said={starting.error}
              trans={trans}
              tabIndex={0}
            />
          )}
          {refused}
        </div>
      )}
    </>
  );
}
