/** The fields of the parameters: each of its type, with unit, range and what it means. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { IField } from '../types';
import type { RunModel } from './model';
import { figure, shown } from './values';

export interface IFieldsProps {
  readonly model: RunModel;
  readonly trans: TranslationBundle;
}

export function Fields({ model, trans }: IFieldsProps): React.JSX.Element | null {
  const fields = model.form?.parameters ?? [];
  if (fields.length === 0) {
    return <p className="freezeout-mod-quiet">{trans.__('It has no parameters.')}</p>;
  }
  return (
    <div className="freezeout-Run-fields">
      {fields.map(field => (
        <Field key={field.name} field={field} model={model} trans={trans} />
      ))}
    </div>
  );
}

function Field({ field, model, trans }: IFieldsProps & { readonly field: IField }): React.JSX.Element {
  const { name, unit, help, scannable } = field;
  const wrong = model.wrong(field);
  const scan = model.scanned[name];
  const id = `freezeout-run-${name}`;
  const changed = model.typed[name] !== undefined || scan !== undefined;
  return (
    <div className="freezeout-Run-field" data-name={name} data-wrong={wrong !== ''}>
      <label htmlFor={id} title={name}>
        {name}
      </label>
      <div className="freezeout-Run-value">
        {scan === undefined ? (
          <Input id={id} field={field} model={model} wrong={wrong} />
        ) : (
          <input
            id={id}
            className="jp-mod-styled"
            value={scan}
            spellCheck={false}
            aria-invalid={wrong !== ''}
            aria-describedby={`${id}-about`}
            placeholder={trans.__('0.1, 0.3, 1 or 0.1 … 1, 10, log')}
            onChange={event => {
              model.set({ scanned: { ...model.scanned, [name]: event.target.value } });
            }}
          />
        )}
        {unit && <span className="freezeout-Run-unit">{unit}</span>}
        {scannable && (
          <button
            type="button"
            className="freezeout-Link"
            aria-pressed={scan !== undefined}
            aria-label={trans.__('Scan %1', name)}
            onClick={() => {
              const others = without(model.scanned, name);
              model.set({ scanned: scan === undefined ? { ...others, [name]: model.text(field) } : others });
            }}
          >
            {scan === undefined ? trans.__('scan…') : trans.__('one value')}
          </button>
        )}
        {changed && (
          <button
            type="button"
            className="freezeout-Link"
            aria-label={trans.__('Reset %1', name)}
            onClick={() => {
              model.set({ typed: without(model.typed, name), scanned: without(model.scanned, name) });
            }}
          >
            {trans.__('reset')}
          </button>
        )}
      </div>
      <div className="freezeout-Run-about" id={`${id}-about`}>
        {wrong ? (
          <span className="freezeout-Run-wrong" role="alert">
            ⚠ {wrong}
          </span>
        ) : (
          [help, range(trans, field)].filter(Boolean).join(' · ')
        )}
      </div>
    </div>
  );
}

interface IInputProps {
  readonly id: string;
  readonly field: IField;
  readonly model: RunModel;
  readonly wrong: string;
}

function Input({ id, field, model, wrong }: IInputProps): React.JSX.Element {
  const { name, type, choices } = field;
  const text = model.text(field);
  const common = {
    id,
    className: 'jp-mod-styled',
    'aria-invalid': wrong !== '',
    'aria-describedby': `${id}-about`
  } as const;
  const set = (value: string): void => {
    model.set({ typed: { ...model.typed, [name]: value } });
  };
  if (type === 'bool') {
    return (
      <input
        {...common}
        type="checkbox"
        checked={text === 'true'}
        onChange={event => {
          set(String(event.target.checked));
        }}
      />
    );
  }
  if (choices.length > 0 && !type.startsWith('list')) {
    return (
      <select
        {...common}
        value={text}
        onChange={event => {
          set(event.target.value);
        }}
      >
        {choices.map(shown).map(choice => (
          <option key={choice} value={choice}>
            {choice}
          </option>
        ))}
      </select>
    );
  }
  return (
    <input
      {...common}
      value={text}
      spellCheck={false}
      autoComplete="off"
      inputMode={type === 'float' || type === 'int' ? 'decimal' : undefined}
      title={text.length > 24 ? text : ''}
      onChange={event => {
        set(event.target.value);
      }}
    />
  );
}

function range(trans: TranslationBundle, { minimum, maximum, choices, type }: IField): string {
  if (choices.length > 0 && type.startsWith('list')) {
    return trans.__('of %1', choices.map(shown).join(', '));
  }
  if (minimum !== null && maximum !== null) {
    return `${figure(minimum)} – ${figure(maximum)}`;
  }
  if (minimum !== null) {
    return trans.__('from %1', figure(minimum));
  }
  return maximum === null ? '' : trans.__('to %1', figure(maximum));
}

function without(typed: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(typed).filter(([key]) => key !== name));
}
