import { type StoredBars, firstAt, slice } from '../../core/bars/columns.ts';
import type { Series } from '../../core/bars/bars.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { BackfillError } from '../../core/errors.ts';
import { placeOf, type Part } from './parts.ts';
import type { SeriesRead } from './read.ts';
import { sumOf } from './row-sum.ts';

/**
 * Looks whether the rows of parts that were read as a whole are those that were written. Throws `store-corrupt` where another hand
 * changed, removed or put in any. Of a part that was read in part nothing can be told.
 */
export function assertAsWritten(series: Series, { parts, bars, barsOf }: SeriesRead, url: string): void {
  for (const [period, part] of parts) {
    const own = wholeOf(series, part, bars, barsOf);
    if (own === undefined || sumOf(own) === part.sum) continue;
    throw new BackfillError(
      'store-corrupt',
      `${placeOf({ series, period })} in ${url}: its rows are not those that were written: another hand changed them; see backfill doctor`,
      { ticker: series.ticker, scope: 'series' },
    );
  }
}

/** All rows of a part; undefined where they were not all read, or nothing is known of what they must be. */
function wholeOf(
  { interval }: Series,
  { firstTs, lastTs, sum, knowledge }: Part,
  bars: StoredBars,
  { from, to }: SeriesRead['barsOf'],
): StoredBars | undefined {
  if (sum === undefined || firstTs === null || lastTs === null) return undefined;
  const dayOf = sessionDateOf(interval, calendarById(knowledge.calendar));
  if (dayOf(firstTs) < from || dayOf(lastTs) >= to) return undefined;
  return slice(bars, firstAt(bars, firstTs), firstAt(bars, lastTs + 1));
}
