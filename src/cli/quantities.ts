import { BackfillError, INTERVALS, type Interval, isInterval, parseQuotas, type Quota } from '../index.ts';
import { escaped, parsePercent } from '../terminal.ts';

/*
 * What people write for a number of something. A number that could be of two units is refused with what would do, never
 * taken for one of them: `5` is no time, `0.5` no part of a whole.
 */

/** A whole number of at least 1, or `auto`. Throws `usage`. */
export function parseCount(name: string, text: string): number | 'auto' {
  if (text === 'auto') return text;
  const count = wholeNumber(text);
  if (count !== undefined && count >= 1) return count;
  throw new BackfillError(
    'usage',
    `${name} ${text}: must be "auto" or a whole number above 0${asWhole(text)}`,
  );
}

/** Reads whole numbers of at least `least`. Throws `usage`. */
export function wholeFrom(least: number): (name: string, text: string) => number {
  return (name, text) => {
    const count = wholeNumber(text);
    if (count !== undefined && count >= least) return count;
    throw new BackfillError(
      'usage',
      `${name} ${text}: must be a whole number of at least ${least}${asWhole(text)}`,
    );
  };
}

/** A port to listen at. Throws `usage`. */
export function parsePort(name: string, text: string): number {
  const port = wholeFrom(0)(name, text);
  if (port <= 65_535) return port;
  throw new BackfillError('usage', `${name} ${text}: must be 0 (any free one) to 65535`);
}

/** Digits of a whole number; one with more is not exact. */
const MOST_DIGITS = 15;

function wholeNumber(text: string): number | undefined {
  return /^-?\d+$/.test(text) && digitsIn(text) <= MOST_DIGITS ? Number(text) : undefined;
}

function digitsIn(text: string): number {
  return text.replaceAll(/\D/g, '').length;
}

/** Behind what is no whole number: that it is written in another way, or too large, and what would do; else nothing. */
function asWhole(text: string): string {
  if (/^\d+$/.test(text) && digitsIn(text) > MOST_DIGITS)
    return `; it has ${digitsIn(text)} digits, and ${MOST_DIGITS} are the most`;
  if (/^\d{1,3}([,_' ]\d{3})+$/.test(text))
    return `, without signs between its digits: ${text.replaceAll(/\D/g, '')}`;
  if (!/^(\d+\.?\d*|\.\d+)e[+-]?\d+$/i.test(text)) return '';
  const meant = String(Number(text));
  const isPlain = /^\d+$/.test(meant) && digitsIn(meant) <= MOST_DIGITS;
  return `; scientific notation is not read${isPlain ? `: write ${meant}` : ''}`;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };

/** What other programs call these units. */
const OTHER_UNITS: Readonly<Record<string, string>> = {
  msec: 'ms',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  m: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
};

/** Timers take no longer ones, and nobody waits so long. */
const LONGEST_MS = 24 * 3_600_000;

/** `250ms`, `30s`, `2min` or `1h`, of at most a day, as ms. Throws `usage`, for a number without a unit too. */
export function parseDuration(name: string, text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/.exec(text.trim()) ?? [];
  if (count !== undefined && unit === '')
    throw new BackfillError('usage', `${name} ${text}: say the unit, such as ${count}s or ${count}ms`);
  const unitMs = UNIT_MS[OTHER_UNITS[unit] ?? unit];
  if (count === undefined || unitMs === undefined)
    throw new BackfillError('usage', `${name} ${text}: write it as 250ms, 30s or 2min`);
  const ms = Number(count) * unitMs;
  if (ms <= LONGEST_MS) return ms;
  throw new BackfillError('usage', `${name} ${text}: must be at most 24h`);
}

/** A duration above 0. Throws `usage`. */
export function parseTimeout(name: string, text: string): number {
  const timeoutMs = parseDuration(name, text);
  if (timeoutMs > 0) return timeoutMs;
  throw new BackfillError('usage', `${name} ${text}: no answer comes in no time; the default is 30s`);
}

/** A threshold as a percentage, from 0 to 100: see `parsePercent`. Throws `usage`. */
export function parseThreshold(name: string, text: string): number {
  return parsePercent(`${name} ${text}`, text);
}

/** A percentage above 0, see `parsePercent`, as a part of one: `1%` is 0.01. Throws `usage`. */
export function parsePart(name: string, text: string): number {
  const must = 'must be a percentage above 0, at most 100, such as 1%';
  const percent = parsePercent(`${name} ${text}`, text, must);
  if (percent > 0) return percent / 100;
  throw new BackfillError('usage', `${name} ${text}: ${must}`);
}

/** `5/min,500/day` as quotas. Throws `usage`. */
export function parseRates(name: string, text: string): readonly Quota[] {
  try {
    return parseQuotas(text);
  } catch (error) {
    throw new BackfillError('usage', `${name} ${(error as Error).message}`, { cause: error });
  }
}

const OTHER_INTERVALS: Readonly<Record<string, Interval>> = {
  '1min': '1m',
  '5min': '5m',
  '15min': '15m',
  '60m': '1h',
  '60min': '1h',
  '1hour': '1h',
  hour: '1h',
  hourly: '1h',
  h: '1h',
  '24h': '1d',
  '1day': '1d',
  day: '1d',
  daily: '1d',
  d: '1d',
};

/** `1d,1h` as intervals. Throws `usage`. */
export function parseIntervals(name: string, text: string): readonly Interval[] {
  return text.split(',').map((part) => {
    const interval = part.trim();
    if (isInterval(interval)) return interval;
    const typed = interval.toLowerCase();
    // To many 1M is a month.
    const meant = interval === '1M' ? undefined : isInterval(typed) ? typed : OTHER_INTERVALS[typed];
    const near = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw new BackfillError(
      'usage',
      `${name} ${interval}: there is no such interval; there are ${INTERVALS.join(', ')}${near}`,
    );
  });
}

/** A date as it is written. Throws `usage` for anything but `YYYY-MM-DD`, and for days that no month has. */
export function checkDate(name: string, text: string): string {
  if (isDate(text)) return text;
  throw new BackfillError('usage', `${name} "${text}" is not a date; write it as YYYY-MM-DD`);
}

function isDate(text: string): boolean {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** A name that others read in lists and logs, a line each. Throws `usage`. */
export function checkName(name: string, text: string): string {
  const shown = escaped(text);
  if (shown === text) return text;
  throw new BackfillError(
    'usage',
    `${name} ${shown}: it must be without line ends and other control characters`,
  );
}

const LATEST_NOW = Date.UTC(2100, 0, 1);
const INSTANT = /^(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A clock that starts at an instant. A date alone is its midnight in UTC. Throws `usage`. */
export function parseClock(name: string, now: string): () => number {
  const [, date = '', zone] = INSTANT.exec(now) ?? [];
  const instant = isDate(date) ? Date.parse(now.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(instant))
    throw new BackfillError('usage', `${name} ${now}: is no instant; write it as 2026-11-20T22:00:00Z`);
  if (zone === undefined && now !== date)
    throw new BackfillError(
      'usage',
      `${name} ${now}: say the zone: ${now}Z, or with an offset such as +01:00`,
    );
  if (instant < 0 || instant >= LATEST_NOW)
    throw new BackfillError('usage', `${name} ${now}: must lie between 1970 and 2100`);
  const ahead = instant - Date.now();
  return () => Date.now() + ahead;
}
