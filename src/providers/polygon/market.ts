import { type Bars, NO_BARS, inForm, pick, slice } from '../../core/bars/columns.ts';
import { concatBars } from '../../core/bars/concat-bars.ts';
import type {
  AlikeParts,
  BarAnswer,
  MarketAnswer,
  MarketRequest,
  Part,
  ProviderConfig,
} from '../provider.ts';
import { missingPrices } from '../missing-prices.ts';
import { answerOf } from './answer.ts';
import type { GroupedPage } from './parse.ts';
import { reachedUntil } from './request.ts';
import type { ShareOf } from './symbols.ts';

/**
 * What its bars say of a session. Shares trade on one calendar and in one currency, and their bars of a session have one
 * stamp: what is said of one that has prices holds for all that have, so it is worked out once.
 */
export function marketOf(
  { interval, session, now }: MarketRequest,
  pages: readonly GroupedPage[],
  shareOf: ShareOf,
  config: ProviderConfig,
): MarketAnswer {
  const asked = { interval, range: { from: session, to: session + 1 }, now };
  const bars = concatBars(pages.map((page) => page.bars));
  const tickers = pages.flatMap(({ symbols }) => [...symbols]).map(shareOf);
  const answerAt = (ticker: string, i: number): BarAnswer =>
    answerOf(ticker, slice(bars, i, i + 1), asked, config);
  const priced: number[] = [];
  const parts: Part[] = [];
  for (const [i, ticker] of tickers.entries()) {
    if (ticker === undefined) continue;
    if (isPriced(bars, i)) priced.push(i);
    else parts.push({ ticker, answer: answerAt(ticker, i) });
  }
  const asOf = reachedUntil(now, config);
  const [first] = priced;
  if (first === undefined) return { parts, asOf };
  const names = priced.map((i) => tickers[i] as string);
  return { parts, alike: [alikeAs(answerAt(names[0] as string, first), names, pick(bars, priced))], asOf };
}

/** So many tickers of which the same is said as of the first; `rows`: one of each, as they came. */
function alikeAs({ bars, ...answer }: BarAnswer, tickers: readonly string[], rows: Bars): AlikeParts {
  const [ts] = bars.ts;
  // A row of a session that nobody wants yet is no bar.
  if (ts === undefined) return { tickers, counts: tickers.map(() => 0), bars: NO_BARS, answer };
  const stamped = inForm<Bars>({ ...rows, ts: new Float64Array(rows.length).fill(ts) });
  return { tickers, counts: tickers.map(() => 1), bars: stamped, answer };
}

function isPriced({ open, high, low, close }: Bars, i: number): boolean {
  const at = (column: Float64Array): number => column[i] as number;
  return missingPrices(at(open), at(high), at(low), at(close)) === null;
}
