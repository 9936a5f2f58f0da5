/** The steps of a workflow, each with its log, and what the engine says. */
import { Button, caretDownIcon, caretRightIcon } from '@jupyterlab/ui-components';
import React from 'react';
import { LogBox } from '../ui/logbox';
import { Skeletons } from '../ui/pieces';
import { Said } from '../ui/said';
import { bytes } from '../ui/words';
import type { IHost, IUnfoldedProps } from './host';
import * as ids from './ids';
import type { Looked } from './looked';
import { isLive } from './types';
import type { IStep } from './types';
import { statusWord, took } from './words';

/** What the server says itself, beside the steps. */
const WORKFLOW = ' workflow';
const ENGINE = ' engine';

export function Steps({ host, looked }: IUnfoldedProps): React.JSX.Element {
  const { trans } = host;
  const { logs, logsFailure, row } = looked;
  const engine = logs?.engine_log.trim() ?? '';
  return (
    <>
      {logsFailure && (
        <Said
          what={trans.__('The logs could not be read.')}
          said={logsFailure}
          trans={trans}
          tabIndex={0}
          retry={() => void looked.pull()}
        />
      )}
      {logs === null && !logsFailure && <Skeletons label={trans.__('Loading the steps')} rows={2} />}
      {logs && row.status === 'failed' && !logs.steps.some(({ status }) => status === 'failed') && (
        <Said
          what={trans.__('It failed.')}
          said={{ code: '', message: lastLine(logs.workflow_log), hint: '' }}
          trans={trans}
          tabIndex={0}
        />
      )}
      {logs && (
        <ul className="freezeout-Reana-steps" aria-label={trans.__('Steps of %1', row.full_name)}>
          {logs.steps.map((step, index) => (
            <Step key={step.id} host={host} looked={looked} step={step} number={index + 1} />
          ))}
          {logs.steps.length === 0 && (
            <li className="freezeout-mod-quiet">
              {isLive(row.status) || row.status === 'created'
                ? trans.__('no step has begun yet')
                : trans.__('no step was run')}
            </li>
          )}
          <Log
            host={host}
            looked={looked}
            id={WORKFLOW}
            label={trans.__('Log of the workflow')}
            text={logs.workflow_log}
          />
          {engine && (
            <Log
              host={host}
              looked={looked}
              id={ENGINE}
              label={trans.__('Log of the engine')}
              text={logs.engine_log}
            />
          )}
        </ul>
      )}
    </>
  );
}

interface IStepProps {
  readonly host: IHost;
  readonly looked: Looked;
  readonly step: IStep;
  readonly number: number;
}

function Step({ host, looked, step, number }: IStepProps): React.JSX.Element {
  const { model, trans, run } = host;
  const name = step.name || trans.__('step %1', number);
  const shown = looked.isLogShown(step.id);
  const word = statusWord(trans, step.status);
  const last = step.status === 'running' ? lastLine(step.log) : '';
  return (
    <li data-step={step.name} data-status={step.status}>
      <Unfolder
        label={
          <>
            <span className="freezeout-Reana-state" data-status={step.status} title={word} aria-hidden />
            <span className="freezeout-Reana-stepname" title={step.command}>
              {name}
            </span>
            <span className="freezeout-Reana-word">{word}</span>
            <span className="freezeout-Reana-took">{took(step, model.jobs.jobs.now())}</span>
          </>
        }
        shown={shown}
        onShow={on => {
          looked.showLog(step.id, on);
        }}
      />
      {last && !shown && (
        <div className="freezeout-Reana-last" title={last}>
          {last}
        </div>
      )}
      {shown && (
        <div className="freezeout-Reana-step">
          {step.command && <code className="freezeout-Reana-command">{step.command}</code>}
          <div className="freezeout-mod-quiet">{[step.image, step.backend].filter(Boolean).join(' · ')}</div>
          <LogBox text={step.log} label={trans.__('Log of %1', name)} error="" trans={trans} tabIndex={0} />
          {step.truncated && (
            <div>
              <span className="freezeout-mod-quiet">
                {trans.__('the end of %1', bytes(trans, step.log_bytes))}
              </span>{' '}
              <Button
                small
                minimal
                className="freezeout-Link"
                onClick={() => {
                  run(ids.LOGS, { workflow: looked.row.id, step: step.id });
                }}
              >
                {trans.__('Open the whole log')}
              </Button>
            </div>
          )}
        </div>
      )}
    </li>
  );
}

interface ILogProps {
  readonly host: IHost;
  readonly looked: Looked;
  readonly id: string;
  readonly label: string;
  readonly text: string;
}

function Log({ host, looked, id, label, text }: ILogProps): React.JSX.Element {
  const shown = looked.isLogShown(id);
  return (
    <li>
      <Unfolder
        label={<span className="freezeout-mod-quiet">{label}</span>}
        shown={shown}
        onShow={on => {
          looked.showLog(id, on);
        }}
      />
      {shown && <LogBox text={text} label={label} error="" trans={host.trans} tabIndex={0} />}
    </li>
  );
}

function Unfolder({
  label,
  shown,
  onShow
}: {
  readonly label: React.ReactNode;
  readonly shown: boolean;
  readonly onShow: (shown: boolean) => void;
}): React.JSX.Element {
  const Caret = shown ? caretDownIcon : caretRightIcon;
  return (
    <button
      className="freezeout-Reana-unfolder"
      aria-expanded={shown}
      onClick={() => {
        onShow(!shown);
      }}
    >
      <span className="freezeout-Reana-caret" aria-hidden>
        <Caret.react tag="span" />
      </span>
      {label}
    </button>
  );
}

function lastLine(text: string): string {
  return (
    text
      .trimEnd()
      .split(/[\r\n]/)
      .pop()
      ?.trim() ?? ''
  );
}
