/** What is asked before something is done with a workflow. */
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import React, { useEffect, useState } from 'react';
import { Ask } from '../ui/ask';
import { Check } from '../ui/field';
import { Skeletons } from '../ui/pieces';
import { bytes, count, cut } from '../ui/words';
import type { IUnfoldedProps } from './host';
import * as ids from './ids';
import { usual } from './usual';
import { isLive } from './types';
import { UploadForm } from './upload';

export function Questions({ host, looked }: IUnfoldedProps): React.JSX.Element | null {
  const { question } = host.model;
  if (question?.id !== looked.row.id) {
    return null;
  }
  const props = { host, looked };
  switch (question.what) {
    case 'delete':
      return <DeleteQuestion {...props} />;
    case 'prune':
      return <PruneQuestion {...props} />;
    case 'remove-files':
      return <RemoveQuestion {...props} />;
    case 'restart':
    case 'rerun':
      return <AgainForm key={question.what} what={question.what} {...props} />;
    case 'upload':
      return <UploadForm {...props} />;
    case 'diff':
      return <DiffForm {...props} />;
  }
}

function DeleteQuestion(props: IUnfoldedProps): React.JSX.Element {
  const { host, looked } = props;
  const { model, trans } = host;
  const { row, files } = looked;
  const [allRuns, setAllRuns] = useState(false);
  const live = isLive(row.status);
  const size = row.size_bytes === null ? '' : ` (${bytes(trans, row.size_bytes)})`;
  const many =
    files.total === null
      ? trans.__('all files')
      : trans._n('%2 file', '%2 files', files.total, count(files.total));
  return (
    <Ask
      {...usual(props, 'delete')}
      title={trans.__('Delete %1?', row.full_name)}
      yes={trans.__('Delete')}
      no={trans.__('Keep')}
      warn
      valid={!live}
      onYes={() => void model.changes.change(row.id, 'delete', { all_runs: allRuns, workspace: true })}
    >
      {live && <div className="freezeout-Said-hint">{trans.__('It is under way: stop it first.')}</div>}
      <div>{trans.__('Its workspace goes with %1%2, and its logs. This cannot be undone.', many, size)}</div>
      <Check label={trans.__('all runs of %1 too', row.name)} checked={allRuns} onChange={setAllRuns} />
    </Ask>
  );
}

function PruneQuestion(props: IUnfoldedProps): React.JSX.Element {
  const { host, looked } = props;
  const { model, trans } = host;
  const [inputs, setInputs] = useState(false);
  const [outputs, setOutputs] = useState(false);
  return (
    <Ask
      {...usual(props, 'prune')}
      title={trans.__('Prune the workspace of %1?', looked.row.full_name)}
      yes={trans.__('Prune')}
      no={trans.__('Keep')}
      warn
      onYes={() => void model.changes.change(looked.row.id, 'prune', { inputs, outputs })}
    >
      <div>{trans.__('All files go that are neither inputs nor outputs. This cannot be undone.')}</div>
      <Check label={trans.__('the inputs too')} checked={inputs} onChange={setInputs} />
      <Check label={trans.__('the outputs too')} checked={outputs} onChange={setOutputs} />
    </Ask>
  );
}

function RemoveQuestion(props: IUnfoldedProps): React.JSX.Element {
  const { host, looked } = props;
  const { model, trans } = host;
  const paths = [...looked.files.selected];
  return (
    <Ask
      {...usual(props, 'remove-files')}
      title={trans.__('Remove from the workspace?')}
      yes={trans.__('Remove')}
      no={trans.__('Keep')}
      warn
      valid={paths.length > 0}
      onYes={() => void model.changes.removeFiles(looked.row.id, paths)}
    >
      <div title={paths.join('\n')}>
        {paths.slice(0, 5).map(path => (
          <div key={path}>{cut(path, 48)}</div>
        ))}
        {paths.length > 5 && trans.__('and %1 more', count(paths.length - 5))}
      </div>
      <div>{trans.__('This cannot be undone.')}</div>
    </Ask>
  );
}

/** Restart it in its workspace, or run it anew beside it, with other parameters. */
function AgainForm(props: IUnfoldedProps & { readonly what: 'restart' | 'rerun' }): React.JSX.Element {
  const { host, looked, what } = props;
  const { model, trans } = host;
  const { info, row } = looked;
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  useEffect(() => {
    void looked.load();
  }, [looked]);
  const old = info?.parameters ?? {};
  const read = Object.entries(typed).map(([name, text]) => [name, parse(text, old[name])] as const);
  const wrong = read.filter(([, value]) => value === undefined).map(([name]) => name);
  const changed: ReadonlyPartialJSONObject = Object.fromEntries(
    read.filter(([name, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(old[name]))
  );
  return (
    <Ask
      {...usual(props, what)}
      title={
        what === 'restart'
          ? trans.__('Restart %1 in its workspace', row.full_name)
          : trans.__('Run %1 again, in a new workspace', row.name)
      }
      yes={what === 'restart' ? trans.__('Restart') : trans.__('Run again')}
      no={trans.__('Cancel')}
      valid={info !== null && wrong.length === 0}
      onYes={() =>
        void (what === 'restart'
          ? model.changes.change(row.id, 'restart', { parameters: changed })
          : model.changes.rerun(row.id, changed))
      }
    >
      {info === null && looked.failure === null && (
        <Skeletons label={trans.__('Loading the parameters')} rows={3} />
      )}
      {info === null && looked.failure && <div role="alert">{looked.failure.message}</div>}
      {Object.entries(old).map(([name, value], index) => (
        <label key={name}>
          {name}
          <input
            className="jp-mod-styled"
            data-first={index === 0 ? true : undefined}
            value={typed[name] ?? shown(value)}
            spellCheck={false}
            aria-invalid={wrong.includes(name)}
            onChange={event => {
              setTyped({ ...typed, [name]: event.target.value });
            }}
          />
          {wrong.includes(name) && (
            <span className="freezeout-Said-hint">{trans.__('This was %1.', shown(value))}</span>
          )}
        </label>
      ))}
      {info !== null && Object.keys(old).length === 0 && (
        <div className="freezeout-mod-quiet">{trans.__('It has no parameters.')}</div>
      )}
    </Ask>
  );
}

function DiffForm(props: IUnfoldedProps): React.JSX.Element {
  const { host, looked } = props;
  const { model, trans, run } = host;
  const { row } = looked;
  const others = (model.listing?.rows ?? []).filter(({ id }) => id !== row.id);
  const sorted = [...others].sort(
    (one, other) => Number(other.name === row.name) - Number(one.name === row.name)
  );
  const [other, setOther] = useState(sorted[0]?.id ?? '');
  return (
    <Ask
      {...usual(props, 'diff')}
      title={trans.__('How does %1 differ from another?', row.full_name)}
      yes={trans.__('Compare')}
      no={trans.__('Cancel')}
      valid={other !== ''}
      onYes={() => {
        model.question = null;
        run(ids.DIFF, { workflow: row.id, other });
      }}
    >
      <label>
        {trans.__('The other workflow')}
        <select
          className="jp-mod-styled"
          data-first
          value={other}
          onChange={event => {
            setOther(event.target.value);
          }}
        >
          {sorted.map(({ id, full_name: name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {sorted.length === 0 && (
        <div className="freezeout-mod-quiet">{trans.__('No other workflow is loaded in the list.')}</div>
      )}
    </Ask>
  );
}

/** A value as it is typed: text as it is, all else as JSON. */
function shown(value: ReadonlyPartialJSONValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** What was typed, of the kind of what was there; undefined when it is not. */
function parse(
  text: string,
  old: ReadonlyPartialJSONValue | undefined
): ReadonlyPartialJSONValue | undefined {
  if (typeof old === 'string') {
    return text;
  }
  try {
    const value = JSON.parse(text) as ReadonlyPartialJSONValue;
    return old === null || old === undefined || kind(value) === kind(old) ? value : undefined;
  } catch {
    return old === null || old === undefined ? text : undefined;
  }
}

function kind(value: ReadonlyPartialJSONValue): string {
  return Array.isArray(value) ? 'list' : typeof value;
}
