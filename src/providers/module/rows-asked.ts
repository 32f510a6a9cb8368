import { calendarFor } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { largest, smallest } from '../../core/extremes.ts';
import { plural } from '../../core/plural.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { type DayRange, formatDay, MS_PER_DAY, startOfDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { contains, intersect } from '../../core/session/ranges.ts';
import { partOver } from '../part-over.ts';
import type { BarRequest, MarketAnswer, Part } from '../provider.ts';
import type { FetchedRow } from './fetched-rows.ts';

/** Other units in which clocks count, by how many of them a millisecond has. */
const UNITS = [
  { name: 'seconds', perMs: 0.001 },
  { name: 'µs', perMs: 1000 },
  { name: 'ns', perMs: 1_000_000 },
];

/** Of dates, ms from the epoch on, either way (ECMA-262). */
const LAST_INSTANT = 8.64e15;

/** What rows were asked for. */
interface AskedRows {
  readonly ticker: string;
  readonly interval: Interval;
  /** Session dates, `[from, to)`. */
  readonly range: DayRange;
  /** ms since the epoch. */
  readonly now: number;
}

/**
 * Why stamps of rows, in ms since the epoch, cannot be right: the first that is in another unit, or of a day and no midnight, to
 * stand behind `gives`; undefined where there is none. Rows of another time may lie among them.
 */
export function faultOfStamps({ interval, range }: AskedRows, stamps: Iterable<number>): string | undefined {
  const isAsked = within(range);
  for (const ts of stamps) {
    if (isAsked(ts)) continue;
    // A day of 1970, of a history that is given whole; of days in seconds hardly one is midnight when it is read as ms.
    const isMidnight = interval === '1d' && ts % MS_PER_DAY === 0;
    const unit = UNITS.find(({ perMs }) => isAsked(ts / perMs) && !(perMs < 1 && isMidnight));
    if (unit !== undefined)
      return `a row whose ts is ${ts}, which looks like ${unit.name}; it must be ms since the epoch`;
    if (!(Math.abs(ts) <= LAST_INSTANT)) return `a row whose ts is ${ts}; it must be ms since the epoch`;
    if (interval === '1d' && !isMidnight)
      return `a row of a day whose ts is ${ts}; it must be midnight in UTC of its date, in ms`;
  }
  return undefined;
}

/**
 * `bad-answer` where rows are of another time than what was asked for and is over, so that sessions without one are not taken for
 * some without a trade: where none is of that, or where others are not and most sessions between the first and the last lack
 * theirs; else undefined.
 */
function refusalOfRows(
  { ticker, interval, range, now }: AskedRows,
  stamps: Iterable<number>,
): BackfillError | undefined {
  const calendar = calendarFor(ticker);
  const days = Array.from(stamps, sessionDateOf(interval, calendar));
  const asked = days.filter((day) => contains([range], day));
  if (asked.length === days.length) return undefined;
  const over = partOver(range, calendar, now);
  if (calendar.count([over]) === 0) return undefined;
  const [first, last] = [smallest(days), largest(days)];
  const withRows = new Set(asked).size;
  const between = intersect([over], [{ from: first, to: last + 1 }]);
  const without = calendar.count(between) - withRows;
  if (asked.length > 0 && without <= withRows) return undefined;
  const which = `${formatDay(range.from)}..${formatDay(range.to - 1)}, for which it was asked`;
  const rows = `the answer for ${ticker} has ${plural(days.length, 'row')}, ${formatDay(first)}..${formatDay(last)}`;
  const what =
    asked.length === 0
      ? `${rows}, none of ${which}`
      : `${rows}, with ${plural(without, 'session')} of ${which}, that ${without === 1 ? 'lies' : 'lie'} between them without one`;
  return new BackfillError(
    'bad-answer',
    `${what}; where there is none of a range, an answer without rows says so`,
    { ticker },
  );
}

/** Throws a `TypeError` for the first, and the second. */
export function assertOfAsked({ series, ...asked }: BarRequest, rows: readonly FetchedRow[]): void {
  const stamps = rows.map(({ ts }) => ts);
  const fault = faultOfStamps({ ...asked, ...series }, stamps);
  if (fault !== undefined) throw new TypeError(`gives ${fault}`);
  const refusal = refusalOfRows({ ...asked, ...series }, stamps);
  if (refusal !== undefined) throw refusal;
}

/** What of some parts may be believed: one of which no row is of what was asked for is an error instead. */
export function partsOfAsked(parts: readonly Part[], asked: Omit<AskedRows, 'ticker'>): readonly Part[] {
  return parts.map((part) => {
    if ('error' in part) return part;
    const { ticker } = part;
    const error = refusalOfRows({ ...asked, ticker }, part.answer.bars.ts);
    return error === undefined ? part : { ticker, error };
  });
}

/** The same of a market. Throws `bad-answer` where it is so of many that are alike. */
export function marketOfAsked(
  { parts, alike, ...answer }: MarketAnswer,
  asked: Omit<AskedRows, 'ticker'>,
): MarketAnswer {
  for (const { tickers, bars } of alike ?? []) {
    const [ticker] = tickers;
    const error = ticker === undefined ? undefined : refusalOfRows({ ...asked, ticker }, bars.ts);
    if (error !== undefined) throw error;
  }
  return { ...answer, parts: partsOfAsked(parts, asked), ...(alike !== undefined && { alike }) };
}

function within({ from, to }: DayRange): (ts: number) => boolean {
  const [start, end] = [startOfDay(from), startOfDay(to)];
  return (ts) => ts >= start && ts < end;
}
