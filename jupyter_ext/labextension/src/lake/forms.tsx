/** Forms: a new dataset, an upload, what is to be added to a dataset. */
import React, { useLayoutEffect, useState } from 'react';
import { Ask } from '../ui/ask';
import { Field } from '../ui/field';
import { Paths } from '../ui/paths';
import { count } from '../ui/words';
import { didOf } from './api';
import type { IRow } from './api';
import type { LakeModel } from './model';
import type { IHost } from './host';
import type { Form } from './unfolded';
import { pairs } from './values';

/** Is no language's. */
const EXAMPLE = 'experiment=darkside50\nrho_dm=0.3';

export interface IFilesHost extends IHost {
  /** What is selected in the file browser: paths below the server's root. */
  readonly selectedPaths: () => readonly string[];
}

export function Forms({ host }: { readonly host: IFilesHost }): React.JSX.Element | null {
  const { form } = host.model.unfolded;
  if (!form) {
    return null;
  }
  switch (form.kind) {
    case 'upload':
      return <UploadForm host={host} form={form} />;
    case 'add':
      return <AddForm host={host} form={form} />;
    default:
      return <NewForm host={host} form={form} key={form.kind} />;
  }
}

interface IFrameProps {
  readonly host: IHost;
  readonly label: string;
  readonly yes: string;
  readonly valid: boolean;
  readonly onSubmit: () => void;
  readonly children: React.ReactNode;
}

function Frame({ host, label, yes, valid, onSubmit, children }: IFrameProps): React.JSX.Element {
  const { model, trans } = host;
  return (
    <div className="freezeout-Panel-form">
      <Ask
        title={label}
        yes={yes}
        no={trans.__('Cancel')}
        valid={valid}
        pending={model.asked.isPending('form')}
        said={model.asked.refusal('form')}
        trans={trans}
        onYes={onSubmit}
        onNo={() => {
          model.unfolded.form = null;
        }}
      >
        {children}
      </Ask>
    </div>
  );
}

function NewForm({
  host,
  form
}: {
  readonly host: IHost;
  readonly form: Form & { kind: 'dataset' | 'container' };
}): React.JSX.Element {
  const { model, trans } = host;
  const [scope, setScope] = useState(ownScope(model));
  const [name, setName] = useState('');
  const [metadata, setMetadata] = useState('');
  const { values, wrong } = pairs(metadata);
  const container = form.kind === 'container';
  return (
    <Frame
      host={host}
      label={container ? trans.__('New container') : trans.__('New dataset')}
      yes={trans.__('Make it')}
      valid={scope !== '' && name.trim() !== '' && !wrong}
      onSubmit={() => {
        const contents = form.contents.map(didOf);
        void model.changes.create(
          `${scope}:${name.trim()}`,
          container ? 'container' : 'dataset',
          contents,
          values
        );
      }}
    >
      <Scopes host={host} value={scope} onChange={setScope} />
      <Field first label={trans.__('Name')} value={name} onChange={setName} />
      <MetadataField {...{ host, metadata, setMetadata, wrong }} />
      <Contents host={host} rows={form.contents} />
    </Frame>
  );
}

function AddForm({
  host,
  form
}: {
  readonly host: IHost;
  readonly form: Form & { kind: 'add' };
}): React.JSX.Element {
  const { model, trans } = host;
  const [did, setDid] = useState(model.changes.lastDataset);
  return (
    <Frame
      host={host}
      label={trans.__('Add to a dataset or container')}
      yes={trans.__('Add')}
      valid={/^[^:\s]+:\S/.test(did)}
      onSubmit={() => {
        void model.changes.attach(did.trim(), form.contents.map(didOf));
      }}
    >
      <Field first label={trans.__('To (scope:name)')} value={did} onChange={setDid} />
      <Contents host={host} rows={form.contents} />
    </Frame>
  );
}

function UploadForm({
  host,
  form
}: {
  readonly host: IFilesHost;
  readonly form: Form & { kind: 'upload' };
}): React.JSX.Element {
  const { model, trans } = host;
  const [target, rest] = split(form.target);
  const [scope, setScope] = useState(target || ownScope(model));
  const [dataset, setDataset] = useState(rest);
  const [metadata, setMetadata] = useState('');
  const [lifetime, setLifetime] = useState('');
  const [paths, setPaths] = useState(form.paths);
  useLayoutEffect(() => {
    setPaths(form.paths);
  }, [form]);
  const { values, wrong } = pairs(metadata);
  const chosen = model.lifetimes[Number(lifetime)];
  return (
    <Frame
      host={host}
      label={trans.__('Upload to the data lake')}
      yes={trans.__('Upload')}
      valid={paths.length > 0 && scope !== '' && !wrong}
      onSubmit={() => {
        const name = dataset.trim();
        void model.changes.upload({
          paths,
          scope,
          ...(name ? { dataset: `${scope}:${name}` } : {}),
          ...(lifetime && chosen?.seconds ? { lifetime: chosen.seconds } : {}),
          ...(Object.keys(values).length > 0 ? { metadata: values } : {})
        });
      }}
    >
      <Paths paths={paths} onChange={setPaths} selectedPaths={host.selectedPaths} trans={trans} />
      <Scopes host={host} value={scope} onChange={setScope} />
      <Field
        first
        label={trans.__('Dataset (may be new; none for files alone)')}
        value={dataset}
        onChange={setDataset}
      />
      <label>
        {trans.__('Kept')}
        <select
          className="jp-mod-styled"
          value={lifetime}
          onChange={event => {
            setLifetime(event.target.value);
          }}
        >
          <option value="">{trans.__('forever')}</option>
          {model.lifetimes.map(
            ({ seconds, label }, index) =>
              seconds !== null && (
                <option key={label} value={index}>
                  {label}
                </option>
              )
          )}
        </select>
      </label>
      <MetadataField {...{ host, metadata, setMetadata, wrong }} />
    </Frame>
  );
}

interface IScopesProps {
  readonly host: IHost;
  readonly value: string;
  readonly onChange: (scope: string) => void;
}

/** The scopes in which one may make something; one's own first. */
function Scopes({ host, value, onChange }: IScopesProps): React.JSX.Element {
  const { model, trans } = host;
  const scopes = model.tree?.scopes ?? [];
  const sorted = [...scopes].sort((one, other) => Number(other.own) - Number(one.own));
  return (
    <label>
      {trans.__('Scope')}
      <select
        className="jp-mod-styled"
        value={value}
        onChange={event => {
          onChange(event.target.value);
        }}
      >
        {!scopes.some(({ scope }) => scope === value) && <option value={value}>{value}</option>}
        {sorted.map(({ scope, own }) => (
          <option key={scope} value={scope}>
            {own ? trans.__('%1 (yours)', scope) : scope}
          </option>
        ))}
      </select>
    </label>
  );
}

interface IMetadataFieldProps {
  readonly host: IHost;
  readonly metadata: string;
  readonly setMetadata: (text: string) => void;
  readonly wrong: string;
}

function MetadataField({ host, metadata, setMetadata, wrong }: IMetadataFieldProps): React.JSX.Element {
  const { trans } = host;
  return (
    <label>
      {trans.__('Metadata, a line each')}
      <textarea
        className="jp-mod-styled"
        rows={2}
        placeholder={EXAMPLE}
        value={metadata}
        spellCheck={false}
        aria-invalid={wrong !== ''}
        onChange={event => {
          setMetadata(event.target.value);
        }}
      />
      {wrong && <span className="freezeout-Said-hint">{trans.__('‘%1’ is not key=value.', wrong)}</span>}
    </label>
  );
}

function Contents({
  host,
  rows
}: {
  readonly host: IHost;
  readonly rows: readonly IRow[];
}): React.JSX.Element | null {
  const { trans } = host;
  return rows.length === 0 ? null : (
    <div className="freezeout-mod-quiet" title={rows.slice(0, 30).map(didOf).join('\n')}>
      {rows.length === 1 && rows[0]
        ? trans.__('with %1 in it', didOf(rows[0]))
        : trans.__('with the %1 that are selected', count(rows.length))}
    </div>
  );
}

/** The scope in which one makes things, unless one says another. */
function ownScope(model: LakeModel): string {
  const scopes = model.tree?.scopes ?? [];
  const { scope = '' } = model.connections.chosen ?? {};
  return scope || (scopes.find(({ own }) => own)?.scope ?? scopes[0]?.scope ?? '');
}

function split(did: string): readonly [string, string] {
  const at = did.indexOf(':');
  return at < 0 ? [did, ''] : [did.slice(0, at), did.slice(at + 1)];
}
