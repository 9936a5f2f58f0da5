/** The head of the panel: which lake, how it is, and the box for searches. */
import { addIcon, refreshIcon } from '@jupyterlab/ui-components';
import React, { useRef, useState } from 'react';
import { Head } from '../connections/head';
import { Tool } from '../ui/tool';
import { count, cut } from '../ui/words';
import type { IHost } from './host';
import * as ids from './ids';

/** Signs of a search that are said again. */
const LONGEST = 100;

export interface IHeaderProps {
  readonly host: IHost;
  readonly openNew: (x: number, y: number) => void;
}

export function Header({ host, openNew }: IHeaderProps): React.JSX.Element {
  const { model, trans, run } = host;
  return (
    <Head connections={model.connections} trans={trans}>
      <Tool
        icon={addIcon}
        title={trans.__('New dataset, upload…')}
        label={trans.__('New in the data lake')}
        open={openNew}
      />
      <Tool
        icon={refreshIcon}
        title={trans.__('Refresh')}
        label={trans.__('Refresh the data lake')}
        run={() => {
          run(ids.REFRESH);
        }}
      />
    </Head>
  );
}

/** What is searched for, where, and what was before. */
export function SearchBox({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans } = host;
  const { tree } = model;
  const scopes = tree?.scopes ?? [];
  const failure = tree?.search ? tree.root.pages?.failure : null;
  const [offered, setOffered] = useState(false);
  const box = useRef<HTMLInputElement>(null);
  const searches = model.searching.past.filter(
    one => one !== model.searching.query.trim() && one.includes(model.searching.query.trim())
  );
  const show = offered && searches.length > 0;
  return (
    <div className="freezeout-Lake-search">
      <div className="freezeout-Panel-head">
        <input
          ref={box}
          type="search"
          className="jp-mod-styled"
          placeholder={trans.__('search name or key=value…')}
          aria-label={trans.__('Search the data lake')}
          aria-describedby="freezeout-lake-query"
          aria-invalid={failure ? true : undefined}
          title={trans.__(
            'A name or a part of it, name=glob*, key=value, key>0.3, key!=value; AND, OR, brackets; type=dataset, scope=…'
          )}
          value={model.searching.query}
          spellCheck={false}
          autoComplete="off"
          onFocus={() => {
            setOffered(true);
          }}
          onBlur={event => {
            if (!event.currentTarget.closest('.freezeout-Lake-search')?.contains(event.relatedTarget)) {
              setOffered(false);
            }
          }}
          onChange={event => {
            model.searching.query = event.target.value;
            setOffered(true);
            if (event.target.value === '') {
              model.searching.search();
            }
          }}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              event.preventDefault();
              setOffered(false);
              model.searching.search();
            } else if (event.key === 'Escape') {
              event.preventDefault();
              if (show) {
                setOffered(false);
              } else {
                model.searching.query = '';
                model.searching.search();
              }
            } else if (event.key === 'ArrowDown') {
              event.preventDefault();
              const next = show
                ? event.currentTarget
                    .closest('.freezeout-Lake-search')
                    ?.querySelector<HTMLElement>('ul button')
                : document.querySelector<HTMLElement>('.freezeout-Tree');
              next?.focus();
            }
          }}
        />
      </div>
      {(model.searching.query.trim() !== '' || model.searching.scope !== '') && (
        <select
          className="jp-mod-styled freezeout-Lake-scope"
          aria-label={trans.__('Scope to search in')}
          title={trans.__('Scope to search in')}
          value={model.searching.scope}
          onChange={event => {
            model.searching.scope = event.target.value;
          }}
        >
          <option value="">{trans.__('all scopes')}</option>
          {model.searching.scope && !scopes.some(({ scope }) => scope === model.searching.scope) && (
            <option value={model.searching.scope}>{model.searching.scope}</option>
          )}
          {scopes.map(({ scope }) => (
            <option key={scope} value={scope}>
              {scope}
            </option>
          ))}
        </select>
      )}
      {show && (
        <ul className="freezeout-Lake-searches" aria-label={trans.__('Last searches')}>
          {searches.map(one => (
            <li key={one}>
              <button
                className="freezeout-Unfold"
                onClick={() => {
                  model.searching.query = one;
                  setOffered(false);
                  model.searching.search();
                  box.current?.focus();
                }}
                onKeyDown={event => {
                  const item = event.currentTarget.parentElement;
                  const next = { ArrowDown: item?.nextElementSibling, ArrowUp: item?.previousElementSibling }[
                    event.key
                  ];
                  if (event.key === 'Escape' || (event.key === 'ArrowUp' && !next)) {
                    event.preventDefault();
                    box.current?.focus();
                    setOffered(event.key !== 'Escape');
                  } else if (next) {
                    event.preventDefault();
                    next.querySelector('button')?.focus();
                  }
                }}
              >
                {one}
              </button>
            </li>
          ))}
        </ul>
      )}
      <div id="freezeout-lake-query" role="status">
        {failure ? (
          <div className="freezeout-Said">
            <div>{failure.message}</div>
            {failure.hint && <div className="freezeout-Said-hint">{failure.hint}</div>}
          </div>
        ) : (
          tree?.search && <Found host={host} />
        )}
      </div>
    </div>
  );
}

/** How many there are, and as what the question was understood. */
function Found({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans } = host;
  const { root, search } = model.tree ?? {};
  const total = root?.rows ?? null;
  const many =
    total === null ? trans.__('searching…') : trans._n('%2 found', '%2 found', total, count(total));
  const more = total !== null && root?.complete === false ? trans.__('%1 so far', many) : many;
  const understood = root?.pages?.query ?? '';
  return (
    <div className="freezeout-Lake-found">
      {more}
      {understood && understood !== search?.query && (
        <span className="freezeout-mod-quiet" title={understood}>
          {' '}
          · {cut(understood, LONGEST)}
        </span>
      )}
    </div>
  );
}
