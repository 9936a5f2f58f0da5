/** What went wrong with an environment: what, why, what to do, and a way to try again. */
import type { TranslationBundle } from '@jupyterlab/translation';
import React from 'react';
import { Said } from '../ui/said';
import type { IPartProps } from './host';
import * as ids from './ids';
import type { Pending } from './model';

export function Failure({ environment, host, tabIndex }: IPartProps): React.JSX.Element | null {
  const { model, trans, run } = host;
  const { name } = environment;
  const dismiss = (): void => {
    model.dismiss(name);
  };
  const refusal = model.refusal(name);
  if (
    refusal &&
    !(refusal.what === 'remove' && model.isUnfolded(name, 'remove')) &&
    refusal.what !== 'clone'
  ) {
    const what = refused(trans, refusal.what);
    return <Said {...{ what, said: refusal, retry: refusal.retry, dismiss, trans, tabIndex }} />;
  }
  const job = model.job(name);
  if (job?.state !== 'failed' || !job.error) {
    return null;
  }
  const builds = job.kind === 'environment-build';
  const retry = (): void => {
    run(builds ? (environment.state === 'outdated' ? ids.UPDATE : ids.BUILD) : ids.TEST, { id: name });
  };
  const untrusted = builds && job.error.code === 'smoke_failed';
  const what = untrusted
    ? trans.__('It is built, but its test failed.')
    : builds
      ? trans.__('The build failed.')
      : trans.__('The test failed.');
  return <Said {...{ what, said: job.error, retry, dismiss, trans, tabIndex }} />;
}

function refused(trans: TranslationBundle, what: Pending): string {
  switch (what) {
    case 'build':
      return trans.__('It could not be built.');
    case 'test':
      return trans.__('It could not be tested.');
    case 'cancel':
      return trans.__('The job could not be cancelled.');
    case 'remove':
      return trans.__('It could not be removed.');
    case 'clone':
      return trans.__('It could not be cloned.');
  }
}
