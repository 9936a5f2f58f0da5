/** Times, sizes and long text as people read them. */
import type { TranslationBundle } from '@jupyterlab/translation';

/** Units of time and their seconds, the longest first. */
const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1]
];

/** A time as people say it: `3 hours ago`, `in 2 days`. (Lab's own says of tomorrow that it is next year.) */
export function ago(at: string, style: Intl.RelativeTimeFormatStyle = 'long'): string {
  const seconds = (Date.parse(at) - Date.now()) / 1000;
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || 'en', {
    numeric: 'auto',
    style
  });
  for (const [unit, length] of UNITS) {
    // so that 23 h 59 min are a day
    const amount = Math.round(seconds / length);
    if (Math.abs(seconds) >= 0.98 * length && amount !== 0) {
      return format.format(amount, unit);
    }
  }
  return format.format(0, 'second');
}

/** A time to the second. */
export function exactly(at: string): string {
  return new Date(at).toLocaleString(document.documentElement.lang || 'en', {
    dateStyle: 'medium',
    timeStyle: 'medium'
  });
}

/** Long text cut in the middle. */
export function cut(text: string, most = 40): string {
  if (text.length <= most) {
    return text;
  }
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

/** How many bytes, in three figures: `999 B`, `2.05 kB`, `1.5 GB`. */
export function bytes(trans: TranslationBundle, count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = count;
  let unit = 0;
  while (unit < units.length - 1 && value >= (unit === 0 ? 1000 : 999.5)) {
    value /= 1000;
    unit += 1;
  }
  const figures = unit === 0 ? String(value) : Number(value.toPrecision(3)).toLocaleString('en');
  return trans.__('%1 %2', figures, units[unit] ?? '');
}

/** A number with signs between its thousands. */
export function count(value: number): string {
  return value.toLocaleString(document.documentElement.lang || 'en');
}

/** A share in whole percent; all of it only when it is all of it. */
export function percent(fraction: number): number {
  return Math.max(0, Math.min(100, Math.floor(fraction * 100)));
}

/** What is left of a time: `1 h 42 min`, `3 min`, `20 s`. */
export function span(trans: TranslationBundle, seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const days = Math.floor(whole / 86_400);
  if (days > 1) {
    return trans._n('%1 day', '%1 days', days);
  }
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  if (hours > 0) {
    return minutes > 0 ? trans.__('%1 h %2 min', hours, minutes) : trans.__('%1 h', hours);
  }
  return whole >= 60 ? trans.__('%1 min', minutes) : trans.__('%1 s', whole);
}
