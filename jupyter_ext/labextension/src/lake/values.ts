/** Values of metadata as they are written: their types are seen and kept. */
import type { ReadonlyPartialJSONObject, ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

type Value = ReadonlyPartialJSONValue | undefined;

/** As one reads it. */
export function shown(value: Value): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** As one edits it: text that looks like something else stands in quotes. */
export function editable(value: Value): string {
  const plain = typeof value === 'string' && typeof typed(value) === 'string' && !/^["\s]|["\s]$/.test(value);
  return plain ? value : JSON.stringify(value ?? null);
}

/** What was written: a number, true or false, null, a list, a quoted text; else the text itself. */
export function typed(text: string): ReadonlyPartialJSONValue {
  const trimmed = text.trim();
  const value = /^(-?\.?\d|["[{]|true$|false$|null$)/.test(trimmed) ? parsed(trimmed) : trimmed;
  return isExact(value, trimmed) ? value : trimmed;
}

function parsed(text: string): ReadonlyPartialJSONValue {
  try {
    return JSON.parse(text) as ReadonlyPartialJSONValue;
  } catch {
    return /^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text;
  }
}

/** Whether a number is the one that was written: not one too long, or too large, to be kept. */
function isExact(value: ReadonlyPartialJSONValue, text: string): boolean {
  return (
    typeof value !== 'number' ||
    (Number.isFinite(value) && !(/^-?\d+$/.test(text) && !Number.isSafeInteger(value)))
  );
}

/** The type of a value, in a word. */
export function typeWord(trans: TranslationBundle, value: Value): string {
  if (value === null || value === undefined) {
    return trans.__('nothing');
  }
  switch (typeof value) {
    case 'number':
      return trans.__('number');
    case 'boolean':
      return trans.__('true or false');
    case 'string':
      return trans.__('text');
    default:
      return Array.isArray(value) ? trans.__('list') : trans.__('object');
  }
}

/** Lines of `key=value`; the first that is none. */
export function pairs(text: string): { values: ReadonlyPartialJSONObject; wrong: string } {
  const values: Record<string, ReadonlyPartialJSONValue> = {};
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    const at = trimmed.indexOf('=');
    if (trimmed && at < 1) {
      return { values, wrong: trimmed };
    }
    if (trimmed) {
      values[trimmed.slice(0, at).trim()] = typed(trimmed.slice(at + 1));
    }
  }
  return { values, wrong: '' };
}
