/** What unfolds below a workflow: its parts, what can be done with it, and what is asked before. */
import { Button, ellipsesIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Refused } from '../ui/refused';
import { count } from '../ui/words';
import { REFUSED } from './changes';
import { FilesView } from './filesview';
import type { IUnfoldedProps } from './host';
import * as ids from './ids';
import type { Looked, Part } from './looked';
import { Questions } from './questions';
import { SpecificationView } from './specification';
import { Steps } from './steps';
import { isLive } from './types';

export function Unfolded({ host, looked }: IUnfoldedProps): React.JSX.Element {
  const { model, trans, run, openMenu } = host;
  const { row } = looked;
  const workflow = row.id;
  const parts: readonly [Part, string][] = [
    ['steps', trans.__('Steps')],
    ['files', files(trans, looked)],
    ['specification', trans.__('Spec')]
  ];
  const asks = model.question?.id === workflow ? model.question.what : '';
  return (
    <div className="freezeout-Reana-unfolded" role="group" aria-label={row.full_name}>
      <div className="freezeout-Card-actions" role="toolbar" aria-label={trans.__('Of %1', row.full_name)}>
        {parts.map(([part, label]) => (
          <Button
            key={part}
            small
            className="jp-mod-styled freezeout-Reana-part"
            aria-pressed={looked.part === part}
            onClick={() => {
              looked.part = part;
            }}
          >
            {label}
          </Button>
        ))}
        {isLive(row.status) && (
          <Button
            small
            className="jp-mod-styled"
            disabled={model.asked.isPending(`workflow-stop ${workflow}`)}
            onClick={() => {
              run(ids.STOP, { workflow });
            }}
          >
            {model.asked.isPending(`workflow-stop ${workflow}`) ? trans.__('stopping…') : trans.__('Stop')}
          </Button>
        )}
        {row.status === 'created' && (
          <Button
            small
            className="jp-mod-styled"
            onClick={() => {
              run(ids.START, { workflow });
            }}
          >
            {trans.__('Start')}
          </Button>
        )}
        <Button
          small
          minimal
          className="freezeout-Unfold"
          aria-haspopup="menu"
          aria-label={trans.__('More of %1', row.full_name)}
          title={trans.__('More')}
          onClick={event => {
            const { left, bottom } = event.currentTarget.getBoundingClientRect();
            openMenu(workflow, left, bottom);
          }}
        >
          <ellipsesIcon.react tag="span" />
        </Button>
      </div>
      {row.session && (
        // a browser may keep a tab from opening by itself
        <a className="freezeout-Link" href={row.session.url} target="_blank" rel="noopener noreferrer">
          {trans.__('Interactive session: %1', row.session.status)}
        </a>
      )}
      {model.asked.isPending(`session ${workflow}`) && (
        <div role="status">{trans.__('The session starts…')}</div>
      )}
      <Questions host={host} looked={looked} />
      {REFUSED.filter(what => what !== asks).map(what => (
        <Refused
          key={what}
          again
          asked={model.asked}
          what={`${what} ${workflow}`}
          sentence={trans.__('That did not work.')}
          trans={trans}
        />
      ))}
      <Done host={host} looked={looked} />
      <PartView host={host} looked={looked} />
    </div>
  );
}

/** What was fetched from it. */
function Done({ host, looked }: IUnfoldedProps): React.JSX.Element | null {
  const { model, trans, run } = host;
  const { id } = looked.row;
  const job = model.changes.done(id);
  if (!job) {
    return null;
  }
  const folder = model.changes.folder(id);
  return (
    <div className="freezeout-Reana-done" role="status">
      <span className="freezeout-Reana-state" data-status="finished" aria-hidden />{' '}
      {said(trans, job.kind, folder)}
      {job.kind === 'reana-download' && folder && (
        <button
          className="freezeout-Link"
          onClick={() => {
            run('filebrowser:open-path', { path: folder });
          }}
        >
          {trans.__('Show in the file browser')}
        </button>
      )}
      <button
        className="freezeout-Link"
        onClick={() => {
          model.changes.forget(id);
        }}
      >
        {trans.__('Dismiss')}
      </button>
    </div>
  );
}

function said(trans: TranslationBundle, kind: string, folder: string): string {
  switch (kind) {
    case 'reana-download':
      return trans.__('Downloaded to %1.', folder);
    case 'reana-upload':
      return trans.__('Uploaded.');
    case 'reana-fetch':
      return trans.__('Its results are here.');
    default:
      return trans.__('It runs again.');
  }
}

function PartView({ host, looked }: IUnfoldedProps): React.JSX.Element {
  switch (looked.part) {
    case 'steps':
      return <Steps host={host} looked={looked} />;
    case 'files':
      return <FilesView host={host} looked={looked} />;
    case 'specification':
      return <SpecificationView host={host} looked={looked} />;
  }
}

function files(trans: TranslationBundle, { files: { total } }: Looked): string {
  return total === null ? trans.__('Files') : trans.__('Files %1', count(total));
}
