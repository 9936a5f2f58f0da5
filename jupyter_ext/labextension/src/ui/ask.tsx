/** A question, or a small form, that unfolds where it was asked for. */
import { Button } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';
import React, { useLayoutEffect, useRef } from 'react';
import type { ISaid } from '../server/describe';
import { Said } from './said';

export interface IAskProps {
  readonly title: string;
  readonly children?: React.ReactNode;
  readonly yes: string;
  readonly no: string;

  /** Whether something goes when it is answered with yes. */
  readonly warn?: boolean;
  readonly valid?: boolean;
  readonly pending: boolean;

  /** Why the server would not do it. */
  readonly said: ISaid | undefined;
  readonly onYes: () => void;
  readonly onNo: () => void;
  readonly trans: TranslationBundle;
}

export function Ask(props: IAskProps): React.JSX.Element {
  const { title, children, yes, no, warn = false, valid = true, pending, said, onYes, onNo, trans } = props;
  const box = useRef<HTMLFormElement>(null);
  const led = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    const back = document.activeElement;
    box.current?.querySelector<HTMLElement>('button[data-no]')?.focus();
    box.current?.scrollIntoView({ block: 'nearest' });
    return () => {
      // who works by keyboard is led back, unless something else has taken the focus
      const near = box.current?.closest('li');
      if (box.current?.contains(document.activeElement)) {
        setTimeout(() => {
          const to = back?.isConnected && back !== document.body ? back : near?.querySelector('button');
          if (document.activeElement === document.body && to instanceof HTMLElement) {
            to.focus();
          }
        });
      }
    };
  }, []);
  useLayoutEffect(() => {
    // fields may come later than the question
    if (document.activeElement?.matches('button[data-no]')) {
      const field = box.current?.querySelector<HTMLElement>('[data-first]');
      if (field && field !== led.current) {
        led.current = field;
        field.focus();
      }
    }
  });
  return (
    <form
      ref={box}
      className="freezeout-Ask"
      aria-label={title}
      onSubmit={event => {
        event.preventDefault();
        if (valid && !pending) {
          onYes();
        }
      }}
      onKeyDown={event => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onNo();
        }
      }}
    >
      <div className="freezeout-Said-what">{title}</div>
      {children}
      {said && (
        <div role="alert">
          <Said what={trans.__('That did not work.')} said={said} trans={trans} tabIndex={0} />
        </div>
      )}
      <div className="freezeout-Card-actions">
        <Button
          small
          type="submit"
          className={`jp-mod-styled ${warn ? 'jp-mod-warn' : 'jp-mod-accept'}`}
          disabled={!valid || pending}
        >
          {yes}
        </Button>
        <Button small type="button" className="jp-mod-styled" data-no onClick={onNo}>
          {no}
        </Button>
      </div>
    </form>
  );
}
