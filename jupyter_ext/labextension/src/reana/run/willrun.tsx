/** What will be run: reana.yaml, which can be edited, and the files that go along. */
import { caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { bytes, count } from '../../ui/words';
import type { IFieldsProps } from './fields';

export function WillRun({ model, trans }: IFieldsProps): React.JSX.Element | null {
  const [shown, setShown] = useState(false);
  const { yaml, isEdited } = model;
  const plan = model.plan ?? { yaml: '', files: [] };
  if (!plan.yaml && !isEdited) {
    return null;
  }
  const Caret = shown ? caretDownIcon : caretRightIcon;
  return (
    <div className="freezeout-Run-will">
      <button
        type="button"
        className="freezeout-Unfold"
        aria-expanded={shown}
        onClick={() => {
          setShown(!shown);
        }}
      >
        <span className="freezeout-Unfold-caret" aria-hidden>
          <Caret.react tag="span" />
        </span>
        {trans.__('What will be run')}
        {isEdited && ` ${trans.__('(edited)')}`}
      </button>
      {shown && (
        <>
          <textarea
            className="jp-mod-styled"
            aria-label={trans.__('reana.yaml')}
            rows={Math.min(30, Math.max(8, yaml.split('\n').length))}
            spellCheck={false}
            value={yaml}
            onChange={event => {
              model.edit(event.target.value);
            }}
          />
          {isEdited && (
            <div>
              {trans.__('This is run as it stands; the fields above change it no longer.')}{' '}
              <button
                type="button"
                className="freezeout-Link"
                onClick={() => {
                  model.edit(null);
                }}
              >
                {trans.__('Undo my changes')}
              </button>
            </div>
          )}
          <h3>{trans._n('%2 file', '%2 files', plan.files.length, count(plan.files.length))}</h3>
          <ul className="freezeout-List" aria-label={trans.__('Files of the workspace')}>
            {plan.files.map(({ path, bytes: size }) => (
              <li key={path}>
                <span className="freezeout-List-name" title={path}>
                  {path}
                </span>
                <span className="freezeout-List-amount">{bytes(trans, size)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
