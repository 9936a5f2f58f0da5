/** Questions before something goes: they name what. */
import { Button } from '@jupyterlab/ui-components';
import React, { useLayoutEffect, useRef } from 'react';
import { Said } from '../ui/said';
import { bytes, count } from '../ui/words';
import type { Details } from './details';
import type { IHost } from './host';

export interface IAskProps {
  readonly host: IHost;

  /** What is asked, for the model. */
  readonly what: string;
  readonly title: string;
  readonly children?: React.ReactNode;
  readonly yes: string;
  readonly pending: boolean;

  /** Under which the model keeps a refusal. */
  readonly refusal: string;
  readonly onYes: () => void;
}

export function Ask(props: IAskProps): React.JSX.Element {
  const { host, what, title, children, yes, pending, refusal, onYes } = props;
  const { model, trans } = host;
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (model.unfolded.isNews(`ask ${what}`)) {
      box.current?.querySelector('button')?.focus();
      box.current?.scrollIntoView({ block: 'nearest' });
    }
  }, [model, what]);
  const said = model.asked.refusal(refusal);
  const keep = (): void => {
    model.asked.dismiss(refusal);
    model.unfolded.question = null;
  };
  return (
    <div
      ref={box}
      className="freezeout-Ask"
      role="group"
      aria-label={title}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          keep();
        }
      }}
    >
      <div className="freezeout-Said-what">{title}</div>
      {children}
      {said && (
        <div role="alert">
          <Said what={trans.__('It stays.')} said={said} trans={trans} tabIndex={0} />
        </div>
      )}
      <div className="freezeout-Card-actions">
        <Button small className="jp-mod-styled" onClick={keep}>
          {trans.__('Keep')}
        </Button>
        <Button small className="jp-mod-styled jp-mod-warn" disabled={pending} onClick={onYes}>
          {yes}
        </Button>
      </div>
    </div>
  );
}

export function DeleteQuestion({
  host,
  details
}: {
  readonly host: IHost;
  readonly details: Details;
}): React.JSX.Element {
  const { model, trans } = host;
  const { did, info, replicas } = details;
  const value = info.value;
  const at = (replicas.value ?? []).filter(one => one.files_available > 0).map(({ rse }) => rse);
  const size = value?.bytes ? bytes(trans, value.bytes) : '';
  const list = at.length > 0 ? at.join(', ') : trans.__('nowhere');
  return (
    <Ask
      host={host}
      what="delete"
      title={trans.__('Delete %1?', did)}
      yes={trans.__('Delete')}
      pending={model.asked.isPending('delete')}
      refusal="delete"
      onYes={() => void model.changes.remove(did)}
    >
      <div>
        {value === null || value.type === 'FILE'
          ? trans.__(
              'The file%1 goes, with its copies at: %2. This cannot be undone.',
              size && ` (${size})`,
              list
            )
          : trans.__(
              'The name goes, with its metadata and rules; of its %1 files%2 those go that nothing else holds (copies at: %3). This cannot be undone.',
              value.length === null ? '' : count(value.length),
              size && ` (${size})`,
              list
            )}
      </div>
    </Ask>
  );
}

export function TakeOutQuestion({
  host,
  did,
  parent
}: {
  readonly host: IHost;
  readonly did: string;
  readonly parent: string;
}): React.JSX.Element {
  const { model, trans } = host;
  return (
    <Ask
      host={host}
      what="detach"
      title={trans.__('Take %1 out of %2?', did, parent)}
      yes={trans.__('Take out')}
      pending={model.asked.isPending('detach')}
      refusal="detach"
      onYes={() => void model.changes.detach(did, parent)}
    >
      <div>{trans.__('It stays in the lake; copies that only rules of %1 hold may go.', parent)}</div>
    </Ask>
  );
}
