/** What is known of one DID, below the tree. */
import { Button, ellipsesIcon } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef } from 'react';
import { Progress } from '../jobs/progress';
import { Copyable } from '../ui/copyable';
import { Refused } from '../ui/refused';
import { Said } from '../ui/said';
import { bytes, count, percent } from '../ui/words';
import type { IDid, IReplicas } from './api';
import type { IPart } from './details';
import * as ids from './ids';
import { Metadata } from './metadata';
import { Moment, Skeletons } from '../ui/pieces';
import { DeleteQuestion, TakeOutQuestion } from './questions';
import { Rules } from './rules';
import type { IDetailsProps, IHost } from './host';
import { typeWord } from './words';

export function DetailsView({ host, details }: IDetailsProps): React.JSX.Element {
  const { model, trans } = host;
  const { did, info } = details;
  const name = did.slice(did.indexOf(':') + 1);
  const { question } = model.unfolded;
  return (
    <div className="freezeout-Lake-about" data-did={did}>
      <div className="freezeout-Lake-head">
        <h2 id="freezeout-lake-did" title={did}>
          {name}
        </h2>
        <Button
          small
          minimal
          aria-haspopup="menu"
          aria-label={trans.__('More actions for %1', name)}
          title={trans.__('More actions')}
          onClick={event => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            host.openMenu(left, bottom);
          }}
        >
          <ellipsesIcon.react tag="span" />
        </Button>
        <Button
          small
          minimal
          aria-label={trans.__('Close the details')}
          title={trans.__('Close')}
          onClick={() => {
            model.hide();
            document.querySelector<HTMLElement>('.freezeout-Tree')?.focus();
          }}
        >
          ✕
        </Button>
      </div>
      {details.gone ? (
        <div className="freezeout-Ask">{trans.__('%1 is not in the lake any more.', did)}</div>
      ) : (
        <>
          <Buttons host={host} info={info} />
          {question?.what === 'delete' && question.did === did && <DeleteQuestion {...{ host, details }} />}
          {question?.what === 'detach' && question.did === did && (
            <TakeOutQuestion host={host} did={did} parent={question.parent} />
          )}
          <Refusals host={host} />
          <Attached {...{ host, details }} />
          <Facts {...{ host, details }} />
          <Replicas {...{ host, details }} />
          <Rules {...{ host, details }} />
          <Metadata {...{ host, details }} />
        </>
      )}
    </div>
  );
}

/** The first things that one does with it; the rest is in the menu. */
function Buttons({ host, info }: { host: IHost; info: IPart<IDid> }): React.JSX.Element {
  const { model, trans, run, notebooks } = host;
  const here = model.connections.chosen?.here ?? '';
  return (
    <div className="freezeout-Card-actions">
      <Button
        small
        className="jp-mod-styled"
        disabled={model.asked.isPending('available') || !here}
        aria-expanded={model.unfolded.lifetime}
        title={
          here
            ? trans.__('Have a copy made at %1', here)
            : trans.__('This connection names no storage nearby')
        }
        onClick={() => {
          run(ids.AVAILABLE);
        }}
      >
        {trans.__('Make available here')}
      </Button>
      <Button
        small
        className="jp-mod-styled"
        disabled={model.asked.isPending('download')}
        onClick={() => {
          run(ids.DOWNLOAD);
        }}
      >
        {trans.__('Download')}
      </Button>
      <Button
        small
        className="jp-mod-styled"
        title={notebooks.name ? trans.__('Into %1', notebooks.name) : trans.__('Open a notebook first')}
        disabled={info.value === null}
        onClick={() => {
          run(ids.INSERT);
        }}
      >
        {trans.__('Insert')}
      </Button>
      <Button
        small
        className="jp-mod-styled"
        disabled={info.value === null}
        title={
          notebooks.name ? trans.__('To a variable of %1', notebooks.name) : trans.__('Open a notebook first')
        }
        onClick={() => {
          run(ids.ATTACH);
        }}
      >
        {trans.__('Attach')}
      </Button>
      {model.unfolded.lifetime && <Lifetimes host={host} />}
    </div>
  );
}

/** For how long a copy is wanted. */
function Lifetimes({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans, run } = host;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (model.unfolded.isNews('lifetime')) {
      box.current?.querySelector('button')?.focus();
    }
  }, [model]);
  return (
    <div
      ref={box}
      className="freezeout-Ask freezeout-Lake-lifetimes"
      role="group"
      aria-label={trans.__('Available here for how long?')}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          model.unfolded.lifetime = false;
        }
      }}
    >
      <span>{trans.__('Available here for')}</span>
      {model.lifetimes.map(({ seconds, label }) => (
        <Button
          key={label}
          small
          className="jp-mod-styled"
          onClick={() => {
            run(ids.AVAILABLE, { lifetime: seconds });
          }}
        >
          {label}
        </Button>
      ))}
    </div>
  );
}

/** What the server would not do just now. */
function Refusals({ host }: { readonly host: IHost }): React.JSX.Element {
  const { model, trans } = host;
  const words: readonly (readonly [string, string])[] = [
    ['available', trans.__('It could not be made available here.')],
    ['download', trans.__('It could not be downloaded.')],
    ['insert', trans.__('Nothing was inserted.')],
    ['variable', trans.__('It was not attached.')]
  ];
  return (
    <>
      {words.map(([what, sentence]) => (
        <Refused key={what} again asked={model.asked} what={what} sentence={sentence} trans={trans} />
      ))}
    </>
  );
}

/** The variable that it is in the notebook in front. */
function Attached({ host, details }: IDetailsProps): React.JSX.Element | null {
  const { notebooks, trans, run } = host;
  const found = notebooks.attachments.find(({ did }) => did === details.did);
  if (!found) {
    return null;
  }
  const why = notebooks.said(found.variableName);
  return (
    <div className="freezeout-Ask" role="status">
      <div>
        {trans.__('Variable')} <code>{found.variableName}</code> {trans.__('of %1', notebooks.name)}
        {why === null && <span title={trans.__('its kernel has it')}> ✓</span>}
      </div>
      {typeof why === 'string' && <div className="freezeout-Said-hint">✕ {why}</div>}
      {why === undefined && notebooks.foreignLanguage && (
        <div className="freezeout-Said-hint">
          {trans.__('Its kernel speaks %1; only Python kernels get it.', notebooks.foreignLanguage)}
        </div>
      )}
      <div className="freezeout-Card-actions">
        {typeof why === 'string' && (
          <Button
            small
            className="jp-mod-styled"
            onClick={() => {
              notebooks.fill();
            }}
          >
            {trans.__('Retry')}
          </Button>
        )}
        <Button
          small
          className="jp-mod-styled"
          onClick={() => {
            run(ids.DETACH);
          }}
        >
          {trans.__('Detach')}
        </Button>
      </div>
    </div>
  );
}

function Facts({ host, details }: IDetailsProps): React.JSX.Element {
  const { trans, model } = host;
  const { value, failure } = details.info;
  if (!value) {
    return failure ? (
      <Said
        what={trans.__('It could not be read.')}
        said={failure}
        trans={trans}
        tabIndex={0}
        retry={() => void details.retry('info')}
      />
    ) : (
      <Skeletons label={trans.__('Loading details')} rows={4} />
    );
  }
  const rows: (readonly [string, React.ReactNode])[] = [[trans.__('Type'), typeOf(host, value)]];
  if (value.bytes !== null) {
    rows.push([
      trans.__('Size'),
      <span key="" title={trans.__('%1 bytes', count(value.bytes))}>
        {bytes(trans, value.bytes)}
      </span>
    ]);
  }
  const copyable = (text: string, label: string): React.ReactNode => (
    <Copyable text={text} tabIndex={0} label={label} />
  );
  if (value.adler32) {
    rows.push([trans.__('adler32'), copyable(value.adler32, trans.__('Copy adler32'))]);
  }
  if (value.md5) {
    rows.push([trans.__('md5'), copyable(value.md5, trans.__('Copy md5'))]);
  }
  rows.push([
    trans.__('Owner'),
    value.mine ? trans.__('%1 (you)', value.account) : value.account || trans.__('unknown')
  ]);
  rows.push([trans.__('DID'), copyable(value.did, trans.__('Copy the DID'))]);
  const dates: readonly (readonly [string, string | null])[] = [
    [trans.__('Made'), value.created_at],
    [trans.__('Changed'), value.updated_at],
    [trans.__('Expires'), value.expired_at]
  ];
  for (const [term, at] of dates) {
    if (at) {
      rows.push([term, <Moment key="" at={at} />]);
    }
  }
  if (value.cached) {
    rows.push([trans.__('Here'), copyable(value.cached, trans.__('Copy the path'))]);
  }
  if (value.parents.length > 0) {
    rows.push([
      trans.__('In'),
      value.parents.map(parent => (
        <button
          key={parent}
          className="freezeout-Link"
          onClick={() => {
            model.tree?.select([]);
            model.show(parent);
          }}
        >
          {parent}
        </button>
      ))
    ]);
  }
  return (
    <div className="freezeout-Details">
      <dl>
        {rows.map(([term, content]) => (
          <React.Fragment key={term}>
            <dt>{term}</dt>
            <dd>{content}</dd>
          </React.Fragment>
        ))}
      </dl>
    </div>
  );
}

function typeOf({ trans }: IHost, { type, length, open }: IDid): string {
  const word = typeWord(trans, type);
  const files =
    length === null || type === 'FILE' ? '' : `, ${trans._n('%2 file', '%2 files', length, count(length))}`;
  const closed = type !== 'FILE' && open === false ? `, ${trans.__('closed')}` : '';
  return word + files + closed;
}

/** Where it lies. */
function Replicas({ host, details }: IDetailsProps): React.JSX.Element {
  const { trans } = host;
  const { value, failure } = details.replicas;
  return (
    <section aria-labelledby="freezeout-lake-replicas">
      <h3 id="freezeout-lake-replicas">{trans.__('Replicas')}</h3>
      {failure && (
        <Said
          what={trans.__('Where it lies could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void details.retry('replicas')}
        />
      )}
      {!value && !failure && <Skeletons label={trans.__('Loading replicas')} rows={2} />}
      {value?.length === 0 && <div className="freezeout-mod-quiet">{trans.__('It lies nowhere.')}</div>}
      <ul className="freezeout-List freezeout-Lake-replicas">
        {value?.map(one => (
          <Replica key={one.rse} host={host} one={one} />
        ))}
      </ul>
    </section>
  );
}

function Replica({ host, one }: { readonly host: IHost; readonly one: IReplicas }): React.JSX.Element {
  const { trans, model } = host;
  const whole = one.files_available >= one.files && one.files > 0;
  const fraction = one.files > 0 ? one.files_available / one.files : 0;
  const files =
    one.files === 1
      ? stateWord(host, one.state, whole)
      : whole
        ? trans.__('%1 files', count(one.files))
        : trans.__('%1 of %2 files', count(one.files_available), count(one.files));
  return (
    <li data-rse={one.rse} data-state={one.state}>
      <span
        className="freezeout-Lake-sign"
        data-sign={whole ? 'ok' : one.files_available > 0 ? 'part' : 'none'}
      />
      <span className="freezeout-List-name">
        {one.rse}
        {one.rse === model.connections.chosen?.here && ` (${trans.__('here')})`}
      </span>
      {!whole && one.files > 1 && (
        <Progress
          fraction={fraction}
          label={trans.__('%1: %2 percent available', one.rse, percent(fraction))}
        />
      )}
      <span className="freezeout-List-amount">
        {files}
        {one.bytes_available !== null && `, ${bytes(trans, one.bytes_available)}`}
      </span>
    </li>
  );
}

function stateWord({ trans }: IHost, state: string, whole: boolean): string {
  switch (state) {
    case 'AVAILABLE':
      return whole ? trans.__('available') : trans.__('not there');
    case 'COPYING':
      return trans.__('being copied');
    case 'BAD':
      return trans.__('corrupt');
    case 'UNAVAILABLE':
      return trans.__('unavailable');
    case 'BEING_DELETED':
      return trans.__('being deleted');
    default:
      return state.toLowerCase().replaceAll('_', ' ');
  }
}
