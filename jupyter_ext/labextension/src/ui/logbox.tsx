/** Text that grows: it follows its end until it is scrolled away from it. */
import { Clipboard } from '@jupyterlab/apputils';
import { Button, copyIcon } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useLayoutEffect, useRef } from 'react';

/** So near to the end it still counts as the end. */
const NEAR_PX = 24;

/** More than this holds up the page each time that it grows. */
const MOST_SIGNS = 100_000;

export interface ILogBoxProps {
  readonly text: string;
  readonly label: string;

  /** Why it could not be read on. */
  readonly error: string;
  readonly trans: TranslationBundle;

  /** Whether it is read from its beginning, as what does not grow is. */
  readonly fromStart?: boolean;
  readonly tabIndex: number;
}

export function LogBox({
  text,
  label,
  error,
  fromStart = false,
  trans,
  tabIndex
}: ILogBoxProps): React.JSX.Element {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(!fromStart);
  useLayoutEffect(() => {
    if (box.current && atEnd.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [text]);
  const end = overwritten(lastLines(text, MOST_SIGNS));
  return (
    <div className="freezeout-Log">
      <pre
        ref={box}
        tabIndex={0}
        role={fromStart ? 'region' : 'log'}
        aria-live={fromStart ? undefined : 'off'}
        aria-label={label}
        onScroll={event => {
          const { scrollHeight, scrollTop, clientHeight } = event.currentTarget;
          atEnd.current = !fromStart && scrollHeight - scrollTop - clientHeight < NEAR_PX;
        }}
      >
        {text.length > MOST_SIGNS && `${trans.__('[… what was before is in the copy …]')}\n`}
        {end || (error ? '' : trans.__('nothing yet'))}
      </pre>
      {error && <div className="freezeout-Said-hint">{error}</div>}
      <Button
        small
        minimal
        className="freezeout-Log-copy"
        tabIndex={tabIndex}
        title={fromStart ? trans.__('Copy') : trans.__('Copy the log')}
        aria-label={fromStart ? trans.__('Copy') : trans.__('Copy the log')}
        onClick={() => {
          Clipboard.copyToSystem(text);
        }}
      >
        <copyIcon.react tag="span" />
      </Button>
    </div>
  );
}

/** The end of a text, from the beginning of a line on. */
function lastLines(text: string, most: number): string {
  return text.length <= most ? text : text.slice(text.indexOf('\n', text.length - most) + 1);
}

/** As a terminal shows it: a line that was written over, as bars of progress are, is there once. */
function overwritten(text: string): string {
  return text.includes('\r') ? text.replace(/\r+\n/g, '\n').replace(/^.*\r(?=.)/gm, '') : text;
}
