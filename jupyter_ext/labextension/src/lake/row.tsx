/** One line of the tree. */
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { bytes, count } from '../ui/words';
import { didOf } from './api';
import type { IRow } from './api';
import type { ILine, Node } from './branch';
import { iconOf } from './icons';
import { isExpandable } from './tree';
import type { Tree } from './tree';
import type { IHost } from './host';
import { typeWord } from './words';

/** How high a line is, in pixels; the style sheet says the same. */
export const ROW = 24;

/** Signs at the end of a name that stay when it is cut. */
const TAIL = 9;

export function rowId(index: number): string {
  return `freezeout-lake-row-${String(index)}`;
}

export function nameOf(node: Node): string {
  return node.kind === 'scope' ? node.scope.scope : node.kind === 'files' ? '' : node.row.name;
}

export interface IRowProps {
  readonly host: IHost;
  readonly tree: Tree;
  readonly line: ILine;
  readonly index: number;
  readonly active: boolean;
  readonly selected: boolean;
}

export function Row(props: IRowProps): React.JSX.Element {
  const { line, index, active, selected } = props;
  const { node, branch, at } = line;
  const expandable = node !== null && isExpandable(node);
  return (
    <div
      id={rowId(index)}
      className="freezeout-Tree-row"
      role="treeitem"
      data-index={index}
      data-active={active}
      data-what={line.what}
      aria-level={branch.level}
      aria-posinset={at + 1}
      aria-setsize={branch.complete ? branch.size : -1}
      aria-expanded={expandable ? line.expanded : undefined}
      aria-selected={selected}
      style={{ top: `${String(index * ROW)}px`, paddingLeft: `${String((branch.level - 1) * 12 + 2)}px` }}
    >
      <Caret shown={expandable} open={line.expanded} />
      {node ? <Named {...props} node={node} /> : <Word {...props} />}
    </div>
  );
}

function Caret({ shown, open }: { readonly shown: boolean; readonly open: boolean }): React.JSX.Element {
  const Icon = open ? caretDownIcon : caretRightIcon;
  return <span className="freezeout-Tree-caret">{shown && <Icon.react tag="span" />}</span>;
}

function Named({ host, tree, node }: IRowProps & { readonly node: Node }): React.JSX.Element {
  const { trans } = host;
  const Icon = iconOf(node);
  if (node.kind !== 'did') {
    const own = node.kind === 'scope' && node.scope.own;
    const text = node.kind === 'scope' ? node.scope.scope : trans.__('all files');
    return (
      <>
        <Icon.react tag="span" className="freezeout-Tree-icon" />
        <Name text={text} quiet={node.kind === 'files'} />
        {own && <span className="freezeout-Tree-note">{trans.__('yours')}</span>}
      </>
    );
  }
  const { row } = node;
  return (
    <>
      <Icon.react tag="span" className="freezeout-Tree-icon" />
      <span className="freezeout-Unseen">{typeWord(trans, row.type)} </span>
      <Name
        text={tree.search && !node.key.slice(2).includes('\n') ? didOf(row) : row.name}
        title={didOf(row)}
      />
      {row.cached === true && (
        <span className="freezeout-Tree-here" title={trans.__('available here')}>
          <span aria-hidden>✓</span>
          <span className="freezeout-Unseen">{trans.__('available here')}</span>
        </span>
      )}
      <span className="freezeout-Tree-note">
        {host.model.changes.isGoing(didOf(row)) ? trans.__('being deleted') : amount(host, row)}
      </span>
    </>
  );
}

function amount({ trans }: IHost, row: IRow): string {
  if (row.type === 'DATASET' && row.length !== null) {
    return trans._n('%2 file', '%2 files', row.length, count(row.length));
  }
  return row.type === 'FILE' && row.bytes !== null ? bytes(trans, row.bytes) : '';
}

/** A name that is cut in its middle when there is no room; whole on hover. */
function Name({
  text,
  title = text,
  quiet = false
}: {
  readonly text: string;
  readonly title?: string;
  readonly quiet?: boolean;
}): React.JSX.Element {
  const cut = text.length > 2 * TAIL ? text.length - TAIL : text.length;
  return (
    <span className={`freezeout-Tree-name${quiet ? ' freezeout-mod-quiet' : ''}`} title={title}>
      <span>{text.slice(0, cut)}</span>
      {cut < text.length && <span>{text.slice(cut)}</span>}
    </span>
  );
}

/** What stands where there is nothing, or not yet. */
function Word({ host, tree, line }: IRowProps): React.JSX.Element {
  const { trans } = host;
  switch (line.what) {
    case 'failure':
      return (
        <>
          <span
            className="freezeout-Tree-failure"
            title={`${line.failure?.message ?? ''}\n${line.failure?.hint ?? ''}`}
          >
            ✕ {said(host, tree, line)}
          </span>
          <button
            className="freezeout-Link"
            tabIndex={-1}
            onClick={() => {
              retry(tree, line);
            }}
          >
            {trans.__('Retry')}
          </button>
        </>
      );
    case 'empty':
      return <span className="freezeout-mod-quiet">{empty(host, tree, line)}</span>;
    default:
      return <span className="freezeout-Skeleton" aria-label={trans.__('loading')} role="img" />;
  }
}

/** What went wrong; of a search the box says more. */
function said({ trans }: IHost, tree: Tree, { branch, failure }: ILine): string {
  return tree.search && branch === tree.root ? trans.__('could not be searched') : (failure?.message ?? '');
}

function empty({ trans }: IHost, tree: Tree, { branch }: ILine): string {
  if (branch.contains) {
    return trans.__('nothing with ‘%1’ in its name', branch.contains);
  }
  if (!branch.complete) {
    return trans.__('searching…');
  }
  if (branch.level === 1) {
    return tree.search ? trans.__('nothing found') : trans.__('no scopes yet');
  }
  return trans.__('nothing in it');
}

/** Ask again for what a line could not show. */
export function retry(tree: Tree, line: ILine): void {
  if (line.branch.pages) {
    line.branch.pages.refresh(false);
  } else {
    void tree.load();
  }
}
