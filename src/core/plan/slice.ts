import { fnv1a } from '../fnv.ts';
import type { Day, DayRange } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';

/** One session of a whole market, as one request brings it, or its splits and dividends. Plain JSON. */
export interface Slice {
  readonly interval: Interval;
  /** The session date, of whatever calendar. */
  readonly session: Day;
  /** Set where it is no bars, but the splits and dividends of all tickers from this day on, to `session`, both inclusive. */
  readonly actionsSince?: Day;
}

/** The same text for slices that ask for the same. */
export function sliceKey({ interval, session, actionsSince }: Slice): string {
  return actionsSince === undefined
    ? `${interval} ${session}`
    : `${interval} actions ${actionsSince}..${session}`;
}

/** The days whose splits and dividends a slice brings; none of one that brings bars. */
export function actionDaysOf({ session, actionsSince }: Slice): DayRange[] {
  return actionsSince === undefined ? [] : [{ from: actionsSince, to: session + 1 }];
}

/** Buckets that the tickers of a slice are split into: a worker holds one of every slice of a period at a time. */
export const BUCKETS = 64;

/** Which bucket a ticker is in: the same for ever, whatever others there are. */
export function bucketOf(ticker: string): number {
  return fnv1a(ticker) % BUCKETS;
}
