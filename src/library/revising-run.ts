import type { Bar } from '../core/bars/bars.ts';
import { vendorOf } from '../core/bars/vendor.ts';
import { recordedRuns } from '../backfill/run/run-record.ts';
import type { BarStore } from '../store/store.ts';

/** Runs whose records are looked at. */
const LAST_RUNS = 500;

/**
 * Tells by which run on record a bar was fetched: the one that was going on then, and that asked its source where several
 * were. Null for none of the last 500.
 */
export async function runsBySpan(
  store: Pick<BarStore, 'readRuns'>,
): Promise<(bar: Pick<Bar, 'fetchedAt' | 'source'>) => string | null> {
  const runs = await recordedRuns(store, LAST_RUNS);
  const known = new Map<string, string | null>();
  return ({ fetchedAt, source }) => {
    const key = `${fetchedAt} ${source}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const going = runs.filter(({ startedAt, endedAt }) => startedAt <= fetchedAt && fetchedAt <= endedAt);
    const run = going.find(({ provider }) => provider === vendorOf(source)) ?? going[0];
    known.set(key, run?.id ?? null);
    return run?.id ?? null;
  };
}
