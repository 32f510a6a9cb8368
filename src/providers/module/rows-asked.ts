import { calendarFor } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { plural } from '../../core/plural.ts';
import { formatDay, MS_PER_DAY, startOfDay, utcDayOf } from '../../core/session/day.ts';
import { partOver } from '../part-over.ts';
import type { BarRequest } from '../provider.ts';
import type { FetchedRow } from './fetched-rows.ts';

/** Other units in which clocks count, by how many of them a millisecond has. */
const UNITS = [
  { name: 'seconds', perMs: 0.001 },
  { name: 'µs', perMs: 1000 },
  { name: 'ns', perMs: 1_000_000 },
];

/**
 * Throws where rows cannot be told to be of what was asked for, so that a session without one is not taken for one without a trade:
 * a `TypeError` for a stamp in another unit, or of a day and no midnight; `bad-answer` where there are rows, but none of any session
 * that was asked for and is over. Others may lie outside.
 */
export function assertOfAsked(asked: BarRequest, rows: readonly FetchedRow[]): void {
  const { range, series, now } = asked;
  const [start, end] = [startOfDay(range.from), startOfDay(range.to)];
  const isAsked = (ts: number): boolean => ts >= start && ts < end;
  const outside = rows.filter(({ ts }) => !isAsked(ts));
  for (const { ts } of outside) {
    // A day of 1970, of a history that is given whole; of days in seconds hardly one is midnight when it is read as ms.
    const isMidnight = series.interval === '1d' && ts % MS_PER_DAY === 0;
    const unit = UNITS.find(({ perMs }) => isAsked(ts / perMs) && !(perMs < 1 && isMidnight));
    if (unit !== undefined)
      throw new TypeError(
        `gives a row whose ts is ${ts}, which looks like ${unit.name}; it must be ms since the epoch`,
      );
    if (series.interval === '1d' && !isMidnight)
      throw new TypeError(
        `gives a row of a day whose ts is ${ts}; it must be midnight in UTC of its date, in ms`,
      );
  }
  if (outside.length === 0 || outside.length < rows.length) return;
  const calendar = calendarFor(series.ticker);
  if (calendar.count([partOver(range, calendar, now)]) === 0) return;
  const days = outside.map(({ ts }) => utcDayOf(ts)).toSorted((a, b) => a - b);
  throw new BackfillError(
    'bad-answer',
    `the answer for ${series.ticker} has ${plural(rows.length, 'row')}, none of ${formatDay(range.from)}..${formatDay(range.to - 1)}, for which it was asked: ${rows.length === 1 ? 'it is' : 'they are'} of ${formatDay(days[0] as number)}..${formatDay(days.at(-1) as number)}; where there is none of a range, fetch gives an empty list`,
    { ticker: series.ticker },
  );
}
