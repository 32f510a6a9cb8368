import { calendarById } from '../core/calendar/calendars.ts';
import { type DayRange, startOfDay } from '../core/session/day.ts';
import { type Interval, intervalMs } from '../core/session/interval.ts';
import { contains } from '../core/session/ranges.ts';
import { isComplete, type Listing, type Market, type MarketRow } from './market.ts';
import { asOneBar, barEnd } from '../core/bars/session-grid.ts';

const MINUTE_MS = 60_000;

/**
 * What a market has traded by `now` (ms since the epoch) of the session that is open then: the daily bar of its whole
 * minutes, or the intraday bars that are complete. Empty where no session is open or it lies outside `[from, to)`.
 */
export function rowsSoFar(
  market: Market,
  { ticker, calendar: id }: Listing,
  interval: Interval,
  range: DayRange,
  now: number,
): readonly MarketRow[] {
  const calendar = calendarById(id);
  const day = calendar.sessionAt(now);
  if (day === undefined || !contains([range], day)) return [];
  const session = calendar.session(day);
  const isDaily = interval === '1d';
  const lengthMs = isDaily ? MINUTE_MS : intervalMs(interval);
  const whole = market
    .rows(ticker, isDaily ? '1m' : interval, { from: day, to: day + 1 })
    .filter(({ ts }) => barEnd(session, ts, lengthMs) <= now);
  if (!isDaily) return whole;
  const bar = asOneBar(whole.filter(isComplete), startOfDay(day));
  return bar === undefined ? [] : [bar];
}
