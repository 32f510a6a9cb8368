import { type Bars, sourceAt } from '../../core/bars/columns.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import type { Day } from '../../core/session/day.ts';
import type { Received } from './received.ts';

const NONE: ReadonlySet<Day> = new Set();

/**
 * Sessions of an intraday series that stay as they are, since another source's bars of them are stored: no session is of two
 * sources. Only one that is asked for, and of which the answer has a bar for each stored one, becomes the answer's as a whole.
 */
export function sessionsOfOthers(
  { want, calendar, stored: { bars }, source }: Received,
  accepted: Bars,
  isAsked: (day: Day) => boolean,
): ReadonlySet<Day> {
  const { interval } = want.series;
  if (interval === '1d' || bars.source.names.every((name) => name === source)) return NONE;
  const sessionOf = sessionDateOf(interval, calendar);
  const answered = new Set(accepted.ts);
  const others = new Set<Day>();
  const whole = new Map<Day, boolean>();
  for (const [i, ts] of bars.ts.entries()) {
    const day = sessionOf(ts);
    if (sourceAt(bars, i) !== source) others.add(day);
    if (!answered.has(ts)) whole.set(day, false);
  }
  return new Set([...others].filter((day) => !isAsked(day) || whole.get(day) === false));
}

/** A line for each session that was asked for and stays another source's, of which the answer has bars. */
export function staysAnothers(
  { want, calendar, source }: Received,
  accepted: Bars,
  others: ReadonlySet<Day>,
  isAsked: (day: Day) => boolean,
): Oddity[] {
  if (others.size === 0) return [];
  const sessionOf = sessionDateOf(want.series.interval, calendar);
  const told = new Map<Day, number>();
  for (const ts of accepted.ts) {
    const day = sessionOf(ts);
    if (others.has(day) && isAsked(day) && !told.has(day)) told.set(day, ts);
  }
  const note = `its stored bars are another source's, and ${source} lacks some of them: all of them stay`;
  return [...told].map(([session, ts]) => ({ kind: 'sources-differ', session, ts, note }));
}
