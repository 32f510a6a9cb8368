import type { Capabilities } from '../../../src/providers/provider.ts';

/** What the modules of these tests can do. */
export const CAPABILITIES = {
  id: 'own',
  intervals: { '1d': { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, settleDelayMs: 0 } },
  maxInFlight: null,
  defaultInFlight: 4,
  metered: true,
  quotas: [],
  actions: false,
  listsTickers: false,
  needsUrl: false,
} satisfies Capabilities;

/** A module that exports steps which give nothing, or, without a `head`, these alone. */
export function moduleText(head = 'export default', capabilities = JSON.stringify(CAPABILITIES)): string {
  return `${head} {
    capabilities: ${capabilities},
    request: () => ({ url: new URL('http://127.0.0.1:1'), headers: {} }),
    parse: () => ({ parts: [], state: null, hasMore: false }),
    end: () => [],
  }`;
}
