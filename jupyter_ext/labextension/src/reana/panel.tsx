/** The left sidebar's panel of REANA. */
import { Button } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef } from 'react';
import { Loading } from '../connections/loading';
import { isUsable } from '../connections/types';
import { JobList } from '../jobs/list';
import { News } from '../ui/news';
import { Skeletons, useEvery } from '../ui/pieces';
import { Said } from '../ui/said';
import { SidePanel } from '../ui/sidepanel';
import { ConnectForm, DisconnectQuestion } from './forms';
import { Header, SearchBox } from './header';
import type { IHost } from './host';
import { reanaIcon } from './icons';
import * as ids from './ids';
import type { Listing } from './listing';
import type { ReanaModel } from './model';
import { Row } from './row';
import { SecretsForm } from './secretsform';
import { ServerTrouble } from './trouble';
import { isLive } from './types';
import { Usage } from './usage';
import { statusWord } from './words';

/** So near to the end of the list the next page is loaded. */
const NEAR_PX = 300;

export class ReanaPanel extends SidePanel<ReanaModel> {
  constructor(private readonly _host: IHost) {
    super(_host.model, {
      id: 'freezeout-reana',
      title: _host.trans.__('REANA'),
      icon: reanaIcon,
      styled: 'freezeout-Reana',
      first: '.freezeout-Reana-row[tabindex="0"], .freezeout-Empty button, .freezeout-Offline button'
    });
  }

  protected override render(): React.JSX.Element {
    return <Reana host={this._host} />;
  }
}

function Reana({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans } = host;
  const { connections, listing } = model;
  const { chosen } = connections;
  useEvery(30);
  if (!connections.all) {
    return <Loading connections={connections} trans={trans} label={trans.__('Loading REANA')} />;
  }
  const loaded = listing !== null && (listing.rows !== null || isUsable(chosen?.state));
  return (
    <>
      <Header host={host} />
      {model.form === 'connect' && <ConnectForm host={host} />}
      {model.form === 'disconnect' && chosen && <DisconnectQuestion host={host} connection={chosen} />}
      {model.secrets && <SecretsForm host={host} secrets={model.secrets} />}
      <ServerTrouble host={host} />
      {loaded && <SearchBox host={host} listing={listing} />}
      {loaded ? (
        <Workflows host={host} listing={listing} key={listing.connection} />
      ) : (
        <div className="freezeout-Panel-body" />
      )}
      <JobList jobs={model.jobs} trans={trans} label={trans.__('Jobs of REANA')} />
      <Usage host={host} />
      <News
        of={(listing?.rows ?? []).map(({ id, full_name: name, status }) => [
          id,
          status,
          trans.__('%1: %2', name, statusWord(trans, status))
        ])}
      />
    </>
  );
}

interface IWorkflowsProps {
  readonly host: IHost;
  readonly listing: Listing;
}

function Workflows({ host, listing }: IWorkflowsProps): React.JSX.Element {
  const { model, trans } = host;
  const { rows, failure, hasMore } = listing;
  const box = useRef<HTMLDivElement>(null);
  // said above already, of the server as a whole
  const told = !isUsable(model.connections.chosen?.state);
  useEvery(1, rows?.some(({ status }) => isLive(status)) ?? false);
  const held = useRef(-1);
  useLayoutEffect(() => {
    // what had the focus may be gone: it stays as near as may be, for those who work by keyboard
    const list = [...(box.current?.querySelectorAll<HTMLElement>('.freezeout-Reana-row') ?? [])];
    const { activeElement } = document;
    if (held.current >= 0 && activeElement === document.body) {
      list[Math.min(held.current, list.length - 1)]?.focus();
    }
    held.current = list.findIndex(row => row.parentElement?.contains(activeElement));
  });
  const stop = rows?.some(({ id }) => id === model.active) ? model.active : rows?.[0]?.id;
  const look = (): void => {
    const node = box.current;
    if (node && hasMore && node.scrollTop + node.clientHeight > node.scrollHeight - NEAR_PX) {
      void listing.more();
    }
  };
  return (
    <div
      ref={box}
      className="freezeout-Panel-body"
      aria-busy={rows === null && failure === null}
      onScroll={look}
      onBlur={() => {
        held.current = -1;
      }}
      onKeyDown={event => {
        onKey(event, host);
      }}
    >
      {failure && !told && (
        <Said
          what={trans.__('The workflows could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void listing.load()}
        />
      )}
      {rows === null && failure === null && (
        <div className="freezeout-Loading">
          <Skeletons label={trans.__('Loading the workflows')} rows={8} />
        </div>
      )}
      {rows?.length === 0 && !failure && <Empty host={host} listing={listing} />}
      {rows !== null && rows.length > 0 && (
        <ul aria-label={trans.__('Workflows')}>
          {rows.map(row => (
            <Row key={row.id} host={host} row={row} active={row.id === stop} />
          ))}
        </ul>
      )}
      {hasMore && (
        <div className="freezeout-Reana-more">
          <Button
            small
            className="jp-mod-styled"
            disabled={listing.isLoadingMore}
            onClick={() => void listing.more()}
          >
            {listing.isLoadingMore
              ? trans.__('loading…')
              : trans.__('More (%1 of %2)', rows?.length ?? 0, listing.total)}
          </Button>
        </div>
      )}
    </div>
  );
}

function Empty({ host, listing }: IWorkflowsProps): React.JSX.Element {
  const { trans, run } = host;
  const chosen = listing.search.trim() !== '' || listing.status !== '';
  return (
    <div className="freezeout-Empty">
      <p>
        {chosen
          ? trans.__('No workflow is of this name and state.')
          : trans.__('No workflow yet: run an experiment or any notebook.')}
      </p>
      <Button
        small
        className="jp-mod-styled jp-mod-accept"
        onClick={() => {
          if (chosen) {
            listing.search = '';
            listing.status = '';
          } else {
            run(ids.RUN);
          }
        }}
      >
        {chosen ? trans.__('Show all') : trans.__('Run on REANA…')}
      </Button>
    </div>
  );
}

/** Arrow keys go from row to row; what is in an unfolded one keeps its own. */
function onKey(event: React.KeyboardEvent<HTMLElement>, { model, run, openMenu }: IHost): void {
  const { target } = event;
  if (!(target instanceof HTMLElement) || !target.classList.contains('freezeout-Reana-row')) {
    return;
  }
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.freezeout-Reana-row')];
  const at = rows.indexOf(target);
  const id = target.dataset['id'] ?? '';
  const row = model.listing?.find(id);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined && to < 0) {
    event.currentTarget.parentElement?.querySelector<HTMLElement>('input[type=search]')?.focus();
  } else if (to !== undefined) {
    rows[to]?.focus();
  } else if (event.key === 'ArrowRight' && row) {
    model.unfold(row);
  } else if (event.key === 'ArrowLeft') {
    model.fold(id);
  } else if (event.key === 'Delete') {
    run(ids.DELETE, { workflow: id });
  } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
    const { left, bottom } = target.getBoundingClientRect();
    openMenu(id, left + 24, bottom);
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}
