/** Questions before something goes: they name what. */
import React from 'react';
import { Ask } from '../ui/ask';
import { bytes, count } from '../ui/words';
import type { Details } from './details';
import type { IHost } from './host';

export interface IQuestionProps {
  readonly host: IHost;
  readonly title: string;
  readonly children: React.ReactNode;
  readonly yes: string;

  /** What is asked of the server: how a refusal of it is found again. */
  readonly what: string;
  readonly onYes: () => void;
}

export function Question({ host, title, children, yes, what, onYes }: IQuestionProps): React.JSX.Element {
  const { model, trans } = host;
  return (
    <Ask
      title={title}
      yes={yes}
      no={trans.__('Keep')}
      warn
      pending={model.asked.isPending(what)}
      said={model.asked.refusal(what)}
      trans={trans}
      onYes={onYes}
      onNo={() => {
        model.asked.dismiss(what);
        model.unfolded.question = null;
      }}
    >
      {children}
    </Ask>
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
    <Question
      host={host}
      what="delete"
      title={trans.__('Delete %1?', did)}
      yes={trans.__('Delete')}
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
    </Question>
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
    <Question
      host={host}
      what="detach"
      title={trans.__('Take %1 out of %2?', did, parent)}
      yes={trans.__('Take out')}
      onYes={() => void model.changes.detach(did, parent)}
    >
      <div>{trans.__('It stays in the lake; copies that only rules of %1 hold may go.', parent)}</div>
    </Question>
  );
}
