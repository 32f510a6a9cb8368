import type { Capabilities, IntervalCapability } from '../provider.ts';

/** Offline sources have no limits, and what they have is final when its session closes. */
const UNLIMITED: IntervalCapability = {
  maxSpanDays: null,
  lookBackDays: null,
  requestsPerSpan: 1,
  settleDelayMs: 0,
};

/** Capabilities of a provider that reads from this machine alone. */
export function offlineCapabilities(id: string, needsUrl: boolean): Capabilities {
  return {
    id,
    intervals: { '1m': UNLIMITED, '5m': UNLIMITED, '15m': UNLIMITED, '1h': UNLIMITED, '1d': UNLIMITED },
    maxInFlight: null,
    defaultInFlight: 8,
    metered: false,
    quotas: [],
    actions: true,
    listsTickers: true,
    needsUrl,
  };
}
