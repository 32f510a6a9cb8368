import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { StoredBars } from '../core/bars/columns.ts';
import { firstOfDay } from '../core/bars/partition.ts';
import { NOTHING_KNOWN } from '../core/coverage/coverage.ts';
import { BackfillError } from '../core/errors.ts';
import { daysText } from '../core/instrument/moved-part.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import { contains, intersect } from '../core/session/ranges.ts';
import type { BarStore } from '../store/store.ts';
import type { Reading } from './reading.ts';

/**
 * Stored bars of some days, as the scan of a reading knew of them: whoever reads part by part would take the rest for the whole.
 * Throws `store-corrupt` where sessions have no bar any more, be it that somebody removed them. What others wrote meanwhile is
 * read as it is now.
 */
export async function readAsScanned(store: BarStore, reading: Reading, days: DayRange): Promise<StoredBars> {
  const { series } = reading;
  const bars = await store.readBars(series, days);
  const lacking = sessionsWithout(bars, reading, days);
  if (lacking.length === 0) return bars;
  const { ticker, interval } = series;
  const { series: now } = await store.scan({ tickers: [ticker], intervals: [interval] });
  const { present } = now.get(seriesKey(series))?.coverage ?? NOTHING_KNOWN;
  const gone = lacking.filter((day) => !contains(present, day));
  if (gone.length > 0) throw vanished(series, gone);
  // It was being written, or a run of sessions goes over a day that was none when it was.
  return store.readBars(series, days);
}

/** Sessions of some days that have a bar by the scan, and none here. */
function sessionsWithout(
  bars: StoredBars,
  { state, calendar, sessionOf }: Reading,
  days: DayRange,
): readonly Day[] {
  const lacking: Day[] = [];
  let place = 0;
  const dayAt = (): Day => (place < bars.length ? sessionOf(bars.ts[place] as number) : Infinity);
  for (const run of intersect(state.coverage.present, [days]))
    for (const day of calendar.sessions(run)) {
      if (dayAt() < day) place = firstOfDay(bars, sessionOf, day, place);
      if (dayAt() === day) place++;
      else lacking.push(day);
    }
  return lacking;
}

function vanished(series: Series, days: readonly Day[]): BackfillError {
  const [from, last] = [days[0] as Day, days.at(-1) as Day];
  return new BackfillError(
    'store-corrupt',
    `${seriesKey(series)}: its bars ${daysText({ from, to: last + 1 })} were there when this read began, and are not any more; ` +
      'read again, and see backfill doctor if nobody removed them on purpose',
    { ticker: series.ticker },
  );
}
