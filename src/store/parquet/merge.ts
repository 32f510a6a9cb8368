import { type Bar, mergeBars, type Revision } from '../../core/bars.ts';
import { isSameBar } from '../../core/compare.ts';

/** Rows of a partition after an answer, and what that changed. */
export interface Merged {
  /** Ascending by `ts`. */
  readonly bars: readonly Bar[];
  /** Rows that were not there before. */
  readonly inserted: number;
  /** Rows that have other values now. */
  readonly replaced: readonly Revision[];
}

/**
 * Merges rows, each list ascending and unique by `ts`: the newer one wins, unless it says the same as the older.
 * `stepAt` gives to what step the newer volumes are known; 0 for exactly.
 */
export function mergeRows(
  older: readonly Bar[],
  newer: readonly Bar[],
  stepAt: (ts: number) => number,
): Merged {
  const olderByTs = new Map(older.map((bar) => [bar.ts, bar]));
  const replaced: Revision[] = [];
  const settled = newer.map((bar) => {
    const before = olderByTs.get(bar.ts);
    if (before === undefined) return bar;
    if (isSameBar(before, bar, stepAt(bar.ts))) return confirmed(before, bar);
    // A price that is corrected without a word of the volume leaves it as it was.
    const after = Number.isNaN(bar.volume) ? { ...bar, volume: before.volume } : bar;
    replaced.push({ before, after });
    return after;
  });
  const bars = mergeBars(older, settled);
  return { bars, inserted: bars.length - older.length, replaced };
}

/** A stored bar that a later fetch confirmed: its values stay, what it lacked is filled in. */
function confirmed(before: Bar, again: Bar): Bar {
  return {
    ...before,
    volume: Number.isNaN(before.volume) ? again.volume : before.volume,
    vwap: again.vwap ?? before.vwap,
    trades: again.trades ?? before.trades,
    fetchedAt: Math.max(before.fetchedAt, again.fetchedAt),
  };
}
