import { type StoredBars, firstAt, slice } from '../../core/bars/columns.ts';
import type { Series } from '../../core/bars/bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { placeOf, type Part } from './parts.ts';
import type { SeriesRead } from './read.ts';
import { sumOf } from './row-sum.ts';

/**
 * Looks whether the rows of parts that were read as a whole are those that were written: by their sum, and where there is none
 * by their number, of which there may be more than is known, but never fewer. Throws `store-corrupt` where another hand changed,
 * removed or put in any. Of a part that was read in part nothing can be told.
 */
export function assertAsWritten(series: Series, read: SeriesRead, url: string): void {
  const period = periodOfOthers(series, read);
  if (period === undefined) return;
  throw new BackfillError(
    'store-corrupt',
    `${placeOf({ series, period })} in ${url}: its rows are not those that were written: another hand changed them; see backfill doctor`,
    { ticker: series.ticker, scope: 'series' },
  );
}

/** Whether `assertAsWritten` finds nothing. */
export function isAllAsWritten(series: Series, read: SeriesRead): boolean {
  return periodOfOthers(series, read) === undefined;
}

/** The period of a part whose rows are others. */
function periodOfOthers(series: Series, { parts, bars, barsOf }: SeriesRead): string | undefined {
  for (const [period, part] of parts) {
    const own = wholeOf(series, part, bars, barsOf);
    if (own !== undefined && !isAsWritten(own, part)) return period;
  }
  return undefined;
}

function isAsWritten(own: StoredBars, { sum, rows }: Part): boolean {
  return sum === undefined ? own.length >= rows : sumOf(own) === sum;
}

/** All rows of a part; undefined where they were not all read. */
function wholeOf(
  { interval }: Series,
  { firstTs, lastTs, knowledge }: Part,
  bars: StoredBars,
  { from, to }: SeriesRead['barsOf'],
): StoredBars | undefined {
  if (firstTs === null || lastTs === null) return undefined;
  const dayOf = sessionDateOf(interval, calendarById(knowledge.calendar));
  if (dayOf(firstTs) < from || dayOf(lastTs) >= to) return undefined;
  return slice(bars, firstAt(bars, firstTs), firstAt(bars, lastTs + 1));
}
