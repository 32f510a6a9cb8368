import { BarBuilder, rowsOf } from '../core/bars/bar-builder.ts';
import type { CorporateAction, Ohlcv } from '../core/bars/bars.ts';
import { type Bars, NO_BARS, slice } from '../core/bars/columns.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import type { PartialBar } from '../core/checks/partial-bars.ts';
import type { SeriesContext } from '../core/checks/plausibility.ts';
import { soundRows } from '../core/checks/sound-bars.ts';
import { untoldRows } from '../core/checks/untold-rows.ts';
import { type Day, startOfDay } from '../core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../core/session/interval.ts';
import { asOneBar, barEnd, barStart } from '../core/bars/session-grid.ts';
import type { BarAnswer, UnusableRow } from './provider.ts';

/** What rows of a provider are joined to, and what they are judged by. */
export interface Joining {
  /** Of the joined bars. */
  readonly interval: Interval;
  /** Length of the rows, in ms, that a bar of the interval has several of. */
  readonly rowMs: number;
  readonly calendar: Calendar;
  /** Splits and dividends of the instrument, in any order. */
  readonly actions: readonly CorporateAction[];
  /** What the instrument is (`typeOf`). */
  readonly type: string | null;
  /** Last session whose bars are final: of later ones rows are still to come. */
  readonly settled: Day;
}

/**
 * Rows of sessions, in any order, each on the session's grid of `rowMs`, joined to longer bars. They pass the checks of bars
 * before: once they are joined nothing shows of one that is wrong. A bar of which a row was rejected is none, and the row is
 * `unusable`. `partial`: the final ones of which a row did not come, or came and tells nothing (`untoldRows`). What comes twice
 * counts once.
 */
export function joinRows(
  rows: Bars,
  joining: Joining,
): Required<Pick<BarAnswer, 'bars' | 'unusable' | 'partial'>> {
  const { interval, calendar, rowMs, settled } = joining;
  const finer = INTERVALS.findLast((one) => intervalMs(one) <= rowMs) ?? interval;
  const context: SeriesContext = { ...joining, interval: finer, known: NO_BARS };
  const { accepted, rejected } = soundRows(rows, context);
  const untold = untoldRows(accepted, context);
  const startOf = (ts: number): number => {
    const day = calendar.localDay(ts);
    return interval === '1d' ? startOfDay(day) : barStart(calendar.session(day), ts, intervalMs(interval));
  };
  const unusable = rejected.map(({ bar, reason }): UnusableRow => ({
    ...{ ts: startOf(bar.ts), reason },
    row: bar,
  }));
  const spoilt = new Set(unusable.map(({ ts }) => ts));
  const bars = new BarBuilder();
  const partial: PartialBar[] = [];
  for (let from = 0; from < accepted.length;) {
    const ts = startOf(accepted.ts[from] as number);
    let [to, told] = [from, 0];
    for (; to < accepted.length && startOf(accepted.ts[to] as number) === ts; to++)
      if (!untold.has(to)) told++;
    if (!spoilt.has(ts)) {
      const day = calendar.localDay(accepted.ts[from] as number);
      const lacks = 1 - told / rowsIn(ts, day, joining);
      bars.pushRow(asOneBar(rowsOf(slice(accepted, from, to)), ts) as Ohlcv);
      if (lacks > 0 && day <= settled && calendar.session(day).reliable) partial.push({ ts, lacks });
    }
    from = to;
  }
  return { bars: bars.bars(), unusable, partial };
}

/** Rows that the bar that starts at `ts` has room for. */
function rowsIn(ts: number, day: Day, { interval, calendar, rowMs }: Joining): number {
  const session = calendar.session(day);
  const ofBar =
    interval === '1d' ? session.close - session.open : barEnd(session, ts, intervalMs(interval)) - ts;
  return Math.ceil(ofBar / rowMs);
}
