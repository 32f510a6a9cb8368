import type { Revision } from '../../../core/bars/bars.ts';
import { type StoredBars, storedBarAt } from '../../../core/bars/columns.ts';
import { isSameAt } from '../../../core/bars/compare.ts';
import { joinBars } from '../../../core/bars/merge-bars.ts';

/** Bars of a partition after an answer, and what that changed. */
export interface Merged {
  readonly bars: StoredBars;
  /** Bars that were not there before. */
  readonly inserted: number;
  /** Bars that have other values now. */
  readonly replaced: readonly Revision[];
}

/**
 * Merges an answer's bars with the stored ones: the newer bar wins, unless it says the same as the older. `stepAt` gives
 * to what step the newer volumes are known; 0 for exactly.
 */
export function mergeAnswer(older: StoredBars, newer: StoredBars, stepAt: (ts: number) => number): Merged {
  const { bars, places } = joinBars(older, newer);
  const replaced: Revision[] = [];
  // Places in the merged bars, in the older, in the newer.
  for (let at = 0, i = 0; i < older.length; at++) {
    const j = places[at] as number;
    if (j >= 0 && newer.ts[j] !== older.ts[i]) continue;
    if (j >= 0) {
      const isConfirmed = isSameAt(older, i, newer, j, stepAt(newer.ts[j] as number));
      if (isConfirmed) keepValues(bars, at, older, i);
      // A price that is corrected without a word of the volume leaves it as it was.
      fillIn(bars.volume, at, older.volume, i);
      if (!isConfirmed) replaced.push({ before: storedBarAt(older, i), after: storedBarAt(bars, at) });
    }
    i++;
  }
  return { bars, inserted: bars.length - older.length, replaced };
}

/** A stored bar that a later fetch confirmed: its values stay, what it lacked is filled in. */
function keepValues(bars: StoredBars, at: number, older: StoredBars, i: number): void {
  bars.open[at] = older.open[i] as number;
  bars.high[at] = older.high[i] as number;
  bars.low[at] = older.low[i] as number;
  bars.close[at] = older.close[i] as number;
  keep(bars.volume, at, older.volume, i);
  keep(bars.vwap, at, older.vwap, i);
  keep(bars.trades, at, older.trades, i);
  // Merged labels begin with the older ones.
  bars.source.codes[at] = older.source.codes[i] as number;
  bars.fetchedAt[at] = Math.max(bars.fetchedAt[at] as number, older.fetchedAt[i] as number);
}

/** Takes the older value where there is one. */
function keep(column: Float64Array | null, at: number, older: Float64Array | null, i: number): void {
  const value = older?.[i] ?? Number.NaN;
  if (column !== null && !Number.isNaN(value)) column[at] = value;
}

/** Takes the older value where there is no newer one. */
function fillIn(column: Float64Array | null, at: number, older: Float64Array | null, i: number): void {
  if (column !== null && Number.isNaN(column[at])) column[at] = older?.[i] ?? Number.NaN;
}
