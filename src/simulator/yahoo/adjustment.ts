import type { Dividend, Ohlcv, Split } from '../../core/bars/bars.ts';
import type { Day, DayRange } from '../../core/session/day.ts';
import { isComplete, type Market } from '../../market/market.ts';

/** How far back the last trade before an ex-date is looked for, in days. */
const LAST_TRADE_DAYS = 60;

/** Splits and dividends as they are known on a day, and what they do to the rows before them. */
export class Adjustment {
  readonly splits: readonly Split[];
  readonly dividends: readonly Dividend[];
  /** By dividend: what its payment left of the price, e.g. 0.995. */
  readonly #leftByDividend: readonly { readonly exDay: Day; readonly left: number }[];

  constructor(market: Market, ticker: string, today: Day) {
    const known = market.actions(ticker).filter(({ exDay }) => exDay <= today);
    this.splits = known.filter((action): action is Split => action.kind === 'split');
    this.dividends = known.filter((action): action is Dividend => action.kind === 'dividend');
    this.#leftByDividend = this.dividends.map(({ exDay, amount }) => {
      const before = lastRow(market, ticker, { from: exDay - LAST_TRADE_DAYS, to: exDay });
      return { exDay, left: before === undefined ? 1 : 1 - amount / before.close };
    });
  }

  /** Shares of today for one of a session. */
  sharesSince(session: Day): number {
    return this.splits.reduce((shares, { exDay, ratio }) => (exDay > session ? shares * ratio : shares), 1);
  }

  /** What later dividends leave of a session's price. */
  leftAfterDividends(session: Day): number {
    return this.#leftByDividend.reduce((left, one) => (one.exDay > session ? left * one.left : left), 1);
  }
}

/** The last daily row of a range that has every value, as traded. */
export function lastRow(market: Market, ticker: string, range: DayRange): Ohlcv | undefined {
  return market.rows(ticker, '1d', range).findLast(isComplete);
}
