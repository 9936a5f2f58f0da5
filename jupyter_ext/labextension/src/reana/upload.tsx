/** What is taken to a workspace: files and folders that the file browser selects. */
import { PathExt } from '@jupyterlab/coreutils';
import React, { useEffect, useState } from 'react';
import { Ask } from '../ui/ask';
import { Field } from '../ui/field';
import { Paths } from '../ui/paths';
import { cut } from '../ui/words';
import type { IUnfoldedProps } from './host';
import { usual } from './usual';

export function UploadForm(props: IUnfoldedProps): React.JSX.Element {
  const { host, looked } = props;
  const { model, trans, selectedPaths } = host;
  const { row, files } = looked;
  const [paths, setPaths] = useState(selectedPaths);
  const [folder, setFolder] = useState(() => onlyFolder(looked));
  useEffect(() => {
    // to say what would be replaced
    if (files.total === null) {
      void files.load();
    }
  }, [files]);
  const to = folder.trim().replace(/^\/+|\/+$/g, '');
  const wrong = to.split('/').some(part => part === '..' || part === '.');
  const replaced = paths
    .map(path => [to, PathExt.basename(path)].filter(Boolean).join('/'))
    .filter(path => files.has(path));
  return (
    <Ask
      {...usual(props, 'upload')}
      title={trans.__('Upload to %1', row.full_name)}
      yes={trans.__('Upload')}
      no={trans.__('Cancel')}
      valid={paths.length > 0 && !wrong}
      onYes={() => void model.changes.upload(row.id, paths, to)}
    >
      <Paths paths={paths} onChange={setPaths} selectedPaths={selectedPaths} trans={trans} />
      <Field
        label={trans.__('Folder of the workspace (may be new)')}
        placeholder={trans.__('its top')}
        value={folder}
        wrong={wrong}
        onChange={setFolder}
      />
      {wrong && <div className="freezeout-Said-hint">{trans.__('This leads out of the workspace.')}</div>}
      {replaced.length > 0 && (
        <div className="freezeout-Said-hint" role="status">
          {trans.__('There already, and replaced: %1', replaced.map(path => cut(path, 40)).join(', '))}
        </div>
      )}
    </Ask>
  );
}

/** The folder that is selected in the workspace, if it is one alone. */
function onlyFolder({ files }: IUnfoldedProps['looked']): string {
  const [path = '', ...others] = files.selected;
  return others.length === 0 && files.entries.some(one => one.path === path && !one.file) ? path : '';
}
