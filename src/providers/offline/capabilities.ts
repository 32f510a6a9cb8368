import { MS_PER_DAY } from '../../core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Capabilities, IntervalCapability } from '../provider.ts';

/** Rows of a piece of intraday bars: a thread holds so many at a time, however long a series is. */
export const PIECE_ROWS = 65_536;

/** What such a source has is final when its session closes. */
function limitsOf(interval: Interval): IntervalCapability {
  const mostDays = Math.floor((PIECE_ROWS * intervalMs(interval)) / MS_PER_DAY);
  return {
    maxSpanDays: interval === '1d' ? null : mostDays,
    lookBackDays: null,
    requestsPerSpan: 1,
    settleDelayMs: 0,
  };
}

/** Capabilities of a provider that reads from this machine alone, long series in pieces. */
export function offlineCapabilities(id: string, needsUrl: boolean): Capabilities {
  const limits = INTERVALS.map((interval) => [interval, limitsOf(interval)]);
  return {
    id,
    intervals: Object.fromEntries(limits),
    maxInFlight: null,
    defaultInFlight: 8,
    metered: false,
    quotas: [],
    actions: true,
    listsTickers: true,
    needsUrl,
  };
}
