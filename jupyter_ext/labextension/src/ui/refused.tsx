/** What the server would not do, told where it was asked for. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import type { Asked } from '../server/asked';
import { Said } from './said';

export interface IRefusedProps {
  readonly asked: Asked;

  /** What was asked for. */
  readonly what: string;

  /** What has not come of it. */
  readonly sentence: string;
  readonly trans: TranslationBundle;

  /** Whether it can be tried again from here. */
  readonly again?: boolean;
}

export function Refused(props: IRefusedProps): React.JSX.Element | null {
  const { asked, what, sentence, trans, again = false } = props;
  const said = asked.refusal(what);
  if (!said) {
    return null;
  }
  return (
    <div role="alert">
      <Said
        what={sentence}
        said={said}
        trans={trans}
        tabIndex={0}
        dismiss={() => {
          asked.dismiss(what);
        }}
        {...(again && said.retry ? { retry: said.retry } : {})}
      />
    </div>
  );
}
