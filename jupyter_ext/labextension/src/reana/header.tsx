/** The head of the panel: which server, how it is, and which of its workflows are shown. */
import { addIcon, Button, ellipsesIcon, refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { exactly } from '../ui/words';
import type { IHost } from './host';
import * as ids from './ids';
import type { Listing } from './listing';
import type { IConnection } from './types';
import { connectionWord, signOf, STATUSES, statusWord, tokenLeft } from './words';

export function Header({ host }: { readonly host: IHost }): React.JSX.Element | null {
  const { model, trans, run, openServerMenu } = host;
  const { connections } = model;
  const { all, chosen } = connections;
  if (!all || !chosen) {
    return null;
  }
  return (
    <div className="freezeout-Panel-head freezeout-Lake-connection">
      <select
        className="jp-mod-styled"
        aria-label={trans.__('Connection')}
        value={chosen.name}
        title={[chosen.url, chosen.user].filter(Boolean).join('\n')}
        onChange={event => {
          connections.name = event.target.value;
        }}
      >
        {all.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
      <State host={host} connection={chosen} />
      <span className="freezeout-Lake-tools">
        <Button
          minimal
          small
          title={trans.__('Run on REANA…')}
          aria-label={trans.__('Run on REANA')}
          onClick={() => {
            run(ids.RUN);
          }}
        >
          <addIcon.react tag="span" />
        </Button>
        <Button
          minimal
          small
          title={trans.__('Refresh')}
          aria-label={trans.__('Refresh REANA')}
          onClick={() => {
            run(ids.REFRESH);
          }}
        >
          <refreshIcon.react tag="span" />
        </Button>
        <Button
          minimal
          small
          title={trans.__('Connections, the embedded server…')}
          aria-label={trans.__('More of the connection')}
          aria-haspopup="menu"
          onClick={event => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            openServerMenu(left, bottom);
          }}
        >
          <ellipsesIcon.react tag="span" />
        </Button>
      </span>
    </div>
  );
}

function State({
  host,
  connection
}: {
  readonly host: IHost;
  readonly connection: IConnection;
}): React.JSX.Element {
  const { trans, model } = host;
  const { state, message, hint, token_expires_at: expires, version } = connection;
  const { failure } = model.connections;
  const token = tokenLeft(trans, connection, model.jobs.jobs.now());
  const known = version ? [trans.__('REANA %1', version)] : [];
  return (
    <span className="freezeout-Lake-status" role="status">
      <span
        className="freezeout-Lake-state"
        data-state={failure ? 'unreachable' : signOf(connection)}
        title={failure ? failure.message : [message, hint, ...known].filter(Boolean).join('\n')}
      >
        {failure ? trans.__('no answer') : connectionWord(trans, state)}
      </span>
      {token && (
        <span className="freezeout-Lake-token" title={expires ? exactly(expires) : ''}>
          {token}
        </span>
      )}
    </span>
  );
}

/** Which workflows are shown, and in what order. */
export function SearchBox({
  host,
  listing
}: {
  readonly host: IHost;
  readonly listing: Listing;
}): React.JSX.Element {
  const { trans } = host;
  return (
    <div className="freezeout-Panel-head freezeout-Reana-search">
      <select
        className="jp-mod-styled"
        aria-label={trans.__('State of the workflows')}
        value={listing.status}
        onChange={event => {
          listing.status = event.target.value;
        }}
      >
        <option value="">{trans.__('all')}</option>
        {STATUSES.map(status => (
          <option key={status} value={status}>
            {statusWord(trans, status)}
          </option>
        ))}
      </select>
      <input
        type="search"
        className="jp-mod-styled"
        placeholder={trans.__('search…')}
        aria-label={trans.__('Search workflows')}
        value={listing.search}
        spellCheck={false}
        autoComplete="off"
        onChange={event => {
          listing.search = event.target.value;
        }}
        onKeyDown={event => {
          if (event.key === 'ArrowDown') {
            event.preventDefault();
            event.currentTarget
              .closest('.freezeout-Reana')
              ?.querySelector<HTMLElement>('.freezeout-Reana-row[tabindex="0"]')
              ?.focus();
          } else if (event.key === 'Escape' && listing.search) {
            event.preventDefault();
            listing.search = '';
          }
        }}
      />
      <Button
        minimal
        small
        title={listing.sort === 'desc' ? trans.__('The newest first') : trans.__('The oldest first')}
        aria-label={
          listing.sort === 'desc'
            ? trans.__('Sorted by date, the newest first; turn round')
            : trans.__('Sorted by date, the oldest first; turn round')
        }
        onClick={() => {
          listing.sort = listing.sort === 'desc' ? 'asc' : 'desc';
        }}
      >
        <span aria-hidden>{listing.sort === 'desc' ? '↓' : '↑'}</span>
      </Button>
    </div>
  );
}
