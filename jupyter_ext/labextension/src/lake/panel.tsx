/** The left sidebar's panel of the data lake. */
import React, { useRef } from 'react';
import { Loading } from '../connections/loading';
import { isUsable } from '../connections/types';
import { connectionWord } from '../connections/words';
import { JobList } from '../jobs/list';
import { News } from '../ui/news';
import { useEvery } from '../ui/pieces';
import { SidePanel } from '../ui/sidepanel';
import { DetailsView } from './detailsview';
import { Forms } from './forms';
import type { IFilesHost } from './forms';
import { Header, SearchBox } from './header';
import { lakeIcon } from './icons';
import type { LakeModel } from './model';
import { Filter, TreeView } from './treeview';
import { LakeTrouble } from './trouble';

/** The least that tree and details are high. */
const LEAST = 96;

export interface IPanelHost extends IFilesHost {
  readonly openNew: (x: number, y: number) => void;
}

export class LakePanel extends SidePanel<LakeModel> {
  constructor(private readonly _host: IPanelHost) {
    super(_host.model, {
      id: 'freezeout-lake',
      title: _host.trans.__('Data lake'),
      icon: lakeIcon,
      styled: 'freezeout-Lake',
      first: '.freezeout-Tree, .freezeout-Empty button'
    });
    _host.notebooks.changed.connect(() => {
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
  const { chosen } = connections;
  useEvery(30);
  if (!connections.all) {
    return <Loading connections={connections} trans={trans} label={trans.__('Loading the data lake')} />;
  }
  const loaded = tree !== null && (tree.scopes !== null || isUsable(chosen?.state));
  return (
    <>
      <Header host={host} openNew={host.openNew} />
      {loaded && <SearchBox host={host} />}
      <LakeTrouble host={host} />
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
      <News
        of={
          chosen
            ? [[chosen.name, chosen.state, trans.__('The lake is %1.', connectionWord(trans, chosen.state))]]
            : []
        }
      />
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
