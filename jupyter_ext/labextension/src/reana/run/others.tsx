/** Inputs, environment, resources, name and connection. */
import React, { useState } from 'react';
import { bytes } from '../../ui/words';
import type { IFieldsProps } from './fields';
import type { IOthers } from './model';

/** Of a cluster that has several. */
const BACKENDS = ['kubernetes', 'htcondorcern', 'slurmcern', 'compute4punch'];

export function Inputs({ model, trans }: IFieldsProps): React.JSX.Element {
  const [typed, setTyped] = useState('');
  const own = model.form?.inputs ?? [];
  const add = (paths: readonly string[]): void => {
    model.set({ inputs: [...new Set([...model.inputs, ...paths.map(one => one.trim()).filter(Boolean)])] });
  };
  return (
    <div className="freezeout-Run-inputs">
      <ul className="freezeout-List" aria-label={trans.__('Inputs')}>
        {own.map(({ name, path, did, bytes: size }) => (
          <li key={path || name}>
            <span className="freezeout-List-name" title={did ?? path}>
              {did ?? path}
            </span>
            {size !== null && <span className="freezeout-List-amount">{bytes(trans, size)}</span>}
          </li>
        ))}
        {model.inputs.map(input => (
          <li key={input}>
            <span className="freezeout-List-name" title={input}>
              {input}
            </span>
            <button
              type="button"
              className="freezeout-Unfold"
              aria-label={trans.__('Leave out %1', input)}
              title={trans.__('Leave out')}
              onClick={() => {
                model.set({ inputs: model.inputs.filter(one => one !== input) });
              }}
            >
              ✕
            </button>
          </li>
        ))}
      </ul>
      <div className="freezeout-Run-value">
        <input
          className="jp-mod-styled"
          placeholder={trans.__('a file, or scope:name')}
          aria-label={trans.__('Another input: a file below the root, or a DID of the lake')}
          value={typed}
          spellCheck={false}
          onChange={event => {
            setTyped(event.target.value);
          }}
          onKeyDown={event => {
            if (event.key === 'Enter') {
              // the form is not to be sent by it
              event.preventDefault();
              add([typed]);
              setTyped('');
            }
          }}
        />
        <button
          type="button"
          className="freezeout-Link"
          disabled={typed.trim() === ''}
          onClick={() => {
            add([typed]);
            setTyped('');
          }}
        >
          {trans.__('add')}
        </button>
        <button
          type="button"
          className="freezeout-Link"
          onClick={() => {
            add(model.options.selectedPaths());
          }}
        >
          {trans.__('add what the file browser selects')}
        </button>
      </div>
    </div>
  );
}

export function Others({ model, trans }: IFieldsProps): React.JSX.Element {
  const { form, others } = model;
  const { connections } = model.options.model;
  const environments = form?.environments ?? [];
  const environment = others.environment || (form?.environment ?? '');
  const known = environments.find(({ name }) => name === environment);
  const given = form?.resources ?? {};
  const wanted = others.connection || (connections.chosen?.name ?? '');
  const chosen = connections.all?.find(({ name }) => name === wanted);
  return (
    <div className="freezeout-Run-others">
      <label>
        {trans.__('Connection')}
        <select
          className="jp-mod-styled"
          value={wanted}
          onChange={event => {
            model.set({ others: { connection: event.target.value } });
          }}
        >
          {(connections.all ?? []).map(({ name, state }) => (
            <option key={name} value={name}>
              {state === 'ready' ? name : `${name} (${state})`}
            </option>
          ))}
        </select>
      </label>
      <label>
        {trans.__('Environment')}
        <select
          className="jp-mod-styled"
          value={environment}
          title={known?.image ?? ''}
          onChange={event => {
            model.set({ others: { environment: event.target.value } });
          }}
        >
          {!known && <option value={environment}>{environment}</option>}
          {environments.map(({ name, title, state }) => (
            <option key={name} value={name}>
              {`${title || name} (${state})`}
            </option>
          ))}
        </select>
      </label>
      <Text {...{ model, trans }} name="name" label={trans.__('Name')} hint={form?.name ?? ''} />
      <Text
        {...{ model, trans }}
        name="memory"
        label={trans.__('Memory of a step')}
        hint={given.memory ?? '2Gi'}
      />
      <Text {...{ model, trans }} name="time" label={trans.__('Time of a step')} hint={given.time ?? '90m'} />
      <Text
        {...{ model, trans }}
        name="days"
        label={trans.__('Days that results are kept there')}
        hint={given.retention_days ? String(given.retention_days) : ''}
        wrong={model.wrongDays}
      />
      {chosen && chosen.kind !== 'embedded' && (
        <label>
          {trans.__('Where steps run')}
          <select
            className="jp-mod-styled"
            value={others.backend}
            onChange={event => {
              model.set({ others: { backend: event.target.value } });
            }}
          >
            <option value="">{trans.__("the server's choice")}</option>
            {BACKENDS.map(backend => (
              <option key={backend} value={backend}>
                {backend}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

interface ITextProps extends IFieldsProps {
  readonly name: keyof IOthers;
  readonly label: string;
  readonly hint: string;
  readonly wrong?: string;
}

function Text({ model, name, label, hint, wrong = '' }: ITextProps): React.JSX.Element {
  return (
    <label>
      {label}
      <input
        className="jp-mod-styled"
        value={model.others[name]}
        placeholder={hint}
        aria-invalid={wrong !== ''}
        inputMode={name === 'days' ? 'numeric' : undefined}
        spellCheck={false}
        autoComplete="off"
        onChange={event => {
          model.set({ others: { [name]: event.target.value } });
        }}
      />
      {wrong && (
        <span className="freezeout-Run-wrong" role="alert">
          ⚠ {wrong}
        </span>
      )}
    </label>
  );
}
