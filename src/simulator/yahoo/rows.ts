import type { Session } from '../../core/calendar/calendar.ts';
import { type Day, type DayRange, utcDayOf } from '../../core/session/day.ts';
import { type Interval, intervalMs } from '../../core/session/interval.ts';
import { isComplete, type MarketRow } from '../../market/market.ts';
import { asOneBar, barEnd } from '../../core/bars/session-grid.ts';
import type { Instrument } from './instrument.ts';
import type { ChartQuery } from './query.ts';

/** A bar of the answer, still as traded. */
export interface ChartRow {
  /** Seconds since the epoch. */
  readonly stamp: number;
  readonly session: Day;
  readonly row: MarketRow;
}

/** A bar of a session with its time, `[start, end)`, in ms since the epoch. */
interface TimedRow {
  readonly session: Session;
  readonly start: number;
  readonly end: number;
  readonly row: MarketRow;
}

const MINUTE_MS = 60_000;

/** The longest time between an instant and the midnights of its date in any zone, in seconds. */
const DAY_SECONDS = 86_400;

/** No market is older than this: 1800-01-01, in seconds. */
const EARLIEST = -5_364_662_400;

/**
 * Bars that answer a query: all that overlap `[period1, period2]`, so that a bar which starts exactly at `period2` is
 * among them. A bar that is still being traded comes last, as far as it got, stamped with the current second.
 */
export function chartRows(instrument: Instrument, query: ChartQuery): ChartRow[] {
  const { now } = instrument;
  const nowSeconds = Math.floor(now / 1000);
  const period1 = Math.max(query.period1, EARLIEST);
  const period2 = Math.min(query.period2, nowSeconds + DAY_SECONDS);
  const rows: ChartRow[] = [];
  for (const { session, start, end, row } of timedRows(instrument, query.interval, {
    from: instrument.calendar.localDay(period1 * 1000) - 1,
    to: instrument.calendar.localDay(period2 * 1000) + 2,
  })) {
    if (start >= now || end <= period1 * 1000 || start > period2 * 1000) continue;
    if (end <= now) rows.push({ stamp: start / 1000, session: session.day, row });
    else if (nowSeconds <= period2) {
      const soFar = rowSoFar(instrument, session.day, start);
      if (soFar !== undefined) rows.push({ stamp: nowSeconds, session: session.day, row: soFar });
    }
  }
  return rows;
}

/** What was traded today since `start` (ms since the epoch), by whole minutes; undefined if nothing. */
export function rowSoFar(
  { market, listing, now }: Instrument,
  day: Day,
  start: number,
): MarketRow | undefined {
  const minutes = market
    .rows(listing.ticker, '1m', { from: day, to: day + 1 })
    .filter(isComplete)
    .filter(({ ts }) => ts >= start && ts + MINUTE_MS <= now);
  return asOneBar(minutes, start);
}

/** Rows of a range that belong to a session: the wire has no others. */
function timedRows(
  { market, listing, calendar }: Instrument,
  interval: Interval,
  range: DayRange,
): TimedRow[] {
  const length = intervalMs(interval);
  let session: Session | undefined;
  return market.rows(listing.ticker, interval, range).flatMap((row) => {
    const day = interval === '1d' ? utcDayOf(row.ts) : calendar.localDay(row.ts);
    if (session?.day !== day) session = calendar.isSession(day) ? calendar.session(day) : undefined;
    if (session === undefined) return [];
    if (interval === '1d') return [{ session, start: session.open, end: session.close, row }];
    return [{ session, start: row.ts, end: barEnd(session, row.ts, length), row }];
  });
}
