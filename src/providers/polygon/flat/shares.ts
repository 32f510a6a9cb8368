import type { Bars } from '../../../core/bars/columns.ts';
import type { MarketRequest, Part, ProviderConfig } from '../../provider.ts';
import { answerOf } from '../answer.ts';
import type { ShareOf } from '../symbols.ts';

/** What a file has, by symbol. */
export type BySymbol = Map<string, Bars>;

/**
 * What the file of a market says of a session. Each share is taken out of it as it is answered for: of minutes there are too
 * many to have them twice.
 */
export function sharesIn(
  { interval, session, now }: MarketRequest,
  bySymbol: BySymbol,
  shareOf: ShareOf,
  config: ProviderConfig,
): Part[] {
  const asked = { interval, range: { from: session, to: session + 1 }, now };
  return [...bySymbol.keys()].flatMap((symbol) => {
    const bars = bySymbol.get(symbol) as Bars;
    bySymbol.delete(symbol);
    const ticker = shareOf(symbol);
    return ticker === undefined ? [] : [{ ticker, answer: answerOf(ticker, bars, false, asked, config) }];
  });
}
