import { type Coverage, provisionalAt } from '../../core/coverage/coverage.ts';
import type { DayRange } from '../../core/session/day.ts';
import { INTERVALS, type Interval } from '../../core/session/interval.ts';
import { intersect, subtract } from '../../core/session/ranges.ts';
import { offlineCapabilities } from '../../providers/offline/capabilities.ts';
import type { Capabilities } from '../../providers/provider.ts';

/** What longer bars are derived from. */
export const DERIVED_FROM: Interval = '1m';

const offline = offlineCapabilities(`derived-${DERIVED_FROM}`, false);

/** What can be made of the store's own bars of one minute. Whatever is made, as many of those are read. */
export const derivedCapabilities: Capabilities = {
  ...offline,
  intervals: Object.fromEntries(
    INTERVALS.filter((interval) => interval !== DERIVED_FROM).map((interval) => [
      interval,
      offline.intervals[DERIVED_FROM],
    ]),
  ),
  actions: false,
  listsTickers: false,
};

/**
 * The days of a range of which longer bars are made, by what is known of the minutes: final and whole. Of a session whose rows
 * were rejected in part they would be wrong. `now`: ms since the epoch.
 */
export function derivableDays(minutes: Coverage, range: DayRange, now: number): DayRange[] {
  const { present, lacking = [] } = minutes;
  return intersect(subtract(subtract(present, provisionalAt(minutes, now)), lacking), [range]);
}

/** The same of bars that a provider gives: they are wanted once those are final, as far back as those are. */
export function derivedFrom({
  intervals,
  usualRange,
}: Pick<Capabilities, 'intervals' | 'usualRange'>): Capabilities {
  const settleDelayMs = intervals[DERIVED_FROM]?.settleDelayMs ?? 0;
  const limits = Object.entries(derivedCapabilities.intervals).map(([interval, its]) => [
    interval,
    { ...its, settleDelayMs },
  ]);
  return {
    ...derivedCapabilities,
    intervals: Object.fromEntries(limits) as Capabilities['intervals'],
    ...(usualRange && { usualRange }),
  };
}
