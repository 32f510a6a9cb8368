import type { Bars } from '../bars/columns.ts';
import { sessionDateOf } from '../bars/partition.ts';
import type { Calendar } from '../calendar/calendar.ts';
import { roomOf } from '../calendar/session-room.ts';
import type { Day } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';
import { STEADY_NEIGHBOURS, around, median } from './short-sessions.ts';

/** A bar that was joined of finer rows, of which some did not come or tell nothing: nobody traded then, or they are lost. */
export interface PartialBar {
  /** Stamp of the bar. */
  readonly ts: number;
  /** The part of its rows that did not come or tell nothing, above 0; 1 where none tells anything. */
  readonly lacks: number;
}

/** Of what trades in fewer than half of its rows some are missing anyway. */
const LIQUID = 0.5;

/** How full a session is: rows out of those that its hours have room for. */
interface Filling {
  readonly day: Day;
  readonly part: number;
}

/**
 * Sessions of bars, ascending, with a partial one, though most of the twenty sessions around them lack no row; where there
 * are fewer than four of these, though at least half of the rows of what there is came. What is thinly traded has none.
 */
export function sessionsInPart(
  bars: Bars,
  partial: readonly PartialBar[],
  { interval, calendar }: { readonly interval: Interval; readonly calendar: Calendar },
): Day[] {
  if (partial.length === 0) return [];
  const sessionOf = sessionDateOf(interval, calendar);
  const lacks = new Map(partial.map((one) => [one.ts, one.lacks]));
  const whole = new Map<Day, number>();
  const inPart = new Set<Day>();
  for (const ts of bars.ts) {
    const day = sessionOf(ts);
    const lacking = lacks.get(ts) ?? 0;
    whole.set(day, (whole.get(day) ?? 0) + 1 - lacking);
    if (lacking > 0) inPart.add(day);
  }
  const fillings = [...whole]
    .filter(([day]) => calendar.isSession(day))
    .map(([day, length]): Filling => ({
      day,
      part: length / roomOf(calendar.session(day), intervalMs(interval)),
    }));
  return fillings.flatMap(({ day, part }, i) => {
    if (!inPart.has(day)) return [];
    const others = around(fillings, i).map((filling) => filling.part);
    const isUnusual =
      others.length >= STEADY_NEIGHBOURS ? median(others) >= 1 : median([...others, part]) >= LIQUID;
    return isUnusual ? [day] : [];
  });
}
