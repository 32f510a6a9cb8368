import type { Ohlcv } from '../../src/core/bars/bars.ts';
import type { Calendar } from '../../src/core/calendar/calendar.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, parseDay, startOfDay } from '../../src/core/session/day.ts';
import type { RowContext } from './rows.ts';

export const XNYS: Calendar = calendarById('XNYS');

/** The sessions of New York from 2025-03-03, a Monday, on; the next holiday is 2025-04-18. */
export const SESSIONS: readonly Day[] = XNYS.sessions({
  from: parseDay('2025-03-03'),
  to: parseDay('2025-12-31'),
});

/** A daily bar that opens, stands and closes at a price, with volume. */
export function dayBar(day: Day, close: number, change: Partial<Ohlcv> = {}): Ohlcv {
  return {
    ts: startOfDay(day),
    open: close,
    high: close,
    low: close,
    close,
    volume: 1000,
    vwap: null,
    trades: null,
    ...change,
  };
}

/** Daily bars at these closes on consecutive sessions, the first one at an index of `SESSIONS`. */
export function dayBars(closes: readonly number[], at = 0, change: Partial<Ohlcv> = {}): Ohlcv[] {
  return closes.map((close, i) => dayBar(SESSIONS[at + i] ?? Number.NaN, close, change));
}

/** One-minute bars of a session at a price from its open on. */
export function minuteBars(day: Day, count: number, close: number, change: Partial<Ohlcv> = {}): Ohlcv[] {
  const { open } = XNYS.session(day);
  return Array.from({ length: count }, (_, i) => ({ ...dayBar(0, close, change), ts: open + i * 60_000 }));
}

export function context(change: Partial<RowContext> = {}): RowContext {
  return { interval: '1d', calendar: XNYS, actions: [], known: [], ...change };
}
