import { currencyKnown } from '../currency.ts';
import type { Day } from '../session/day.ts';
import type { Interval } from '../session/interval.ts';

/** One (ticker, interval): what a store keeps bars of. */
export interface Series {
  /** Canonical ticker, see `ticker.ts`. */
  readonly ticker: string;
  readonly interval: Interval;
}

/** `AAPL 1d`: a series as a map key and in messages. */
export function seriesKey(series: Series): string {
  return `${series.ticker} ${series.interval}`;
}

/** Prices and volume of one bar as traded (raw: never adjusted for splits or dividends). */
export interface Ohlcv {
  /** Start of the bar, ms since the epoch, UTC. For `1d` it is the session date at 00:00 UTC. */
  readonly ts: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Units traded; fractional for crypto and some vendors. NaN where the provider does not say; 0 if nobody traded. */
  readonly volume: number;
  /** Volume-weighted average price, where the provider gives it. */
  readonly vwap: number | null;
  /** Number of trades, where the provider gives it. */
  readonly trades: number | null;
}

/** A stored bar: values and where they come from. */
export interface Bar extends Ohlcv {
  /** Id of the provider that gave this row. */
  readonly source: string;
  /** When it was fetched, ms since the epoch. */
  readonly fetchedAt: number;
}

/** A final bar of which a later answer had other values. `after.fetchedAt` is when it was replaced, or could have been. */
export interface Revision {
  readonly before: Bar;
  readonly after: Bar;
  /** Set where the stored bar stayed: `after` is what was not taken. */
  readonly stayed?: true;
}

/** A split: `ratio` new shares for one old (4 for 4:1, 0.05 for a 1:20 reverse split), effective before the open of `exDay`. */
export interface Split {
  readonly kind: 'split';
  readonly exDay: Day;
  readonly ratio: number;
}

/** A cash dividend: `amount` a share as declared at the time (not adjusted for later splits), in the price's currency. */
export interface Dividend {
  readonly kind: 'dividend';
  readonly exDay: Day;
  readonly amount: number;
  /** Of the amount, where it is not the price's: no factor can be made of such a dividend. */
  readonly currency?: string;
}

/** What changes prices without a trade, known by its `kind`. */
export type CorporateAction = Split | Dividend;

/** A split's ratio or a dividend's amount. */
export function actionValue(action: CorporateAction): number {
  return action.kind === 'split' ? action.ratio : action.amount;
}

export function isSplit(action: CorporateAction): action is Split {
  return action.kind === 'split';
}

/**
 * What an instrument is, as the provider says it. A change of it means another instrument under the same ticker. `type` is
 * one of our words whatever the provider: `equity`, `etf`, `fund`, `index`, `crypto`, `fx`, `future`, `other`.
 */
export interface Identity {
  readonly currency: string | null;
  readonly exchange: string | null;
  readonly type: string | null;
  readonly firstTrade: Day | null;
}

/** What is known of an instrument after an answer: what the answer left out stays as it was. */
export function mergeIdentity(older: Identity, newer: Identity): Identity {
  return {
    currency: currencyKnown(older.currency, newer.currency),
    exchange: newer.exchange ?? older.exchange,
    type: newer.type ?? older.type,
    firstTrade: newer.firstTrade ?? older.firstTrade,
  };
}

/** An instrument of which nothing is known. */
export const UNKNOWN_IDENTITY: Identity = { currency: null, exchange: null, type: null, firstTrade: null };

/**
 * Merges two lists of bars, each ascending and unique by `ts`, into one. Where both have a bar, the one of
 * `newer` wins. Bars that `newer` lacks stay: an answer never deletes.
 */
export function mergeBars<B extends Ohlcv>(older: readonly B[], newer: readonly B[]): B[] {
  const merged: B[] = [];
  let i = 0;
  let j = 0;
  while (i < older.length || j < newer.length) {
    const a = older[i];
    const b = newer[j];
    if (a !== undefined && (b === undefined || a.ts < b.ts)) {
      merged.push(a);
      i++;
    } else if (b !== undefined) {
      merged.push(b);
      if (a !== undefined && a.ts === b.ts) i++;
      j++;
    }
  }
  return merged;
}
