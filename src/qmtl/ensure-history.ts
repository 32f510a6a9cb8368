import type { HistoryProvider, NodeSeries } from './history-provider.ts';
import { secondsOf } from './intervals.ts';
import { gapsIn } from './time-ranges.ts';

/**
 * Has a range complete by whatever a provider has for that: `ensureRange`; else `fillMissing` for what `coverage` lacks; else
 * `fillMissing` for all of it; else nothing is done. Seconds since the epoch, both ends inclusive.
 */
export async function ensureHistory(
  provider: HistoryProvider,
  start: number,
  end: number,
  of: NodeSeries,
): Promise<void> {
  if (provider.ensureRange !== undefined) return provider.ensureRange(start, end, of);
  if (provider.fillMissing === undefined) return;
  const known = (await provider.coverage?.(of)) ?? [];
  const gaps = gapsIn({ start, end }, known, secondsOf(of.interval));
  for (const gap of gaps) await provider.fillMissing(gap.start, gap.end, of);
}
