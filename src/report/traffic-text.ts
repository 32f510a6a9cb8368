import type { RequestsBy } from '../backfill/settle/requests-by.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import type { TrafficRates } from '../backfill/run/traffic-rates.ts';
import type { TrafficCounts } from '../backfill/runner.ts';
import { formatBytes, formatCount } from './table.ts';

/**
 * How many requests brought what they asked for, how many were refused for their pace, and how much came; undefined where none
 * was sent. All is said of all only, and none of none.
 */
function trafficText({
  sent,
  successRate,
  throttleRate,
  bytesReceived,
}: Pick<TrafficCounts, 'sent' | 'bytesReceived'> & TrafficRates): string | undefined {
  if (successRate === null || throttleRate === null) return undefined;
  const success = (Math.floor(1000 * successRate) / 10).toFixed(1);
  const throttled = (Math.ceil(1000 * throttleRate) / 10).toFixed(1);
  const received = bytesReceived > 0 ? `  Received: ${formatBytes(bytesReceived)}` : '';
  return `Sent: ${formatCount(sent)}  Success: ${success}%  Throttled: ${throttled}%${received}`;
}

/** What requests beyond the plan are called, and those of it that were not sent. */
const BESIDES: Readonly<Record<Exclude<keyof RequestsBy, 'priced'>, string>> = {
  added: 'Besides the plan',
  before: 'By the planner before',
  pages: 'More pages or lists',
  isolation: 'Lists split',
  secondAsks: 'Asked in doubt',
  retries: 'Retries',
  throttled: 'After throttles',
  notSent: 'Not sent',
};

/** Why more or fewer requests were sent than were priced: `Priced: 37  Retries: 2`; undefined where they were those. */
function pricedText(by: RequestsBy): string | undefined {
  const others = Object.entries(BESIDES).flatMap(([name, title]) => {
    const count = by[name as keyof RequestsBy] ?? 0;
    return count > 0 ? [`${title}: ${formatCount(count)}`] : [];
  });
  return others.length === 0 ? undefined : [`Priced: ${formatCount(by.priced)}`, ...others].join('  ');
}

/** Both of them; none where nothing was sent. */
export function trafficTexts(
  summary: Parameters<typeof trafficText>[0] & Pick<RunSummary, 'requestsBy'>,
): string[] {
  const traffic = trafficText(summary);
  return traffic === undefined ? [] : [traffic, ...[pricedText(summary.requestsBy) ?? []].flat()];
}
