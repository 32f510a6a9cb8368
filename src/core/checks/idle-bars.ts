import { type Bars, placeOf } from '../bars/columns.ts';
import { type JoinedBars, mergeBars } from '../bars/merge-bars.ts';
import { sessionDateOf } from '../bars/partition.ts';
import { roomOf } from '../calendar/session-room.ts';
import { grouped } from '../grouped.ts';
import { intervalMs } from '../session/interval.ts';
import type { Day } from '../session/day.ts';
import { type CheckedBars, withRejected } from './checks.ts';
import { hasIdle, isIdleAt } from './fillers.ts';
import { timeOf } from './intraday-oddities.ts';
import type { Oddity } from './oddity.ts';
import type { SeriesContext } from './plausibility.ts';

/** With fewer sessions there is no telling what is usual. */
const FEWEST_SESSIONS = 5;

/**
 * A session with so many of its bars, none of them idle, is a busy one, and a series of which so many sessions are is busy: of
 * 48,880 real intraday bars of such series (QuantConnect/Lean, Binance) none is idle.
 */
const NEARLY_ALL = 0.95;
const MOST_SESSIONS = 0.75;

/** One idle bar may be a quiet moment; so many in a row for so long are rows that a vendor made up, or a halt. */
const SHORTEST_RUN = 2;
const SHORTEST_MS = 30 * 60_000;

/**
 * Rejects idle intraday bars (open = high = low = close, no volume) in the place of stored ones with volume; and those that
 * are two or more in a row within a session, for half an hour or longer, in a series that trades in nearly every bar. Nothing
 * where no bar has volume, as of indices and currencies, and in the latter case where the calendar is a guess.
 */
export function rejectIdle(checked: CheckedBars, context: SeriesContext): CheckedBars {
  const { accepted } = checked;
  if (context.interval === '1d' || !hasIdle(accepted)) return checked;
  const { known } = context;
  const runs = longRuns(accepted, context);
  return withRejected(checked, (i) => {
    if (!isIdleAt(accepted, i)) return null;
    const ts = accepted.ts[i] as number;
    const volume = known.volume[placeOf(known, ts)] ?? 0;
    if (volume > 0) return `flat and without volume, where a bar with a volume of ${volume} is stored`;
    const length = runs.get(ts);
    return length === undefined
      ? null
      : `one of ${length} bars in a row at ${accepted.close[i]} without volume, in a series that trades in nearly every bar`;
  });
}

/**
 * Names judged idle intraday bars, one a session, in a series that trades in nearly every bar: fewer than are rejected may be
 * a halt, and are stored. Nothing of daily bars.
 */
export function idleBars({ bars, places }: JoinedBars, context: SeriesContext): Oddity[] {
  const { interval, calendar } = context;
  if (interval === '1d' || !hasIdle(bars)) return [];
  const sessionOf = sessionDateOf(interval, calendar);
  const idle = [...bars.ts.keys()].filter((i) => (places[i] as number) >= 0 && isIdleAt(bars, i));
  if (idle.length === 0 || !isBusy(bars, sessionOf, context)) return [];
  return [...grouped(idle, (i) => sessionOf(bars.ts[i] as number))].flatMap(([session, [first, ...more]]) => {
    if (first === undefined) return [];
    const ts = bars.ts[first] as number;
    const others = more.length === 0 ? '' : ` (and ${more.length} more of the session)`;
    const note = `the bar of ${timeOf(ts)} is flat at ${bars.close[first]} and without volume${others}, in a series that trades in nearly every bar`;
    return [{ kind: 'idle' as const, session, ts, note }];
  });
}

/** Length of the long idle run of each stamp that is in one; none where the series is not busy. */
function longRuns(accepted: Bars, context: SeriesContext): Map<number, number> {
  const lengths = new Map<number, number>();
  const series = mergeBars(context.known, accepted);
  const sessionOf = sessionDateOf(context.interval, context.calendar);
  if (!isBusy(series, sessionOf, context)) return lengths;
  const shortest = Math.max(SHORTEST_RUN, SHORTEST_MS / barMs(context));
  for (let from = 0; from < series.length;) {
    let to = from;
    while (isIdleAt(series, to) && isOfRun(series, from, to, sessionOf)) to++;
    if (to - from >= shortest) for (const ts of series.ts.subarray(from, to)) lengths.set(ts, to - from);
    from = Math.max(to, from + 1);
  }
  return lengths;
}

function isOfRun({ ts, close }: Bars, from: number, at: number, sessionOf: (ts: number) => Day): boolean {
  return close[at] === close[from] && sessionOf(ts[at] as number) === sessionOf(ts[from] as number);
}

function barMs({ interval, rowMs }: SeriesContext): number {
  return rowMs ?? intervalMs(interval);
}

/** Whether most sessions have nearly all of their bars, and none that is idle. */
function isBusy(series: Bars, sessionOf: (ts: number) => Day, context: SeriesContext): boolean {
  const { calendar } = context;
  if (calendar.advisory) return false;
  const traded = new Map<Day, number>();
  for (let i = 0; i < series.length; i++) {
    const day = sessionOf(series.ts[i] as number);
    const counted = isIdleAt(series, i) ? Number.NEGATIVE_INFINITY : Number((series.volume[i] as number) > 0);
    traded.set(day, (traded.get(day) ?? 0) + counted);
  }
  const sessions = [...traded].filter(([day]) => calendar.isSession(day));
  const busy = sessions.filter(
    ([day, bars]) => bars >= roomOf(calendar.session(day), barMs(context)) * NEARLY_ALL,
  );
  return sessions.length >= FEWEST_SESSIONS && busy.length >= sessions.length * MOST_SESSIONS;
}
