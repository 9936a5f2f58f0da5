/** A workflow's line in the list, and what unfolds below it. */
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { Progress } from '../jobs/progress';
import { ago, exactly } from '../ui/words';
import type { IHost } from './host';
import { isLive } from './types';
import type { IWorkflow } from './types';
import { Unfolded } from './unfolded';
import { fraction, statusWord, steps, took } from './words';

/** Signs at the end of a name that stay when it is cut. */
const TAIL = 6;

export interface IRowProps {
  readonly host: IHost;
  readonly row: IWorkflow;

  /** Whether the keyboard comes to it. */
  readonly active: boolean;
}

export function Row({ host, row, active }: IRowProps): React.JSX.Element {
  const { model, trans } = host;
  const { id, status, full_name: name, progress } = row;
  const looked = model.looked(id);
  const live = isLive(status);
  const word = statusWord(trans, status);
  const Caret = looked ? caretDownIcon : caretRightIcon;
  const done = steps(row);
  const at = took(row, model.jobs.jobs.now());
  const now = live ? [done, progress.step].filter(Boolean).join('  ') : '';
  return (
    <li className="freezeout-Reana-workflow" data-id={id} data-status={status}>
      <button
        className="freezeout-Reana-row"
        tabIndex={active ? 0 : -1}
        aria-expanded={looked !== undefined}
        data-id={id}
        onFocus={() => {
          model.active = id;
        }}
        onClick={() => {
          if (looked) {
            model.fold(id);
          } else {
            model.unfold(row);
          }
        }}
        onContextMenu={event => {
          event.preventDefault();
          event.stopPropagation();
          model.active = id;
          host.openMenu(id, event.clientX, event.clientY);
        }}
      >
        <span className="freezeout-Reana-caret" aria-hidden>
          <Caret.react tag="span" />
        </span>
        <span className="freezeout-Reana-state" data-status={status} title={word} aria-hidden />
        <Name text={name} />
        <span className="freezeout-Reana-word">{word}</span>
        {live && at && <span className="freezeout-Reana-took">{at}</span>}
        {!live && <When row={row} at={at} />}
      </button>
      {live && (
        <div className="freezeout-Reana-now">
          <Progress fraction={fraction(row)} label={`${name}: ${word}`} />
          <span title={progress.step}>{now}</span>
        </div>
      )}
      {looked && <Unfolded host={host} looked={looked} />}
    </li>
  );
}

/** How long it took, and when that was. */
function When({ row, at }: { readonly row: IWorkflow; readonly at: string }): React.JSX.Element {
  const time = row.finished ?? row.started ?? row.created;
  return (
    <span className="freezeout-Reana-took" title={time ? exactly(time) : ''}>
      {[at, time ? ago(time, 'narrow') : ''].filter(Boolean).join('  ')}
    </span>
  );
}

/** A name that is cut in its middle when there is no room, so that the number of the run stays. */
function Name({ text }: { readonly text: string }): React.JSX.Element {
  const cut = text.length > 2 * TAIL ? text.length - TAIL : text.length;
  return (
    <span className="freezeout-Tree-name" title={text}>
      <span>{text.slice(0, cut)}</span>
      {cut < text.length && <span>{text.slice(cut)}</span>}
    </span>
  );
}
