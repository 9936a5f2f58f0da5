/** Why the lake cannot be used just now, and what helps. */
import React from 'react';
import { Start, Starting, Trouble } from '../connections/trouble';
import { isLive } from '../jobs/api';
import type { IHost } from './host';
import * as ids from './ids';

/** What names a site's lake. */
const COMMAND = 'freezeout config lake --url …';

export function LakeTrouble({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans, run } = host;
  const { connections } = model;
  const { chosen, embedded, starting } = connections;
  const live = starting !== undefined && isLive(starting);
  const shared = {
    connections,
    jobs: model.transfers,
    trans,
    failed: trans.__('The lake did not start.')
  };
  const start = embedded?.available !== false && !live && embedded?.state !== 'ready' && (
    <Start
      connections={connections}
      trans={trans}
      label={trans.__('Start the embedded lake')}
      run={() => {
        run(ids.START);
      }}
    />
  );
  if (chosen) {
    return (
      <Trouble
        {...shared}
        says={word => trans.__('The lake is %1.', word)}
        start={start}
        retry={() => {
          run(ids.REFRESH);
        }}
      />
    );
  }
  return (
    <div className="freezeout-Empty">
      {live ? (
        <p>{trans.__('The embedded lake starts.')}</p>
      ) : (
        <p>{trans.__('No data lake is connected.')}</p>
      )}
      {start}
      <Starting {...shared} />
      {embedded?.available === false && <p className="freezeout-mod-quiet">{embedded.message}</p>}
      {!live && (
        <p className="freezeout-mod-quiet">
          {trans.__("Or name a site's:")} <code>{COMMAND}</code>
        </p>
      )}
    </div>
  );
}
