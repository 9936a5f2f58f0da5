/** What is to be run: an experiment, or any notebook. */
import { Button } from '@jupyterlab/ui-components';
import React, { useState } from 'react';
import { icons } from '../../experiments/icons';
import { Skeletons } from '../../ui/pieces';
import { Said } from '../../ui/said';
import type { IFieldsProps } from './fields';

export function Picker({ model, trans }: IFieldsProps): React.JSX.Element {
  const { experiments, failure } = model;
  const [path, setPath] = useState(model.options.selectedPaths().find(isNotebook) ?? '');
  return (
    <div className="freezeout-Run-picker">
      <h1>{trans.__('Run on REANA')}</h1>
      <h2>{trans.__('An experiment')}</h2>
      {failure && (
        <Said
          what={trans.__('The experiments could not be read.')}
          said={failure}
          trans={trans}
          tabIndex={0}
          retry={() => void model.load()}
        />
      )}
      {!experiments && !failure && <Skeletons label={trans.__('Loading the experiments')} rows={4} />}
      <ul aria-label={trans.__('Experiments')}>
        {(experiments ?? []).map(({ id, title, method, summary }) => {
          const Icon = icons[method];
          return (
            <li key={id}>
              <button
                className="freezeout-Unfold"
                title={summary}
                onClick={() => {
                  model.thing = { experiment: id };
                }}
              >
                <Icon.react tag="span" className="freezeout-Tree-icon" />
                {title}
              </button>
            </li>
          );
        })}
      </ul>
      <h2>{trans.__('Any notebook')}</h2>
      <form
        className="freezeout-Run-value"
        onSubmit={event => {
          event.preventDefault();
          if (isNotebook(path)) {
            model.thing = { notebook: path.trim() };
          }
        }}
      >
        <input
          className="jp-mod-styled"
          placeholder={trans.__('folder/notebook.ipynb')}
          aria-label={trans.__('Path of a notebook')}
          value={path}
          spellCheck={false}
          onChange={event => {
            setPath(event.target.value);
          }}
        />
        <Button type="submit" className="jp-mod-styled" disabled={!isNotebook(path)}>
          {trans.__('Take it')}
        </Button>
      </form>
    </div>
  );
}

function isNotebook(path: string): boolean {
  return path.trim().endsWith('.ipynb');
}
