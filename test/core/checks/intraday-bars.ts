import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Interval, intervalMs } from '../../../src/core/session/interval.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { isTradingTime } from '../../../src/core/bars/session-grid.ts';
import type { RowContext } from '../rows.ts';

/** Five sessions in a row of any calendar, over a week-end where it has one. */
const DAYS = { from: parseDay('2025-03-06'), to: parseDay('2025-03-20') };

/** What some bars are bars of. */
export interface Grid {
  readonly calendar: Calendar;
  readonly interval: Interval;
}

export const gridOf = (calendar: string, interval: Interval): Grid => ({
  calendar: calendarById(calendar),
  interval,
});

/** The bars of five sessions, each a list, at prices about 100 that waver by a thousandth. */
export function fiveSessions({ calendar, interval }: Grid): Ohlcv[][] {
  return calendar
    .sessions(DAYS)
    .slice(0, 5)
    .map((day) => {
      const session = calendar.session(day);
      const length = intervalMs(interval);
      const room = Math.ceil((session.close - session.open) / length);
      return Array.from({ length: room }, (_, i) => session.open + i * length)
        .filter((ts) => isTradingTime(session, ts))
        .map((ts, i) => barAt(ts, 100 + ((i * 7) % 11) / 100));
    });
}

/** A bar that opens and closes about a price. */
export function barAt(ts: number, price: number): Ohlcv {
  const [open, close] = [price, price + 0.02];
  return { ts, open, high: price + 0.05, low: price - 0.03, close, volume: 10, vwap: null, trades: null };
}

/** A bar with its prices times a factor. */
export function timesBar(bar: Ohlcv, factor: number): Ohlcv {
  const [open, high] = [bar.open * factor, bar.high * factor];
  return { ...bar, open, high, low: bar.low * factor, close: bar.close * factor };
}

/** The bars with those at `[from, to)` at another level. */
export function atLevel(bars: readonly Ohlcv[], from: number, to: number, factor: number): Ohlcv[] {
  return bars.map((bar, i) => (i >= from && i < to ? timesBar(bar, factor) : bar));
}

export function intraday(grid: Grid, change: Partial<RowContext> = {}): RowContext {
  return { ...grid, actions: [], known: [], ...change };
}
