import { MS_PER_DAY } from '../../core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../core/session/interval.ts';
import type { Capabilities, IntervalCapability } from '../provider.ts';

/** What such a source has is final when its session closes. `mostRows`: of one piece of intraday bars; null: no limit. */
function limitsOf(interval: Interval, mostRows: number | null): IntervalCapability {
  const isWhole = mostRows === null || interval === '1d';
  return {
    maxSpanDays: isWhole ? null : Math.floor((mostRows * intervalMs(interval)) / MS_PER_DAY),
    lookBackDays: null,
    requestsPerSpan: 1,
    settleDelayMs: 0,
  };
}

/** Capabilities of a provider that reads from this machine alone, long series in pieces of so many rows (null: at once). */
export function offlineCapabilities(id: string, needsUrl: boolean, mostRows: number | null): Capabilities {
  const limits = INTERVALS.map((interval) => [interval, limitsOf(interval, mostRows)]);
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
