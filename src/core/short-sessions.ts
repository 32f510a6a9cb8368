import { type Ohlcv, mergeBars } from './bars.ts';
import type { Calendar } from './calendar/calendar.ts';
import { roomOf } from './calendar/session-room.ts';
import type { Day } from './day.ts';
import type { Interval } from './interval.ts';
import { sessionDateOf } from './partition.ts';

/** Sessions that tell what is usual: the last ones before, or where there are too few, those around. */
const NEIGHBOURS = 20;

/** Fewer than half of the usual bars are a part of a session. */
const SHORT = 0.5;

/** What trades in fewer than half of its bars anyway has quiet days by chance. */
const LIQUID = 0.5;

/** What sessions are held against. */
interface ShortContext {
  readonly interval: Interval;
  readonly calendar: Calendar;
  /** Stored bars around, ascending. */
  readonly known: readonly Ohlcv[];
}

/** A session and how full it is: bars out of those that its hours have room for. */
interface Filling {
  readonly day: Day;
  readonly part: number;
}

/**
 * Sessions of the given intraday bars (ascending) that hold fewer than half of the bars that the series' own twenty sessions
 * before them do, each by its own hours. None of daily bars, where the calendar is a guess, and of what hardly trades.
 */
export function shortSessions(bars: readonly Ohlcv[], { interval, calendar, known }: ShortContext): Day[] {
  if (interval === '1d' || calendar.advisory) return [];
  const sessionOf = sessionDateOf(interval, calendar);
  const given = new Set(bars.map(({ ts }) => sessionOf(ts)));
  const counts = new Map<Day, number>();
  for (const { ts } of mergeBars(known, bars))
    counts.set(sessionOf(ts), (counts.get(sessionOf(ts)) ?? 0) + 1);
  const fillings: Filling[] = [...counts]
    .filter(([day]) => calendar.isSession(day))
    .map(([day, count]) => ({ day, part: count / roomOf(calendar.session(day), interval) }));
  return fillings.flatMap(({ day, part }, i) => {
    if (!given.has(day)) return [];
    const before = fillings.slice(Math.max(0, i - NEIGHBOURS), i);
    const after = fillings.slice(i + 1, i + 1 + NEIGHBOURS - before.length);
    const usual = median([...before, ...after].map((filling) => filling.part));
    return usual >= LIQUID && part < usual * SHORT ? [day] : [];
  });
}

/** 0 for none, by which nothing is short. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
