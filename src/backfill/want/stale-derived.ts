import { isSplit } from '../../core/bars/bars.ts';
import { type StoredBars, keep, slice, sourceAt, sourcesIn } from '../../core/bars/columns.ts';
import { volumeStepOf, volumeSteps } from '../../core/bars/compare.ts';
import { firstOfDay, periodRange, periodsOf, sessionDateOf } from '../../core/bars/partition.ts';
import { calendarById } from '../../core/calendar/calendars.ts';
import { type StaleSession, staleSessions } from '../../core/checks/stale-bars.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { contains, intersect } from '../../core/session/ranges.ts';
import { derivedBars } from '../../market/derived-bars.ts';
import type { BarStore } from '../../store/store.ts';
import { DERIVED_FROM, derivableDays, derivedCapabilities } from './derived.ts';

/** Stored bars of one interval, perhaps derived. */
export interface PerhapsDerived {
  readonly interval: Interval;
  readonly stored: StoredBars;
}

/** Whether some of stored bars are derived. */
function areDerived(stored: StoredBars): boolean {
  return sourcesIn(stored).includes(derivedCapabilities.id);
}

/**
 * The sessions of days in which stored bars are not what would be derived now: the minutes that they were made of have
 * changed. By the bars that are given, in their order. Sessions of which nothing can be derived now are left out, as with
 * minutes that are damaged. `now`: ms since the epoch.
 */
export async function staleDerived(
  store: BarStore,
  ticker: string,
  perhaps: readonly PerhapsDerived[],
  days: readonly DayRange[],
  now: number,
): Promise<StaleSession[][]> {
  const stale: StaleSession[][] = perhaps.map(() => []);
  if (!perhaps.some(({ stored }) => areDerived(stored))) return stale;
  // A file of minutes at a time.
  const parts = periodsOf(DERIVED_FROM, days).flatMap((period) => intersect(days, [periodRange(period)]));
  for (const part of parts) {
    const { content, actions } = await store.edit({ ticker, interval: DERIVED_FROM }, part);
    if (content === undefined) continue;
    const calendar = calendarById(content.calendar);
    const derivable = derivableDays(content.coverage, part, now);
    const steps = volumeSteps(actions.entries.map(({ action }) => action).filter(isSplit));
    for (const [i, { interval, stored }] of perhaps.entries()) {
      const sessionOf = sessionDateOf(interval, calendar);
      const [from, to] = [part.from, part.to].map((day) => firstOfDay(stored, sessionOf, day)) as [
        number,
        number,
      ];
      const near = slice(stored, from, to);
      const its = keep(near, (at) => contains(derivable, sessionOf(near.ts[at] as number)));
      if (!areDerived(its)) continue;
      const made = derivedBars({ bars: content.bars, calendar, days: derivable, interval });
      const isMade = (at: number): boolean => sourceAt(its, at) === derivedCapabilities.id;
      const stepAt = (ts: number): number => volumeStepOf(steps, sessionOf(ts));
      for (const one of staleSessions({ stored: its, made, isMade, sessionOf, stepAt })) stale[i]?.push(one);
    }
  }
  return stale;
}
