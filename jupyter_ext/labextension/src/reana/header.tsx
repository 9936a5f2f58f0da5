/** The head of the panel: which server, how it is, and which of its workflows are shown. */
import { addIcon, Button, ellipsesIcon, refreshIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { Head } from '../connections/head';
import { Tool } from '../ui/tool';
import type { IHost } from './host';
import * as ids from './ids';
import type { Listing } from './listing';
import { STATUSES, statusWord } from './words';

export function Header({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans, run, openServerMenu } = host;
  return (
    <Head connections={model.connections} trans={trans}>
      <Tool
        icon={addIcon}
        title={trans.__('Run on REANA…')}
        label={trans.__('Run on REANA')}
        run={() => {
          run(ids.RUN);
        }}
      />
      <Tool
        icon={refreshIcon}
        title={trans.__('Refresh')}
        label={trans.__('Refresh REANA')}
        run={() => {
          run(ids.REFRESH);
        }}
      />
      <Tool
        icon={ellipsesIcon}
        title={trans.__('Connections, the embedded server…')}
        label={trans.__('More of the connection')}
        open={openServerMenu}
      />
    </Head>
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
