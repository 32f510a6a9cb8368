import type { TrafficRates } from '../backfill/run/traffic-rates.ts';
import type { TrafficCounts } from '../backfill/runner.ts';
import { formatCount } from './table.ts';

/**
 * How many requests brought what they asked for, and how many were refused for their pace; undefined where none was sent. All
 * is said of all only, and none of none.
 */
export function trafficText({
  sent,
  retries,
  successRate,
  throttleRate,
}: Omit<TrafficCounts, 'succeeded' | 'throttles'> & TrafficRates): string | undefined {
  if (successRate === null || throttleRate === null) return undefined;
  const success = (Math.floor(1000 * successRate) / 10).toFixed(1);
  const throttled = (Math.ceil(1000 * throttleRate) / 10).toFixed(1);
  return `Sent: ${formatCount(sent)}  Success: ${success}%  Throttled: ${throttled}%${retries > 0 ? `  Asked again: ${formatCount(retries)}` : ''}`;
}
