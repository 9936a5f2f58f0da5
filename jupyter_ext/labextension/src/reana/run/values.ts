/** What is typed into the fields of the form, as values. */
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IField } from '../types';

/** A value, or why it is none. */
export type Read = { readonly value: ReadonlyPartialJSONValue } | { readonly wrong: string };

/** What else the browser takes for a number nobody means: 0x10. */
const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** As many values a range may make. */
const MOST = 500;

/** A value as it is typed. */
export function shown(value: ReadonlyPartialJSONValue | undefined): string {
  if (value === null || value === undefined) {
    return '';
  }
  if (Array.isArray(value) && value.every(isPlain)) {
    return value.join(', ');
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Whether it can stand in a list with commas. */
function isPlain(value: ReadonlyPartialJSONValue): boolean {
  return typeof value === 'number' || (typeof value === 'string' && /^[^\s,[\]]([^,]*\S)?$/.test(value));
}

/** A number as people read it: `1e+19` rather than twenty digits. */
export function figure(value: number): string {
  const size = Math.abs(value);
  return size >= 1e6 || (size > 0 && size < 1e-4) ? value.toExponential().replace('e+', 'e') : String(value);
}

/** What was typed as a value of the field's type, within what it allows. */
export function read(trans: TranslationBundle, field: IField, text: string): Read {
  const { type, name } = field;
  const trimmed = text.trim();
  if (trimmed === '' && field.default === null) {
    return { value: null };
  }
  if (type.startsWith('list')) {
    return readList(trans, field, trimmed);
  }
  if (type === 'dict' || type === 'any') {
    let value: ReadonlyPartialJSONValue;
    try {
      value = JSON.parse(trimmed) as ReadonlyPartialJSONValue;
    } catch {
      return type === 'any' ? { value: text } : { wrong: trans.__('%1 is no JSON.', name) };
    }
    return isFinite(value) && !isLost(trimmed)
      ? { value }
      : { wrong: trans.__('‘%1’ has a number that is too large.', trimmed) };
  }
  if (type === 'bool') {
    return trimmed === 'true' || trimmed === 'false'
      ? { value: trimmed === 'true' }
      : { wrong: trans.__('‘%1’ is neither true nor false.', trimmed) };
  }
  return readOne(trans, field, type, trimmed);
}

/** The values of a scan: a list, or `from … to, how many` with `, log` for equal steps of the logarithm. */
export function readScan(trans: TranslationBundle, field: IField, text: string): Read {
  const range = /^(\S+?)\s*(?:…|\.\.\.?)\s*(\S+?)\s*,\s*(\d+)\s*(,\s*log)?$/.exec(text.trim());
  if (range && (field.type === 'float' || field.type === 'int')) {
    return readRange(trans, field, range);
  }
  const values: ReadonlyPartialJSONValue[] = [];
  for (const part of parts(text)) {
    const one = read(trans, field, part);
    if ('wrong' in one) {
      return one;
    }
    values.push(one.value);
  }
  return values.length > 0 ? { value: values } : { wrong: trans.__('Give some values, with commas.') };
}

function readRange(trans: TranslationBundle, field: IField, range: RegExpExecArray): Read {
  const [from, to, many] = [Number(range[1]), Number(range[2]), Number(range[3])];
  const logarithmic = range[4] !== undefined;
  if (!Number.isFinite(from) || !Number.isFinite(to) || many < 2 || many > MOST) {
    return { wrong: trans.__('A range is: from … to, how many (2 to %1).', MOST) };
  }
  if (logarithmic && (from <= 0 || to <= 0)) {
    return { wrong: trans.__('The logarithm needs numbers above 0.') };
  }
  const values: number[] = [];
  for (let index = 0; index < many; index += 1) {
    const share = index / (many - 1);
    const value = logarithmic ? from * (to / from) ** share : from + (to - from) * share;
    // ends as they were typed, and no digits that only the arithmetic has made
    const exact = index === 0 ? from : index === many - 1 ? to : Number(value.toPrecision(12));
    values.push(field.type === 'int' ? Math.round(exact) : exact);
  }
  for (const value of values) {
    const wrong = refuse(trans, field, value);
    if (wrong) {
      return { wrong };
    }
  }
  return { value: [...new Set(values)] };
}

function readList(trans: TranslationBundle, field: IField, text: string): Read {
  const inner = field.type.slice('list['.length, -1);
  const values: ReadonlyPartialJSONValue[] = [];
  for (const part of items(text)) {
    const one = readOne(trans, field, inner, part);
    if ('wrong' in one) {
      return one;
    }
    values.push(one.value);
  }
  return { value: values };
}

function readOne(trans: TranslationBundle, field: IField, type: string, text: string): Read {
  const { name } = field;
  if (type === 'float' || type === 'int') {
    if (text === '') {
      return { wrong: trans.__('%1 is a number.', name) };
    }
    const number = DECIMAL.test(text) ? Number(text) : NaN;
    if (!Number.isFinite(number)) {
      return { wrong: trans.__('‘%1’ is no number.', text) };
    }
    if (type === 'int' && !Number.isInteger(number)) {
      return { wrong: trans.__('%1 is a whole number.', name) };
    }
    if (type === 'int' && isLost(text)) {
      return { wrong: trans.__('‘%1’ is too large.', text) };
    }
    const wrong = refuse(trans, field, number);
    return wrong ? { wrong } : { value: number };
  }
  if (type === 'did' && !/^[A-Za-z0-9._-]+:[^\s:]+$/.test(text)) {
    return { wrong: trans.__('A DID is scope:name.') };
  }
  const wrong = refuse(trans, field, text);
  return wrong ? { wrong } : { value: text };
}

/** Whether digits are more than JavaScript keeps: another number would be sent. */
function isLost(text: string): boolean {
  return /^[-+]?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}

/** Whether all numbers in a value are finite, however deep: JSON has no others. */
function isFinite(value: ReadonlyPartialJSONValue | undefined): boolean {
  if (typeof value === 'number') {
    return Number.isFinite(value);
  }
  return typeof value !== 'object' || value === null || Object.values(value).every(isFinite);
}

function refuse(trans: TranslationBundle, field: IField, value: string | number): string {
  const { minimum, maximum, choices, name } = field;
  if (choices.length > 0 && !choices.includes(value)) {
    return trans.__('%1 is one of %2.', name, choices.map(shown).join(', '));
  }
  if (typeof value === 'number' && minimum !== null && value < minimum) {
    return trans.__('%1 is below %2.', figure(value), figure(minimum));
  }
  if (typeof value === 'number' && maximum !== null && value > maximum) {
    return trans.__('%1 is above %2.', figure(value), figure(maximum));
  }
  return '';
}

/** What a list consists of: JSON, or with commas. */
function items(text: string): readonly string[] {
  try {
    const found: unknown = JSON.parse(text);
    if (Array.isArray(found) && found.every(one => typeof one === 'string')) {
      return found;
    }
  } catch {
    // as people write it
  }
  return parts(text.replace(/^\[|\]$/g, ''));
}

function parts(text: string): readonly string[] {
  return text
    .split(',')
    .map(part => part.trim())
    .filter(Boolean);
}
