/** The left sidebar's panel of the data lake. */
import { Button, VDomRenderer } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import React, { useEffect, useRef, useState } from 'react';
import { JobList, OneJob } from '../jobs/list';
import { Said } from '../ui/said';
import { isUsable } from './connections';
import { DetailsView } from './detailsview';
import { Skeletons, useEvery } from '../ui/pieces';
import { Forms } from './forms';
import type { IFilesHost } from './forms';
import { Header, SearchBox } from './header';
import { lakeIcon } from './icons';
import * as ids from './ids';
import type { LakeModel } from './model';
import { Filter, TreeView } from './treeview';
import { connectionWord } from './words';

/** What names a site's lake. */
const COMMAND = 'freezeout config lake --url …';

/** The least that tree and details are high. */
const LEAST = 96;

export interface IPanelHost extends IFilesHost {
  readonly openNew: (x: number, y: number) => void;
}

export class LakePanel extends VDomRenderer<LakeModel> {
  constructor(private readonly _host: IPanelHost) {
    super(_host.model);
    const { trans, notebooks } = _host;
    this.id = 'freezeout-lake';
    this.addClass('freezeout-Panel');
    this.addClass('freezeout-Lake');
    this.title.icon = lakeIcon;
    this.title.caption = trans.__('Data lake');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Data lake'));
    notebooks.changed.connect(() => {
      this.update();
    });
    this.node.addEventListener('focusin', ({ target }) => {
      this._focused = target instanceof HTMLElement ? target : null;
      this._inDetails = this._focused?.closest('.freezeout-Lake-details') !== null;
    });
    this.node.addEventListener('focusout', () => {
      setTimeout(() => {
        if (this._focused?.isConnected && !this.node.contains(document.activeElement)) {
          this._focused = null;
        }
      });
    });
    new MutationObserver(() => {
      this._keepFocus();
    }).observe(this.node, { childList: true, subtree: true });
  }

  /** Put the focus somewhere, when the palette has given it back to what had it. */
  focus(selector: string): void {
    setTimeout(() => {
      this.node.querySelector<HTMLElement>(selector)?.focus();
    });
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.model.watched = true;
    this.update();
    if (this.model.connections.all) {
      // another window or a command line may have done something that no event told
      this.model.look();
    }
  }

  protected override onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.model.watched = false;
  }

  protected override onActivateRequest(): void {
    if (!this.node.contains(document.activeElement)) {
      this.focus('.freezeout-Tree, .freezeout-Empty button');
    }
  }

  protected override render(): React.JSX.Element {
    return <Lake host={this._host} />;
  }

  /** What had the focus may be gone: it stays as near as may be, for those who work by keyboard. */
  private _keepFocus(): void {
    if (this._focused && !this._focused.isConnected) {
      this._focused = null;
      if (document.activeElement === document.body) {
        const tree = this.node.querySelector<HTMLElement>('.freezeout-Tree');
        const details = this.node.querySelector<HTMLElement>('.freezeout-Lake-details');
        (this._inDetails ? (details ?? tree) : tree)?.focus({ preventScroll: true });
      }
    }
  }

  private _focused: HTMLElement | null = null;
  private _inDetails = false;
}

function Lake({ host }: { readonly host: IPanelHost }): React.JSX.Element {
  const { model, trans } = host;
  const { connections, tree, details } = model;
  const { all, failure } = connections;
  useEvery(30);
  if (!all) {
    return (
      <div className="freezeout-Panel-body">
        {failure ? (
          <Said
            what={trans.__('The connections could not be read.')}
            said={failure}
            trans={trans}
            tabIndex={0}
            retry={() => void connections.load()}
          />
        ) : (
          <div className="freezeout-Lake-loading">
            <Skeletons label={trans.__('Loading the data lake')} rows={8} />
          </div>
        )}
      </div>
    );
  }
  const loaded = tree !== null && (tree.scopes !== null || isUsable(connections.chosen?.state ?? null));
  return (
    <>
      <Header host={host} openNew={host.openNew} />
      {loaded && <SearchBox host={host} />}
      <Trouble host={host} />
      <Forms host={host} />
      {loaded && <Filter host={host} tree={tree} />}
      {loaded && <TreeView host={host} tree={tree} key={tree.connection} />}
      <JobList jobs={model.transfers} trans={trans} label={trans.__('Transfers')} />
      {loaded && details && <Divider host={host} />}
      {loaded && details && (
        <div
          className="freezeout-Lake-details"
          role="region"
          aria-labelledby="freezeout-lake-did"
          tabIndex={-1}
          style={{ height: `${String(model.height)}px` }}
          onKeyDown={event => {
            if (event.key === 'Escape') {
              event.stopPropagation();
              document.querySelector<HTMLElement>('.freezeout-Tree')?.focus();
            }
          }}
        >
          <DetailsView host={host} details={details} key={details.did} />
        </div>
      )}
      <News host={host} />
    </>
  );
}

/** Why the lake cannot be used just now, and what helps. */
function Trouble({ host }: { readonly host: IPanelHost }): React.JSX.Element | null {
  const { model, trans, run } = host;
  const { connections } = model;
  const { chosen, embedded, starting, refusal, asked } = connections;
  const job = starting && (
    <div className="freezeout-Lake-job">
      <OneJob job={starting} jobs={model.transfers} trans={trans} />
      {starting.error && (
        <Said what={trans.__('The lake did not start.')} said={starting.error} trans={trans} tabIndex={0} />
      )}
    </div>
  );
  const refused = refusal && (
    <Said what={trans.__('The lake did not start.')} said={refusal} trans={trans} tabIndex={0} />
  );
  const live = starting?.state === 'queued' || starting?.state === 'running';
  const start = embedded?.available !== false && !live && embedded?.state !== 'ready';
  const button = start && (
    <Button
      small
      className="jp-mod-styled jp-mod-accept"
      disabled={asked}
      onClick={() => {
        run(ids.START);
      }}
    >
      {asked ? trans.__('starting…') : trans.__('Start the embedded lake')}
    </Button>
  );
  if (!chosen) {
    return (
      <div className="freezeout-Empty">
        {live ? (
          <p>{trans.__('The embedded lake starts.')}</p>
        ) : (
          <p>{trans.__('No data lake is connected.')}</p>
        )}
        {button}
        {job}
        {refused}
        {embedded?.available === false && <p className="freezeout-mod-quiet">{embedded.message}</p>}
        {!live && (
          <p className="freezeout-mod-quiet">
            {trans.__("Or name a site's:")} <code>{COMMAND}</code>
          </p>
        )}
      </div>
    );
  }
  if (chosen.state === 'ready' && !starting) {
    return null;
  }
  return (
    <>
      {chosen.state !== 'ready' && (
        <div className="freezeout-Offline" role="status">
          <div className="freezeout-Said-what">
            {trans.__('The lake is %1.', connectionWord(trans, chosen.state).replace('…', ''))}
          </div>
          {chosen.message && <div>{chosen.message}</div>}
          {chosen.hint && <div className="freezeout-Said-hint">{chosen.hint}</div>}
          {!live && chosen.state !== 'starting' && chosen.state !== 'degraded' && (
            <div className="freezeout-Card-actions">
              {chosen.kind === 'embedded' && button}
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
      {chosen.state !== 'ready' && job}
      {refused}
    </>
  );
}

/** Between tree and details; drawn by the mouse, or by arrow keys. */
function Divider({ host }: { readonly host: IPanelHost }): React.JSX.Element {
  const { model, trans } = host;
  const dragged = useRef<{ y: number; height: number } | null>(null);
  const most = (node: HTMLElement): number =>
    Math.max(LEAST, (node.parentElement?.clientHeight ?? 600) - 2 * LEAST);
  const set = (node: HTMLElement, height: number): void => {
    model.height = Math.round(Math.max(LEAST, Math.min(most(node), height)));
  };
  return (
    <div
      className="freezeout-Lake-divider"
      role="separator"
      tabIndex={0}
      aria-orientation="horizontal"
      aria-label={trans.__('Height of the details')}
      aria-valuenow={model.height}
      aria-valuemin={LEAST}
      aria-valuemax={2000}
      onPointerDown={event => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { y: event.clientY, height: model.height };
      }}
      onPointerMove={event => {
        if (dragged.current) {
          set(event.currentTarget, dragged.current.height + dragged.current.y - event.clientY);
        }
      }}
      onPointerUp={() => {
        dragged.current = null;
      }}
      onPointerCancel={() => {
        dragged.current = null;
      }}
      onKeyDown={event => {
        const step = { ArrowUp: 24, ArrowDown: -24, PageUp: 120, PageDown: -120, Home: 2000, End: -2000 }[
          event.key
        ];
        if (step !== undefined) {
          event.preventDefault();
          set(event.currentTarget, model.height + step);
        }
      }}
    />
  );
}

/** The lake's state is said to those who do not see it, when it has changed. */
function News({ host }: { readonly host: IPanelHost }): React.JSX.Element {
  const { model, trans } = host;
  const state = model.connections.chosen?.state;
  const before = useRef(state);
  const [news, setNews] = useState('');
  useEffect(() => {
    if (state && before.current && before.current !== state) {
      setNews(trans.__('The lake is %1.', connectionWord(trans, state)));
    }
    before.current = state;
  }, [state, trans]);
  return (
    <div className="freezeout-Unseen" role="status" aria-live="polite">
      {news}
    </div>
  );
}
