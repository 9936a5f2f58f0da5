/** Fields of forms, each with its label. */
import React from 'react';

export interface IFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;

  /** Whether it gets the focus when the form unfolds. */
  readonly first?: boolean;
  readonly wrong?: boolean;
  readonly type?: 'text' | 'url' | 'password';
  readonly placeholder?: string;
}

export function Field(props: IFieldProps): React.JSX.Element {
  const { label, value, onChange, first, wrong = false, type = 'text', placeholder } = props;
  return (
    <label>
      {label}
      <input
        className="jp-mod-styled"
        type={type}
        value={value}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete={type === 'password' ? 'new-password' : 'off'}
        data-first={first}
        aria-invalid={wrong}
        onChange={event => {
          onChange(event.target.value);
        }}
      />
    </label>
  );
}

export interface ICheckProps {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Check({ label, checked, onChange }: ICheckProps): React.JSX.Element {
  return (
    <label className="freezeout-Check">
      <input
        type="checkbox"
        checked={checked}
        onChange={event => {
          onChange(event.target.checked);
        }}
      />
      {label}
    </label>
  );
}
