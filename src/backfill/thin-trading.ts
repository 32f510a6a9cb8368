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

/** A row of an answer or of the store, by its session. */
interface Row {
  readonly day: Day;
  /** Close times volume; NaN where the volume is not known. */
  readonly value: number;
  /** Whether nobody traded it: it says nothing of the other rows of its run, and that those of other runs were idle. */
  readonly isFiller: boolean;
}

/**
 * Tells of a session without a bar whether nobody traded: its instrument is illiquid around it, and there are rows on
 * both sides, or a row of its own that stands for no trade. Of one that usually trades for more, a session without a bar
 * is the vendor's hole, and so is a run of invented rows.
 */
export function isThinlyTraded(checked: CheckedAnswer, present: ReadonlySet<Day>): (session: Day) => boolean {
  const { task, calendar } = checked;
  if (task.series.interval !== '1d' || CALENDARS_WITHOUT.has(calendar.id)) return () => false;
  const rows = rowsOf(checked, present);
  const days = rows.map(({ day }) => day);
  // An index has no volume on any day: that it had no trades says nothing.
  if (!rows.some(({ value }) => value > 0)) return () => false;
  return (session) => {
    const next = firstAfter(days, session);
    const own = rows[next - 1];
    const hasFiller = own?.day === session && own.isFiller;
    const last = hasFiller ? next - 2 : next - 1;
    const [before, after] = [days[last], days[next]];
    const isNear =
      before !== undefined &&
      after !== undefined &&
      calendar.sessions({ from: before + 1, to: session }).length < NEAREST &&
      calendar.sessions({ from: session + 1, to: after }).length < NEAREST;
    return (hasFiller || isNear) && medianValue(aroundRun(rows, last, next)) < THIN_VALUE;
  };
}

function rowsOf(
  { task, calendar, accepted, known, fillers }: CheckedAnswer,
  present: ReadonlySet<Day>,
): Row[] {
  const sessionOf = sessionDateOf(task.series.interval, calendar);
  const rowOf = ({ ts, close, volume }: Ohlcv, isFiller: boolean): Row => ({
    day: sessionOf(ts),
    value: volume === 0 ? 0 : Math.abs(close) * volume,
    isFiller,
  });
  return [
    ...known.filter(({ ts }) => !present.has(sessionOf(ts))).map((bar) => rowOf(bar, false)),
    ...accepted.map((bar) => rowOf(bar, false)),
    ...fillers.filter(({ bar }) => calendar.isSession(sessionOf(bar.ts))).map(({ bar }) => rowOf(bar, true)),
  ].toSorted((a, b) => a.day - b.day);
}

/** Up to ten rows on either side of a place between two rows, not counting the fillers that it lies among. */
function aroundRun(rows: readonly Row[], last: number, next: number): Row[] {
  let [end, start] = [last + 1, next];
  while (rows[end - 1]?.isFiller === true) end--;
  while (rows[start]?.isFiller === true) start++;
  return [...rows.slice(Math.max(0, end - NEIGHBOURS), end), ...rows.slice(start, start + NEIGHBOURS)];
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

/** Infinite where no row tells a value: what is not known to be little may be much. */
function medianValue(rows: readonly Row[]): number {
  const values = rows.flatMap(({ value }) => (Number.isNaN(value) ? [] : [value])).toSorted((a, b) => a - b);
  return values[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}
