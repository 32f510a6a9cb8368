import type { CorporateAction, Identity, Ohlcv } from '../core/bars/bars.ts';
import type { Day, DayRange } from '../core/session/day.ts';
import type { Interval } from '../core/session/interval.ts';

/** A row as the market's source has it: a value may be unknown. `ts` as in `Ohlcv`. */
export interface MarketRow {
  readonly ts: number;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly volume: number | null;
  readonly vwap: number | null;
  readonly trades: number | null;
  /** Where it cannot be read: what is wrong with it, with its line and cell. */
  readonly fault?: string;
}

/** One instrument of a market. */
export interface Listing extends Identity {
  /** Canonical ticker. */
  readonly ticker: string;
  readonly name: string;
  /** Calendar id, see `calendarFor`. */
  readonly calendar: string;
  /** First session after the last trade; null while it trades. */
  readonly delistedOn: Day | null;
  /** The ticker that it had before, and its first session under the present one. Default: it had no other. */
  readonly formerly?: { readonly ticker: string; readonly until: Day };
}

/** Sessions without a trade, `[from, to)`, and why. */
export interface QuietSessions extends DayRange {
  /** `halted`: trading was stopped; `no-trades`: it was open to trade and nobody did. */
  readonly reason: 'halted' | 'no-trades';
}

/**
 * A market as data: what was traded, unadjusted, with its corporate actions. Simulated wires and the offline
 * providers serve it. Asking for what it does not have gives an empty answer, never an error.
 */
export interface Market {
  /** All tickers, sorted. */
  tickers(): readonly string[];
  /** What a ticker is. Undefined: the market does not have it. */
  listing(ticker: string): Listing | undefined;
  /** Intervals it has rows of for a ticker. */
  intervals(ticker: string): readonly Interval[];
  /** Rows whose session date lies in `[from, to)`, ascending, as traded, regular session only. */
  rows(ticker: string, interval: Interval, range: DayRange): readonly MarketRow[];
  /** All splits and dividends, ascending by ex-date, those of the future included. */
  actions(ticker: string): readonly CorporateAction[];
  /** Sessions of which it knows why nothing was traded, ascending, those of the future included. */
  quiet(ticker: string): readonly QuietSessions[];
}

/** A row that has every value. */
export function isComplete(row: MarketRow): row is Ohlcv {
  return (
    row.open !== null && row.high !== null && row.low !== null && row.close !== null && row.volume !== null
  );
}
