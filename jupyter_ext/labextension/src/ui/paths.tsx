/** What is to be uploaded: files and folders that the file browser selects. */
import { Button } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { cut } from './words';

export interface IPathsProps {
  readonly paths: readonly string[];
  readonly onChange: (paths: readonly string[]) => void;
  readonly selectedPaths: () => readonly string[];
  readonly trans: TranslationBundle;
}

export function Paths({ paths, onChange, selectedPaths, trans }: IPathsProps): React.JSX.Element {
  return (
    <>
      {paths.length === 0 ? (
        <div>{trans.__('Select files or a folder in the file browser, then take them over.')}</div>
      ) : (
        <ul className="freezeout-List" aria-label={trans.__('To be uploaded')}>
          {paths.map(path => (
            <li key={path} title={path}>
              <span className="freezeout-List-name">{cut(path, 48)}</span>
              <button
                type="button"
                className="freezeout-Unfold"
                aria-label={trans.__('Leave out %1', path)}
                title={trans.__('Leave out')}
                onClick={() => {
                  onChange(paths.filter(one => one !== path));
                }}
              >
                ✕
              </button>
            </li>
          ))}
        </ul>
      )}
      <Button
        small
        minimal
        type="button"
        className="freezeout-Unfold"
        onClick={() => {
          onChange([...new Set([...paths, ...selectedPaths()])]);
        }}
      >
        {trans.__('Add what the file browser selects')}
      </Button>
    </>
  );
}
