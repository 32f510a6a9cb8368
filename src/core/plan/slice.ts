import type { Day } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';

/** One session of a whole market, as one request brings it. Plain JSON. */
export interface Slice {
  readonly interval: Interval;
  /** The session date, of whatever calendar. */
  readonly session: Day;
}

/** Buckets that the tickers of a slice are split into: a worker holds one of every slice of a period at a time. */
export const BUCKETS = 64;

/** Which bucket a ticker is in: the same for ever, whatever others there are (FNV-1a). */
export function bucketOf(ticker: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < ticker.length; i++) hash = Math.imul(hash ^ ticker.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
