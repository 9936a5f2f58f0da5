/** Why REANA cannot be used just now, and what helps. */
import React from 'react';
import { Start, Trouble } from '../connections/trouble';
import type { IHost } from './host';
import * as ids from './ids';

export function ServerTrouble({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans, run } = host;
  const { connections } = model;
  return (
    <>
      <Trouble
        connections={connections}
        jobs={model.jobs}
        trans={trans}
        says={word => trans.__('REANA is %1.', word)}
        failed={trans.__('The embedded server did not start.')}
        start={
          <Start
            connections={connections}
            trans={trans}
            label={trans.__('Start the embedded server')}
            run={() => {
              run(ids.START_SERVER);
            }}
          />
        }
        retry={() => {
          run(ids.REFRESH);
        }}
      />
      <Unbuilt host={host} />
    </>
  );
}

/** Other servers are asked by REANA's own client, which has an environment of its own. */
function Unbuilt({ host }: { readonly host: IHost }): React.JSX.Element | null {
  const { model, trans } = host;
  const { chosen, client } = model.connections;
  if (
    !chosen ||
    chosen.state === 'ready' ||
    chosen.kind === 'embedded' ||
    !client ||
    client.state === 'built'
  ) {
    return null;
  }
  return (
    <div className="freezeout-Offline" role="status">
      <div className="freezeout-Said-what">{trans.__("REANA's client is not built yet.")}</div>
      {client.message && <div>{client.message}</div>}
      <div className="freezeout-Said-hint">
        {trans.__('Build the environment ‘reana’ in the panel of environments.')}
      </div>
    </div>
  );
}
