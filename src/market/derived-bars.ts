import { BarBuilder } from '../core/bars/bar-builder.ts';
import type { Bars } from '../core/bars/columns.ts';
import { firstOfDay } from '../core/bars/partition.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { type Day, type DayRange, startOfDay } from '../core/session/day.ts';
import { type Interval, intervalMs } from '../core/session/interval.ts';
import { barStart } from '../core/bars/session-grid.ts';

/** What longer bars are made of, and which. */
export interface Derivation {
  /** Intraday, ascending. */
  readonly bars: Bars;
  readonly calendar: Calendar;
  /** The session dates that are made, `[from, to)` each, ascending. */
  readonly days: readonly DayRange[];
  /** A longer one than that of the bars. */
  readonly interval: Interval;
}

/**
 * Intraday bars joined to those of a longer interval: on the grid of each session, which begins at its open and again
 * after its lunch break and is cut short by its close; `1d`: one a session. A volume, and the number of trades, are known
 * where they are of every bar; the average price where it is of every bar with a volume.
 */
export function derivedBars({ bars, calendar, days, interval }: Derivation): Bars {
  const made = new BarBuilder();
  const dayOf = (ts: number): Day => calendar.localDay(ts);
  for (const range of days)
    for (const day of calendar.sessions(range)) {
      const session = calendar.session(day);
      const startOf = (ts: number): number =>
        interval === '1d' ? startOfDay(day) : barStart(session, ts, intervalMs(interval));
      const end = firstOfDay(bars, dayOf, day + 1);
      for (let from = firstOfDay(bars, dayOf, day); from < end;) {
        const start = startOf(bars.ts[from] as number);
        let to = from + 1;
        while (to < end && startOf(bars.ts[to] as number) === start) to++;
        pushJoined(made, start, bars, from, to);
        from = to;
      }
    }
  return made.bars();
}

/** Adds the bars that lie at `[from, to)` as one. */
function pushJoined(made: BarBuilder, start: number, bars: Bars, from: number, to: number): void {
  const { open, high, low, close, volume, vwap, trades } = bars;
  let [highest, lowest] = [high[from] as number, low[from] as number];
  let [shares, value, count] = [0, 0, 0];
  for (let i = from; i < to; i++) {
    highest = Math.max(highest, high[i] as number);
    lowest = Math.min(lowest, low[i] as number);
    const traded = volume[i] as number;
    shares += traded;
    if (traded !== 0) value += traded * (vwap?.[i] ?? Number.NaN);
    count += trades?.[i] ?? Number.NaN;
  }
  const average = shares > 0 ? value / shares : Number.NaN;
  made.push(start, open[from] as number, highest, lowest, close[to - 1] as number, shares, average, count);
}
