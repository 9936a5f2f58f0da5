/** A log that follows its end until it is scrolled away from it. */
import { Clipboard } from '@jupyterlab/apputils';
import { Button, copyIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { describe } from '../server/describe';
import type { IJob } from './api';
import type { IJobLog, IJobs } from './tokens';

/** So near to the end it still counts as the end. */
const NEAR_PX = 24;

/** More than this holds up the page each time that it grows. */
const MOST_SIGNS = 100_000;

export interface ILogViewProps {
  readonly job: IJob;
  readonly jobs: IJobs;
  readonly trans: TranslationBundle;
  readonly tabIndex: number;
}

export function LogView({ job, jobs, trans, tabIndex }: ILogViewProps): React.JSX.Element {
  const log = useLog(jobs, job.id);
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(true);
  const text = log?.text ?? '';
  useLayoutEffect(() => {
    if (box.current && atEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [text]);
  const error = log?.error ? describe(trans, log.error).message : '';
  const end = lastLines(text, MOST_SIGNS);
  return (
    <div className="freezeout-Log">
      <pre
        ref={box}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={trans.__('Log of %1', job.title)}
        onScroll={event => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          atEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
        }}
      >
        {end.length < text.length && `${trans.__('[… what was before is in the copy …]')}\n`}
        {end || (error ? '' : trans.__('nothing yet'))}
      </pre>
      {error && <div className="freezeout-Said-hint">{error}</div>}
      <Button
        small
        minimal
        className="freezeout-Log-copy"
        tabIndex={tabIndex}
        title={trans.__('Copy the log')}
        aria-label={trans.__('Copy the log')}
        onClick={() => {
          Clipboard.copyToSystem(text);
        }}
      >
        <copyIcon.react tag="span" />
      </Button>
    </div>
  );
}

function useLog(jobs: IJobs, id: string): IJobLog | null {
  const [log, setLog] = useState<IJobLog | null>(null);
  const [, grow] = useState(0);
  useEffect(() => {
    const opened = jobs.log(id);
    opened.changed.connect(() => {
      grow(count => count + 1);
    });
    setLog(opened);
    return () => {
      opened.dispose();
    };
  }, [jobs, id]);
  return log;
}

/** The end of a text, from the beginning of a line on. */
function lastLines(text: string, most: number): string {
  return text.length <= most ? text : text.slice(text.indexOf('\n', text.length - most) + 1);
}
