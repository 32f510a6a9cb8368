import { BarBuilder } from '../../core/bars/bar-builder.ts';
import { calendarFor } from '../../core/calendar/calendars.ts';
import { Zone } from '../../core/calendar/zone.ts';
import { plural } from '../../core/plural.ts';
import { BackfillError } from '../../core/errors.ts';
import { smallest } from '../../core/extremes.ts';
import { typeOf, untoldVolume } from '../../core/instrument/instrument-type.ts';
import { type Day, type DayRange, parseDay, startOfDay } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { contains } from '../../core/session/ranges.ts';
import { barEnd, isTradingTime, mayStartBar } from '../../core/bars/session-grid.ts';
import { missingPrices } from '../missing-prices.ts';
import type { BarAnswer, UnusableRow } from '../provider.ts';
import { type DailyRow, assertOfShare } from './foreign.ts';
import { askedBy } from './symbols.ts';
import { type Table, bad } from './table.ts';

/** What rows are read by. */
export interface RowsAsked {
  readonly ticker: string;
  readonly interval: Interval;
  /** Session dates wanted, `[from, to)`. */
  readonly range: DayRange;
  /** The caller's clock, ms since the epoch. */
  readonly now: number;
  /** Rows that the answer has at most, its newest; null: all that there are. */
  readonly mostRows: number | null;
}

/** What an answer says of a range. Bars are oldest first where its rows are in order. */
export interface RowsRead extends Pick<BarAnswer, 'bars' | 'unusable' | 'dropped'> {
  readonly offGridOn: readonly Day[];
  readonly straysOn: readonly Day[];
  readonly unfinished: number;
  /** First day that it speaks of: later than was asked where it lost its end, or has all the rows that it may. */
  readonly since: Day;
}

/** The bars of a range in an answer. Throws `bad-answer` for what is no table of bars, or of bars by their ends, or of another share. */
export function readRows(table: Table, asked: RowsAsked): RowsRead {
  const { ticker, range, mostRows } = asked;
  const rows = oldestFirst(table, ticker);
  const stamps = rows.map(([stamp = '']) => stampIn(stamp, ticker));
  const read = valuesOf(table, ticker);
  if (asked.interval === '1d') {
    assertDaily(stamps, asked);
    if (askedBy(ticker).of === 'share') assertOfShare(dailyRows(stamps, rows.map(read)), ticker);
  } else {
    assertTimes(stamps, asked);
    assertStarts(stamps, asked);
  }
  const bars = new BarBuilder(rows.length);
  const unusable: UnusableRow[] = [];
  const offGridOn: Day[] = [];
  const straysOn: Day[] = [];
  let unfinished = 0;
  for (const [i, row] of rows.entries()) {
    const stamp = stamps[i] as Stamp;
    const place = placeOf(stamp, asked);
    if (place === 'stray') straysOn.push(stamp.day);
    if (place === 'unfinished') unfinished++;
    if (place === 'off-grid') offGridOn.push(stamp.day);
    if (place !== 'bar') continue;
    const ts = asked.interval === '1d' ? startOfDay(stamp.day) : stamp.instant;
    const values = read(row);
    if (typeof values === 'string') unusable.push({ ts, reason: values, row: asGiven(table, row) });
    else bars.push(ts, values.open, values.high, values.low, values.close, values.volume);
  }
  const isLimited = table.isCut || (mostRows !== null && rows.length >= mostRows);
  const oldest = smallest(stamps.map(({ day }) => day));
  return {
    ...{ bars: bars.bars(), unusable, offGridOn, straysOn, unfinished },
    dropped: straysOn.length + unfinished + offGridOn.length,
    since: isLimited ? Math.max(range.from, oldest) : range.from,
  };
}

/** Rows that have values, ascending. */
function dailyRows(stamps: readonly Stamp[], values: readonly (Values | string)[]): DailyRow[] {
  return stamps
    .flatMap(({ day }, i): DailyRow[] => {
      const row = values[i];
      return typeof row === 'object' ? [{ day, close: row.close, volume: row.volume }] : [];
    })
    .toSorted((a, b) => a.day - b.day);
}

/** Newest come first. Throws where it cannot be told which end was lost. */
function oldestFirst({ rows, isCut }: Table, ticker: string): Table['rows'] {
  const isNewestFirst = (rows[0]?.[0] ?? '') >= (rows.at(-1)?.[0] ?? '');
  if (isCut && (rows.length === 0 || !isNewestFirst)) throw bad(ticker, 'it ends within a row');
  return isNewestFirst ? rows.toReversed() : rows;
}

interface Stamp {
  readonly day: Day;
  /** ms since the epoch; midnight there where no time is said. */
  readonly instant: number;
}

/** Times are those of a clock there, without an offset. */
const EASTERN = new Zone('America/New_York');

const STAMP = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}):(\d{2})(?::(\d{2}))?)?$/;

function stampIn(text: string, ticker: string): Stamp {
  const [, date = '', hours = '0', minutes = '0', seconds = '0'] = STAMP.exec(text.trim()) ?? [];
  try {
    const day = parseDay(date);
    const minute = EASTERN.instantOf(day, Number(hours) * 60 + Number(minutes));
    return { day, instant: minute + Number(seconds) * 1000 };
  } catch {
    throw bad(ticker, `the stamp "${text.slice(0, 40)}" is none`);
  }
}

/** Throws `bad-answer` (retryable) where a day has two rows: they are of a shorter interval. */
function assertDaily(stamps: readonly Stamp[], { ticker }: RowsAsked): void {
  if (new Set(stamps.map(({ day }) => day)).size < stamps.length)
    throw bad(ticker, 'it has more than one row a day');
}

/** Throws `bad-answer` (retryable) where no row has a time: they are of days. */
function assertTimes(stamps: readonly Stamp[], { ticker }: RowsAsked): void {
  if (stamps.length > 0 && stamps.every(({ day, instant }) => instant === EASTERN.instantOf(day, 0)))
    throw bad(ticker, 'its rows have no times');
}

/** Minutes after midnight in New York at which trading before a session begins, and at which that after it is over. */
const EXTENDED = { from: 4 * 60, to: 20 * 60 };

/**
 * Throws `bad-answer` where rows stand at the ends of trading rather than at its begins: stamped so, bars are known by their
 * ends, as they were until 2021, and each would be stored as the one after it. With extended hours a session has rows at its
 * open and at its close in either case; nothing begins when those are over, and nothing ends when they begin.
 */
function assertStarts(stamps: readonly Stamp[], { ticker }: RowsAsked): void {
  const calendar = calendarFor(ticker);
  const instants = new Set(stamps.map(({ instant }) => instant));
  const days = [...new Set(stamps.map(({ day }) => day))].filter((day) => calendar.isSession(day));
  const rowsAt = (instantOn: (day: Day) => number): number =>
    days.filter((day) => instants.has(instantOn(day))).length;
  const first = rowsAt((day) => EASTERN.instantOf(day, EXTENDED.from));
  const last = rowsAt((day) => EASTERN.instantOf(day, EXTENDED.to));
  const opens = rowsAt((day) => calendar.session(day).open);
  const closes = rowsAt((day) => calendar.session(day).close);
  if (first === last ? closes <= opens : last < first) return;
  const sessions = `${plural(days.length, 'session')} ${days.length === 1 ? 'has' : 'have'}`;
  const message =
    `Alpha Vantage stamps the bars of ${ticker} with their ends, it seems: ` +
    (first === last
      ? `${closes} of ${sessions} one at the close, ${opens} at the open`
      : `${last} of ${sessions} one at 20:00, ${first} at 04:00`);
  throw new BackfillError('bad-answer', message);
}

type Place = 'bar' | 'elsewhere' | 'stray' | 'off-grid' | 'unfinished';

/** Whether a row is one of the bars asked for, and why not. */
function placeOf({ day, instant }: Stamp, { ticker, interval, range, now }: RowsAsked): Place {
  if (!contains([range], day)) return 'elsewhere';
  if (interval === '1d') return 'bar';
  const calendar = calendarFor(ticker);
  if (!calendar.isSession(day)) return 'stray';
  const session = calendar.session(day);
  const length = intervalMs(interval);
  if (!mayStartBar(session, instant, length)) return isTradingTime(session, instant) ? 'off-grid' : 'stray';
  return barEnd(session, instant, length) <= now ? 'bar' : 'unfinished';
}

type Values = Readonly<Record<'open' | 'high' | 'low' | 'close' | 'volume', number>>;

/** Reads the values of a row, or says why they are none. */
function valuesOf({ heading, rows }: Table, ticker: string): (row: readonly string[]) => Values | string {
  const by = askedBy(ticker);
  // Once crypto came in its market's currency and in dollars.
  const inQuote = (name: string): string => `${name}_(${'quote' in by ? by.quote.toLowerCase() : ''})`;
  const at = (name: string): number =>
    heading.includes(inQuote(name)) ? heading.indexOf(inQuote(name)) : heading.indexOf(name);
  const prices = ['open', 'high', 'low', 'close'].map(at);
  if (rows.length > 0 && prices.includes(-1)) throw bad(ticker, `its columns are ${heading.join(', ')}`);
  const volumeAt = at('volume');
  const untold = untoldVolume(typeOf(ticker, null));
  return (row) => {
    const [open = null, high = null, low = null, close = null] = prices.map((one) => numberIn(row[one]));
    const volume = volumeAt < 0 ? Number.NaN : numberIn(row[volumeAt]);
    if (open === null || high === null || low === null || close === null || volume === null)
      return 'no number';
    const missing = missingPrices(open, high, low, close);
    if (missing !== null) return missing;
    return { open, high, low, close, volume: Number.isNaN(volume) ? untold : volume };
  };
}

const NUMBER = /^-?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;

/** What stands for no value. */
const NOTHING: ReadonlySet<string> = new Set(['', 'null', 'none', 'nan', '-', '.']);

/** NaN where there is no value, null where what there is is no number. */
export function numberIn(text = ''): number | null {
  const trimmed = text.trim();
  if (NUMBER.test(trimmed)) return Number(trimmed);
  return NOTHING.has(trimmed.toLowerCase()) ? Number.NaN : null;
}

/** A row as the answer has it. */
export function asGiven({ heading }: Pick<Table, 'heading'>, row: readonly string[]): Record<string, string> {
  return Object.fromEntries(heading.map((name, i) => [name, row[i] ?? '']));
}
