import { type Series, seriesKey } from '../../core/bars/bars.ts';
import type { Calendar } from '../../core/calendar/calendar.ts';
import type { WantedSeries } from '../../core/plan/gaps.ts';
import { reachedFrom } from '../../core/plan/limits.ts';
import type { DayRange } from '../../core/session/day.ts';
import { intersect, union } from '../../core/session/ranges.ts';
import type { Capabilities } from '../../providers/provider.ts';
import { type Scan, unreadableIn } from '../../store/scan.ts';

/**
 * What is wanted, and besides what was lost of it with damaged files, whatever range is asked for: it was there, so that a
 * nightly run of a few days heals what it finds. Not what the provider does not reach: who does not ask for that need not
 * hear of it anew each time.
 */
export function withLostDays(
  wanted: readonly WantedSeries[],
  scan: Scan,
  capabilities: Capabilities,
  now: number,
): readonly WantedSeries[] {
  const lost = lostDays(scan);
  if (lost.size === 0) return wanted;
  return wanted.map((one) => {
    const days = lost.get(seriesKey(one.series));
    if (days === undefined) return one;
    return { ...one, besides: intersect(days, [reachOf(one.series, one.calendar, capabilities, now)]) };
  });
}

/** What is lost with damaged files, as far as anybody knows, by series. */
export function lostDays(scan: Scan): Map<string, readonly DayRange[]> {
  const lost = new Map<string, readonly DayRange[]>();
  for (const { path, ticker, interval } of unreadableIn(scan)) {
    const held = scan.held?.get(path) ?? [];
    const key = seriesKey({ ticker, interval: interval ?? '1d' });
    // Corporate actions come with the daily bars that cannot be read without them.
    const days = interval === null ? intersect(held, scan.series.get(key)?.coverage.present ?? []) : held;
    if (days.length > 0) lost.set(key, union(lost.get(key) ?? [], days));
  }
  return lost;
}

/** The sessions that are final and that a provider reaches. */
function reachOf(
  { ticker, interval }: Series,
  calendar: Calendar,
  { intervals }: Capabilities,
  now: number,
): DayRange {
  const { settleDelayMs = 0, ...limits } = intervals[interval] ?? { lookBackDays: null };
  return {
    from: reachedFrom(limits, ticker, calendar, now),
    to: calendar.lastSettled(now, settleDelayMs) + 1,
  };
}
