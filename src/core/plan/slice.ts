import { fnv1a } from '../fnv.ts';
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

/** Which bucket a ticker is in: the same for ever, whatever others there are. */
export function bucketOf(ticker: string): number {
  return fnv1a(ticker) % BUCKETS;
}
