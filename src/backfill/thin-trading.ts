import type { Ohlcv } from '../core/bars.ts';
import type { Day } from '../core/day.ts';
import { sessionDateOf } from '../core/partition.ts';
import type { CheckedAnswer } from './learn-from.ts';

/** Traded value a session, in the listing's currency, below which a session may well pass without a trade. */
const THIN_VALUE = 250_000;

/** Sessions on either side that the usual value is taken from, and how near the next ones with a bar must be. */
const NEIGHBOURS = 10;
const NEAREST = 5;

/** Around the clock, or without volumes, a session without a bar is never for want of trades. */
const CALENDARS_WITHOUT: ReadonlySet<string> = new Set(['24-7', '24-5-FX']);

/**
 * Tells of a session without a bar whether nobody traded: bars on both sides, and the instrument is illiquid around it.
 * Of one that usually trades for more, a session without a bar is the vendor's hole.
 */
export function isThinlyTraded(
  { task, calendar, accepted, known }: CheckedAnswer,
  present: ReadonlySet<Day>,
): (session: Day) => boolean {
  if (task.series.interval !== '1d' || CALENDARS_WITHOUT.has(calendar.id)) return () => false;
  const sessionOf = sessionDateOf(task.series.interval, calendar);
  const stored = known.filter(({ ts }) => !present.has(sessionOf(ts)));
  const bars = [...stored, ...accepted].toSorted((a, b) => a.ts - b.ts);
  const days = bars.map(({ ts }) => sessionOf(ts));
  return (session) => {
    const next = firstAfter(days, session);
    const [before, after] = [days[next - 1], days[next]];
    if (before === undefined || after === undefined) return false;
    const isNear =
      calendar.sessions({ from: before + 1, to: session }).length < NEAREST &&
      calendar.sessions({ from: session + 1, to: after }).length < NEAREST;
    return isNear && medianValue(bars.slice(Math.max(0, next - NEIGHBOURS), next + NEIGHBOURS)) < THIN_VALUE;
  };
}

/** Index of the first day after a session. */
function firstAfter(days: readonly Day[], session: Day): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] ?? 0) <= session) low = middle + 1;
    else high = middle;
  }
  return low;
}

function medianValue(bars: readonly Ohlcv[]): number {
  const values = bars.map(({ close, volume }) => close * volume).toSorted((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
