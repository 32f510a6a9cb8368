import { BarBuilder } from './bar-builder.ts';
import type { Bars } from './columns.ts';

/** Bars of several tickers in common columns: of a market in one session, a few numbers a ticker and no object. */
export interface CrossSection {
  /** Each once. */
  readonly tickers: readonly string[];
  /** How many bars each of them has. */
  readonly counts: readonly number[];
  /** Those of the first ticker, ascending, then those of the next one. */
  readonly bars: Bars;
}

/** Calls `use` for each ticker, in their order, with where its bars lie: `[from, to)`. */
export function eachTicker(
  { tickers, counts }: Pick<CrossSection, 'tickers' | 'counts'>,
  use: (ticker: string, from: number, to: number) => void,
): void {
  let from = 0;
  for (const [i, ticker] of tickers.entries()) {
    const to = from + (counts[i] as number);
    use(ticker, from, to);
    from = to;
  }
}

/** The bars of each ticker by themselves: a copy, in columns that it alone would have. */
export function apart(section: CrossSection): (readonly [ticker: string, bars: Bars])[] {
  const parts: [string, Bars][] = [];
  eachTicker(section, (ticker, from, to) => {
    const own = new BarBuilder(to - from);
    for (let i = from; i < to; i++) own.pushFrom(section.bars, i);
    parts.push([ticker, own.bars()]);
  });
  return parts;
}
