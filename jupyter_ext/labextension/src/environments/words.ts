/** What a card says about an environment. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IEnvironment, State } from './api';

/** A state in a word or two. */
export function stateWord(trans: TranslationBundle, state: State): string {
  switch (state) {
    case 'ready':
      return trans.__('ready to build');
    case 'building':
      return trans.__('building');
    case 'built':
      return trans.__('built');
    case 'outdated':
      return trans.__('outdated');
    case 'broken':
      return trans.__('broken');
    case 'unavailable':
      return trans.__('unavailable');
  }
}

/** Its size and what a build takes; of one that is not built these are estimates. */
export function cost(trans: TranslationBundle, environment: IEnvironment, state: State): string {
  const { megabytes, seconds } = environment;
  const size = megabytes === null ? '' : trans.__('%1 MB', Math.round(megabytes));
  if (state !== 'ready') {
    return environment.built_at ? size : '';
  }
  const time = seconds === null ? '' : duration(trans, seconds);
  const parts = [size, time].filter(part => part !== '').join(', ');
  return parts ? trans.__('about %1', parts) : '';
}

export function duration(trans: TranslationBundle, seconds: number): string {
  return seconds < 100
    ? trans.__('%1 s', Math.max(1, Math.round(seconds)))
    : trans.__('%1 min', Math.round(seconds / 60));
}

/** Its size as a sentence about its removal has it. */
export function size(trans: TranslationBundle, { megabytes }: IEnvironment): string {
  return megabytes === null ? '' : trans.__(' (%1 MB)', Math.round(megabytes));
}
