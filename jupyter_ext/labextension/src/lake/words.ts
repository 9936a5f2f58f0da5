/** What is in the lake, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { DidType, RuleState } from './api';

export function typeWord(trans: TranslationBundle, type: DidType): string {
  switch (type) {
    case 'FILE':
      return trans.__('file');
    case 'DATASET':
      return trans.__('dataset');
    case 'CONTAINER':
      return trans.__('container');
  }
}

export function ruleWord(trans: TranslationBundle, state: RuleState): string {
  switch (state) {
    case 'OK':
      return trans.__('complete');
    case 'REPLICATING':
      return trans.__('copying');
    case 'STUCK':
      return trans.__('stuck');
    case 'SUSPENDED':
      return trans.__('suspended');
    case 'WAITING_APPROVAL':
      return trans.__('waits for approval');
    case 'INJECT':
      return trans.__('being set up');
  }
}

export interface ILifetime {
  readonly seconds: number | null;
  readonly label: string;
}

/** How long data is held. */
export function lifetimes(trans: TranslationBundle): readonly ILifetime[] {
  return [
    { seconds: 86_400, label: trans.__('1 day') },
    { seconds: 7 * 86_400, label: trans.__('1 week') },
    { seconds: null, label: trans.__('forever') }
  ];
}

const WORDS = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for ' +
    'from global if import in is lambda nonlocal not or pass raise return try while with yield match case ' +
    'freezeout open print list dict set str int float bool type id input len sum min max'
  ).split(' ')
);

/** A Python variable for what a DID names: `counts` for `darkside50:inputs/counts-2018.yaml.gz`. */
export function variableName(name: string, taken: readonly string[] = []): string {
  const last = name.split('/').filter(Boolean).pop() ?? '';
  const stem = last.replace(
    /(\.(csv|gz|yaml|yml|json|npz|npy|root|fits|txt|tsv|parquet|h5|hdf5|dat|bz2|xz|zip))+$/i,
    ''
  );
  const plain = stem
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase()
    .slice(0, 40);
  const safe = !plain ? 'data' : /^[0-9]/.test(plain) ? `data_${plain}` : plain;
  const free = WORDS.has(safe) ? `${safe}_data` : safe;
  let found = free;
  for (let number = 2; taken.includes(found); number += 1) {
    found = `${free}_${String(number)}`;
  }
  return found;
}

/** Text as a Python string. */
export function pythonString(text: string): string {
  // what is legal in a string of JSON is legal in one of Python, save for what lies beyond 16 bits: left as it is
  return JSON.stringify(text);
}
