import { type Day, dayOn, MS_PER_DAY, startOfDay } from '../../core/session/day.ts';
import { quoted } from '../../core/quoted.ts';

/** A stamp as a file has it. */
export interface Stamp {
  /** What is written, in ms since the epoch as if it were UTC. */
  readonly clock: number;
  /** The offset from UTC that is written, in ms (0 of `Z` and of numbers since the epoch); null where none is. */
  readonly offset: number | null;
}

/** In which order a date of numbers names day, month and year; only a year of two digits may come first. */
export type DateOrder = 'day-first' | 'month-first' | 'year-first';

/** The words for them. */
export const DATE_ORDERS = { dmy: 'day-first', mdy: 'month-first', ymd: 'year-first' } as const;

export function wordOf(order: DateOrder): keyof typeof DATE_ORDERS {
  return order === 'day-first' ? 'dmy' : order === 'month-first' ? 'mdy' : 'ymd';
}

/** Numbers since the epoch: below each bound, how many of their units are a millisecond. */
const EPOCH_UNITS: readonly (readonly [below: number, perMs: number])[] = [
  [1e11, 1e-3],
  [1e14, 1],
  [1e17, 1e3],
  [Number.POSITIVE_INFINITY, 1e6],
];

/** A number since the epoch. */
export const EPOCH = /^\d{10,19}$/;

/** What stands in a column of times. */
export const TIME_OF_DAY = /^(\d{1,6}|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?(\s?[AP]M)?)$/i;

/** Digits alone, to the hour, the minute or the second: as a number since the epoch none of them is of a time of ours. */
const COMPACT = /^((?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))([01]\d|2[0-3])((?:[0-5]\d){0,2})$/;

const WEEKDAYS = 'sun mon tue wed thu fri sat'.split(' ');
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

const TIME =
  String.raw`(?:(?:T|\s+|,\s*)(?<hours>\d{1,2}):?(?<minutes>\d{2})(?::?(?<seconds>\d{2})(?:[.,]\d+)?)?\s*(?<half>[AP]M)?` +
  String.raw`\s*(?<zone>Z|UTC|(?:GMT|UTC)?[+-]\d{2}(?::?\d{2}){0,2}|GMT)?)?$`;
const YEAR_FIRST = new RegExp(String.raw`^(?<year>\d{4})([-/.]?)(?<a>\d{1,2})\2(?<b>\d{1,2})${TIME}`, 'i');
const YEAR_LAST = new RegExp(
  String.raw`^(?<a>\d{1,2})(?<sign>[-/.])(?<b>\d{1,2})\2(?<year>\d{4}|\d{2})${TIME}`,
  'i',
);
const NAMED_MONTH = new RegExp(
  String.raw`^(?:(?<weekday>${WEEKDAYS.join('|')})[a-z]*,? )?(?:(?<day>\d{1,2})[- ](?<month>[A-Z]{3})[A-Z]*|(?<month2>[A-Z]{3})[A-Z]*\.? (?<day2>\d{1,2}),?)[- ](?<year>\d{4}|\d{2})${TIME}`,
  'i',
);

/**
 * Reads a date (`2024-01-02`, `20240102`, `202401020930`, `2024/01/02`, `02.01.2024`, `01/31/2024` and `01/31/24` by `order`,
 * `Jan 2, 2024`, `Tue Jan 2 2024`), with an
 * optional time (`09:30`, `093000`, `9:30:00 PM`) and offset (`Z`, `-05:00`, `+00`), or seconds, milliseconds,
 * microseconds or nanoseconds since the epoch. Undefined for anything else, and outside the years 1792 to 2099.
 */
export function readStamp(text: string, order: DateOrder): Stamp | undefined {
  const stamp = anyStamp(text, order);
  return stamp !== undefined && isOfMarkets(stamp) ? stamp : undefined;
}

/** The first brokers of New York agreed in 1792; what comes after 2099 is in the wrong unit. */
const [FIRST_YEAR, LAST_YEAR] = [1792, 2099];
const EARLIEST = startOfDay(dayOn(FIRST_YEAR, 1, 1));
const LATEST = startOfDay(dayOn(LAST_YEAR + 1, 1, 1));

function isOfMarkets({ clock }: Stamp): boolean {
  return clock >= EARLIEST && clock < LATEST;
}

/** What is wrong with a text that is no stamp. */
export function noStamp(text: string): string {
  const what = isStamp(text)
    ? `is a date before ${FIRST_YEAR} or after ${LAST_YEAR}, which no bar has`
    : 'is no date or time';
  return `${quoted(text)} ${what}`;
}

/** Whether a text is a stamp in some order of its numbers, however far away. */
export function isStamp(text: string): boolean {
  return ALL_ORDERS.some((order) => anyStamp(text, order) !== undefined);
}

/** The same of any year. */
function anyStamp(text: string, order: DateOrder): Stamp | undefined {
  const [, digits, hour, rest = ''] = COMPACT.exec(text) ?? [];
  if (digits !== undefined) return anyStamp(`${digits} ${hour}${rest.padEnd(4, '0')}`, order);
  if (/^(\d{9,19}|-\d{1,13})(\.\d+)?$/.test(text)) return { clock: ofEpoch(Number(text)), offset: 0 };
  const found = (YEAR_FIRST.exec(text) ?? YEAR_LAST.exec(text) ?? NAMED_MONTH.exec(text))?.groups;
  if (found === undefined) return undefined;
  const date = dateOf(found, order);
  const sinceMidnight = sinceMidnightOf(found);
  if (date === undefined || sinceMidnight === undefined) return undefined;
  return { clock: startOfDay(date) + sinceMidnight, offset: offsetOf(found['zone']) };
}

/**
 * The order of the dates of a column; undefined where their numbers do not tell it or contradict each other. Dates that start
 * with a year of four digits have no other order.
 */
export function dateOrderOf(texts: Iterable<string>): DateOrder | undefined {
  const [only, ...others] = ordersLeft(texts);
  return others.length === 0 ? only : undefined;
}

/** All orders that the dates of a column may have. Dates with dots start with the day. */
export function ordersLeft(texts: Iterable<string>): readonly DateOrder[] {
  let left: readonly DateOrder[] | null = null;
  for (const text of texts) {
    const found = YEAR_LAST.exec(text)?.groups;
    if (found === undefined) continue;
    const possible = ordersOf(found);
    if (possible.length === 0) continue;
    const before: readonly DateOrder[] = left ?? possible;
    const both = before.filter((order) => possible.includes(order));
    // Dates that contradict each other tell nothing.
    if (both.length === 0) return LONG_YEAR;
    left = both;
  }
  return left ?? DOTTED;
}

/** Two dates of a column that are in no order both; undefined where all may be in one. */
export function contradictionIn(texts: Iterable<string>): readonly [string, string] | undefined {
  let [left, narrowedBy]: [readonly DateOrder[], string] = [ALL_ORDERS, ''];
  for (const text of texts) {
    const found = YEAR_LAST.exec(text)?.groups;
    const possible = found === undefined ? [] : ordersOf(found);
    if (possible.length === 0) continue;
    const both = left.filter((order) => possible.includes(order));
    if (both.length === 0) return [narrowedBy, text];
    if (both.length < left.length) narrowedBy = text;
    left = both;
  }
  return undefined;
}

/** Whether a text begins with a date of which an order has to be known. */
export function isYearLast(text: string): boolean {
  return YEAR_LAST.test(text);
}

/** The orders in which the numbers of a date make one. */
function ordersOf(found: Parts): readonly DateOrder[] {
  if (found['sign'] === '.') return DOTTED;
  const orders = found['year']?.length === 2 ? ALL_ORDERS : LONG_YEAR;
  return orders.filter((order) => dateOf(found, order) !== undefined);
}

const DOTTED: readonly DateOrder[] = ['day-first'];
const LONG_YEAR: readonly DateOrder[] = ['day-first', 'month-first'];
const ALL_ORDERS: readonly DateOrder[] = [...LONG_YEAR, 'year-first'];

/** The day that the clock of a stamp names. */
export function writtenDay(clock: number): Day {
  return Math.floor(clock / MS_PER_DAY);
}

/** Whether no clock has a time of day, but names the first instant of a day. */
export function areMidnights(clocks: Float64Array): boolean {
  return clocks.every((clock) => clock % MS_PER_DAY === 0);
}

function ofEpoch(number: number): number {
  const [, perMs = 1] = EPOCH_UNITS.find(([below]) => Math.abs(number) < below) ?? [];
  return Math.floor(number / perMs);
}

type Parts = Readonly<Record<string, string | undefined>>;

function dateOf(parts: Parts, order: DateOrder): Day | undefined {
  const { year = '', a = '', b = '', sign } = parts;
  const month = parts['month'] ?? parts['month2'];
  const named = month === undefined ? undefined : String(MONTHS.indexOf(month.toLowerCase()) + 1);
  if (named !== undefined) {
    const day = readDate(year, named, parts['day'] ?? parts['day2'] ?? '');
    return isOfWeekday(day, parts['weekday']) ? day : undefined;
  }
  if (sign === undefined || order === 'month-first') return readDate(year, a, b);
  if (order === 'day-first') return readDate(year, b, a);
  return year.length === 2 ? readDate(a, b, year) : undefined;
}

/** Whether a date is of the day of the week that is written beside it; where none is, it is. */
function isOfWeekday(day: Day | undefined, written: string | undefined): boolean {
  if (day === undefined || written === undefined) return true;
  return WEEKDAYS.indexOf(written.toLowerCase()) === new Date(startOfDay(day)).getUTCDay();
}

/** Years of two digits are from 1969 to 2068. */
function readDate(year: string, month: string, day: string): Day | undefined {
  const short = Number(year) + (Number(year) < 69 ? 2000 : 1900);
  const full = year.length > 2 ? Number(year) : short;
  const found = dayOn(full, Number(month), Number(day));
  const date = new Date(startOfDay(found));
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return isReal ? found : undefined;
}

/** ms since midnight; undefined for what no clock shows. */
function sinceMidnightOf(parts: Parts): number | undefined {
  const { hours = '0', minutes = '0', seconds = '0', half } = parts;
  const isTwelve = half !== undefined;
  if (isTwelve && (Number(hours) < 1 || Number(hours) > 12)) return undefined;
  const hour = isTwelve ? (Number(hours) % 12) + (half.toUpperCase() === 'PM' ? 12 : 0) : Number(hours);
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined;
  return ((hour * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
}

function offsetOf(zone: string | undefined): number | null {
  if (zone === undefined) return null;
  const digits = zone.replaceAll(/[^\d]/g, '').padEnd(6, '0');
  const [hours, minutes, seconds] = [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)];
  const ms = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  return zone.includes('-') ? -ms : ms;
}
