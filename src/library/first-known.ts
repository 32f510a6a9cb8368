import type { Day } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';

/** From which day on something is known of a series. */
export interface KnownFrom {
  /** Calendar id. */
  readonly calendar: string;
  readonly interval: Interval;
  readonly from: Day;
}

/** From which day on a series of a calendar (its id) and interval would be known; undefined: nobody can tell. */
export type FirstKnown = (calendar: string, interval: Interval) => Day | undefined;

/**
 * Of a series of which nothing is stored: from the first day that is known of any of its calendar and interval, else of its
 * interval, else of its calendar. So it weighs what it would weigh beside the others.
 */
export function firstKnown(series: Iterable<KnownFrom>): FirstKnown {
  const first = new Map<string, Day>();
  for (const { calendar, interval, from } of series)
    for (const key of [`${calendar} ${interval}`, interval, calendar])
      first.set(key, Math.min(first.get(key) ?? from, from));
  return (calendar, interval) =>
    first.get(`${calendar} ${interval}`) ?? first.get(interval) ?? first.get(calendar);
}
