/** Inputs, environment, resources, name and connection. */
import React, { useState } from 'react';
import { bytes } from '../../ui/words';
import type { IFieldsProps } from './fields';
import type { IOthers, RunModel } from './model';

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
  const wanted = model.connection;
  const chosen = connections.all?.find(({ name }) => name === wanted);
  const text = (name: keyof IOthers, placeholder: string): React.JSX.Element => (
    <input
      {...common(model, name)}
      value={others[name]}
      placeholder={placeholder}
      spellCheck={false}
      autoComplete="off"
    />
  );
  return (
    <div className="freezeout-Run-others">
      <Other model={model} name="connection" label={trans.__('Connection')}>
        <select {...common(model, 'connection')} value={wanted}>
          {(connections.all ?? []).map(({ name, state }) => (
            <option key={name} value={name}>
              {state === 'ready' ? name : `${name} (${state})`}
            </option>
          ))}
        </select>
      </Other>
      <Other model={model} name="environment" label={trans.__('Environment')}>
        <select {...common(model, 'environment')} value={environment} title={known?.image ?? ''}>
          {!known && <option value={environment}>{environment}</option>}
          {environments.map(({ name, title, state }) => (
            <option key={name} value={name}>
              {`${title || name} (${state})`}
            </option>
          ))}
        </select>
      </Other>
      <Other model={model} name="name" label={trans.__('Name')}>
        {text('name', form?.name ?? '')}
      </Other>
      <Other model={model} name="memory" label={trans.__('Memory of a step')}>
        {text('memory', given.memory ?? '2Gi')}
      </Other>
      <Other model={model} name="time" label={trans.__('Time of a step')}>
        {text('time', given.time ?? '90m')}
      </Other>
      <Other model={model} name="retention_days" label={trans.__('Days that results are kept there')}>
        {text('retention_days', String(given.retention_days ?? ''))}
      </Other>
      {chosen && chosen.kind !== 'embedded' && (
        <Other model={model} name="backend" label={trans.__('Where steps run')}>
          <select {...common(model, 'backend')} value={others.backend}>
            <option value="">{trans.__("the server's choice")}</option>
            {BACKENDS.map(backend => (
              <option key={backend} value={backend}>
                {backend}
              </option>
            ))}
          </select>
        </Other>
      )}
    </div>
  );
}

interface ICommon {
  readonly className: string;
  readonly 'aria-invalid': boolean;
  readonly 'aria-describedby': string | undefined;
  readonly onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLSelectElement>) => void;
}

/** What all fields have: how they are filled in, and whether what is in them is wrong. */
function common(model: RunModel, name: keyof IOthers): ICommon {
  const wrong = model.wrongOther(name) !== '';
  return {
    className: 'jp-mod-styled',
    'aria-invalid': wrong,
    'aria-describedby': wrong ? `freezeout-run-wrong-${name}` : undefined,
    onChange: event => {
      model.set({ others: { [name]: event.target.value } });
    }
  };
}

interface IOtherProps {
  readonly model: RunModel;
  readonly name: keyof IOthers;
  readonly label: string;
  readonly children: React.ReactNode;
}

function Other({ model, name, label, children }: IOtherProps): React.JSX.Element {
  const wrong = model.wrongOther(name);
  return (
    <div>
      <label>
        {label}
        {children}
      </label>
      {wrong && (
        <span className="freezeout-Run-wrong" role="alert" id={`freezeout-run-wrong-${name}`}>
          ⚠ {wrong}
        </span>
      )}
    </div>
  );
}
