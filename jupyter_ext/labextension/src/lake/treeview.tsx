/** The tree as it is drawn: only the rows that are seen, all keys of a tree. */
import { Button } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef, useState } from 'react';
import { count as figures } from '../ui/words';
import { didOf } from './api';
import type { ILine } from './branch';
import type { IHost } from './host';
import * as ids from './ids';
import type { LakeModel } from './model';
import { nameOf, retry, Row, ROW, rowId } from './row';
import { isExpandable } from './tree';
import type { Tree } from './tree';

/** Rows that are drawn above and below what is seen. */
const MORE = 8;

/** What is typed within this time belongs together. */
const TYPING_MS = 700;

export function TreeView({ host, tree }: { readonly host: IHost; readonly tree: Tree }): React.JSX.Element {
  const { trans, model } = host;
  const box = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState({ first: 0, last: 40 });
  const latest = useRef(shown);
  const typed = useRef({ text: '', at: 0 });
  const anchor = useRef(0);
  const [focused, setFocused] = useState(false);
  const { count, active } = tree;

  const look = (): void => {
    const node = box.current;
    if (node) {
      const first = Math.floor(node.scrollTop / ROW);
      const last = Math.ceil((node.scrollTop + node.clientHeight) / ROW);
      const { current } = latest;
      // not left to React, which draws once more before it sees that nothing has changed
      if (current.first !== first || current.last !== last) {
        latest.current = { first, last };
        setShown(latest.current);
      }
    }
  };
  useLayoutEffect(() => {
    const node = box.current;
    const observer = new ResizeObserver(look);
    if (node) {
      observer.observe(node);
    }
    return () => {
      observer.disconnect();
    };
  }, []);
  useLayoutEffect(() => {
    look();
    tree.want(shown.first, Math.min(count - 1, shown.last));
  });

  const go = (to: number, extend = false): void => {
    const at = Math.max(0, Math.min(count - 1, to));
    tree.active = at;
    reveal(box.current, at);
    if (extend) {
      void tree.selectBetween(anchor.current, at);
    } else {
      anchor.current = at;
      pick(model, tree, tree.line(at));
    }
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const line = tree.line(active);
    if (!line || event.target !== event.currentTarget) {
      return;
    }
    const page = Math.max(1, Math.floor((box.current?.clientHeight ?? ROW) / ROW) - 1);
    const to = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1
    }[event.key];
    const command = event.ctrlKey || event.metaKey;
    const plain = command && !event.shiftKey && !event.altKey;
    if (to !== undefined && !command && !event.altKey) {
      go(to, event.shiftKey);
    } else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey)) {
      const at = place(box.current, active);
      host.openMenu(at.x, at.y);
    } else if (plain && event.key === 'f') {
      host.run(ids.FILTER);
    } else if (plain && event.key === 'c') {
      host.run(ids.COPY);
    } else if (command || event.altKey) {
      return;
    } else if (event.key === 'ArrowRight') {
      if (line.expanded) {
        go(active + 1);
      } else {
        tree.expand(line);
      }
    } else if (event.key === 'ArrowLeft') {
      if (line.expanded) {
        tree.collapse(line);
      } else if (line.branch.parent) {
        go(line.branch.parent.indexOf(line.branch.at));
      }
    } else if (event.key === 'Enter') {
      enter(host, tree, line);
    } else if (event.key === ' ' && typed.current.at + TYPING_MS < Date.now()) {
      if (line.node?.kind === 'did') {
        tree.toggleSelected(line.node.row);
      }
    } else if (event.key === 'Delete') {
      host.run(ids.DELETE);
    } else if (event.key === 'Escape') {
      model.hide();
      tree.select([]);
    } else if (event.key.length === 1) {
      const now = Date.now();
      const text = typed.current.at + TYPING_MS < now ? event.key : typed.current.text + event.key;
      typed.current = { text, at: now };
      const found = find(tree, text.toLowerCase(), text.length > 1 ? active : active + 1);
      if (found !== undefined) {
        go(found);
      }
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const from = Math.max(0, shown.first - MORE);
  const to = Math.min(count - 1, shown.last + MORE);
  const drawn: number[] = [];
  for (let index = from; index <= to; index += 1) {
    drawn.push(index);
  }
  if (active < from || active > to) {
    // the line on which the keyboard is has to be there for those who are told of it
    drawn.push(active);
  }
  const at = (event: React.MouseEvent): number | undefined => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
    return row ? Number(row.dataset['index']) : undefined;
  };
  return (
    <div
      ref={box}
      className="freezeout-Tree"
      role="tree"
      tabIndex={0}
      aria-label={tree.search ? trans.__('Found in the data lake') : trans.__('Data lake')}
      aria-multiselectable
      aria-activedescendant={rowId(active)}
      aria-busy={tree.root.rows === null}
      data-focused={focused}
      onScroll={look}
      onFocus={() => {
        setFocused(true);
      }}
      onBlur={() => {
        setFocused(false);
      }}
      onKeyDown={onKeyDown}
      onClick={event => {
        const index = at(event);
        const line = index === undefined ? undefined : tree.line(index);
        if (index === undefined || !line) {
          return;
        }
        const caret = event.target instanceof Element && event.target.closest('.freezeout-Tree-caret');
        if (event.shiftKey) {
          tree.active = index;
          void tree.selectBetween(anchor.current, index);
        } else if ((event.ctrlKey || event.metaKey) && line.node?.kind === 'did') {
          tree.active = index;
          anchor.current = index;
          tree.toggleSelected(line.node.row);
        } else {
          tree.active = index;
          anchor.current = index;
          pick(model, tree, line);
          if (caret || (line.node && line.node.kind !== 'did')) {
            toggle(tree, line);
          }
        }
      }}
      onDoubleClick={event => {
        const index = at(event);
        const line = index === undefined ? undefined : tree.line(index);
        const caret = event.target instanceof Element && event.target.closest('.freezeout-Tree-caret');
        if (line?.node?.kind === 'did' && !caret) {
          toggle(tree, line);
        }
      }}
      onContextMenu={event => {
        const index = at(event);
        const line = index === undefined ? undefined : tree.line(index);
        event.preventDefault();
        event.stopPropagation();
        if (index !== undefined && line) {
          tree.active = index;
          if (line.node?.kind !== 'did' || !tree.selection.has(didOf(line.node.row))) {
            pick(model, tree, line);
          }
          host.openMenu(event.clientX, event.clientY);
        }
      }}
    >
      <div role="none" style={{ height: `${String(count * ROW)}px` }}>
        {drawn.map(index => {
          const line = tree.line(index);
          return (
            line && (
              <Row
                key={index}
                {...{ host, tree, line, index }}
                active={index === active}
                selected={line.node?.kind === 'did' && tree.selection.has(didOf(line.node.row))}
              />
            )
          );
        })}
      </div>
    </div>
  );
}

/** The filter of one dataset or scope: what its rows have to have in their names. */
export function Filter({
  host,
  tree
}: {
  readonly host: IHost;
  readonly tree: Tree;
}): React.JSX.Element | null {
  const { trans } = host;
  const branch = tree.filtered;
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (host.model.unfolded.isNews('filter')) {
      input.current?.focus();
      input.current?.select();
    }
  });
  if (!branch) {
    return null;
  }
  const name = tree.nameOf(branch);
  const { rows } = branch;
  return (
    <div className="freezeout-Lake-filter">
      <input
        ref={input}
        type="search"
        className="jp-mod-styled"
        placeholder={trans.__('filter in %1', name)}
        aria-label={trans.__('Filter in %1', name)}
        value={branch.contains}
        spellCheck={false}
        onChange={event => {
          branch.contains = event.target.value;
        }}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            event.preventDefault();
            event.stopPropagation();
            tree.filter(null);
            document.querySelector<HTMLElement>('.freezeout-Tree')?.focus();
          } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
            event.preventDefault();
            tree.active = branch.indexOf(0);
            document.querySelector<HTMLElement>('.freezeout-Tree')?.focus();
          }
        }}
      />
      <span className="freezeout-Lake-count" role="status">
        {rows === null ? '…' : trans._n('%2 row', '%2 rows', rows, figures(rows))}
      </span>
      <Button
        small
        minimal
        title={trans.__('Stop filtering')}
        aria-label={trans.__('Stop filtering')}
        onClick={() => {
          tree.filter(null);
        }}
      >
        ✕
      </Button>
    </div>
  );
}

/** One row is meant: it is selected, and what is known of it shown. */
function pick(model: LakeModel, tree: Tree, line: ILine | undefined): void {
  if (line?.node?.kind === 'did') {
    tree.select([line.node.row]);
    model.show(didOf(line.node.row), line.node.row.type);
  } else {
    tree.select([]);
  }
}

function toggle(tree: Tree, line: ILine): void {
  if (line.expanded) {
    tree.collapse(line);
  } else {
    tree.expand(line);
  }
}

function enter(host: IHost, tree: Tree, line: ILine): void {
  if (line.what === 'failure') {
    retry(tree, line);
  } else if (line.node?.kind === 'did') {
    pick(host.model, tree, line);
    host.run(ids.DETAILS);
  } else {
    toggle(tree, line);
  }
}

/** The next line whose name begins with what was typed; only those that are loaded, as near as may be. */
function find(tree: Tree, text: string, from: number): number | undefined {
  const { count } = tree;
  for (let step = 0; step < Math.min(count, 5000); step += 1) {
    const index = (from + step) % count;
    const node = tree.line(index)?.node;
    if (node && nameOf(node).toLowerCase().startsWith(text)) {
      return index;
    }
  }
  return undefined;
}

function reveal(node: HTMLElement | null, index: number): void {
  if (node) {
    const top = index * ROW;
    if (top < node.scrollTop) {
      node.scrollTop = top;
    } else if (top + ROW > node.scrollTop + node.clientHeight) {
      node.scrollTop = top + ROW - node.clientHeight;
    }
  }
}

function place(node: HTMLElement | null, index: number): { x: number; y: number } {
  const { left = 0, top = 0 } = node?.getBoundingClientRect() ?? {};
  return { x: left + 40, y: top + (index + 1) * ROW - (node?.scrollTop ?? 0) };
}

export { isExpandable };
