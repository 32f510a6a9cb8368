import type { Day, DayRange } from '../session/day.ts';

/** What universes there are to discover, by name, with what is in them. */
export const CATEGORIES = {
  us_equities: 'shares of the exchanges of the United States',
  etf: 'exchange-traded funds of the United States',
  crypto: 'crypto pairs',
  fx: 'currencies',
  options: 'option contracts',
  indices: 'indices',
  otc: 'shares that are traded over the counter',
} as const;

/** The name of a universe that may be discovered. */
export type Category = keyof typeof CATEGORIES;

export const CATEGORY_NAMES = Object.keys(CATEGORIES) as readonly Category[];

/**
 * One instrument of a universe. Several with one ticker are several lives, or stays, of it; what a source does not tell is
 * null.
 */
export interface Member {
  /** Canonical. */
  readonly ticker: string;
  readonly name: string | null;
  /** In the words of `Identity`: `equity`, `etf`, `fund`, `index`, `crypto`, `fx`, `future`, `option`, `other`. */
  readonly type: string | null;
  /** MIC, or as the source has it. */
  readonly exchange: string | null;
  /** Session date from which on it trades, inclusive. */
  readonly listed: Day | null;
  /** Last session date on which it may have traded, inclusive; null while it trades. */
  readonly delisted: Day | null;
  /** Days on which it belongs to an index, `[from, to)`. Default: all of its life. */
  readonly stay?: DayRange;
  /** Who says so: a provider's id, or what its file says. */
  readonly source: string;
}
