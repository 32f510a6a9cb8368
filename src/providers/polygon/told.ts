import type { Bars } from '../../core/bars/columns.ts';
import { assetClassOf } from '../../core/instrument/asset-class.ts';
import type { MarketRequest, Part, ProviderConfig } from '../provider.ts';
import type { StatedOf } from './actions.ts';
import { answerOf } from './answer.ts';
import { symbolOf, tickerOf } from './symbols.ts';

/** What the pages of a chain said so far. */
export interface Told {
  /** How many lists have been read to their end: that of splits, that of dividends. */
  readonly lists: number;
  /** The page that comes next of the list that is being read; null: its first. */
  readonly next: string | null;
  readonly bars: readonly Bars[];
  readonly isAdjusted: boolean;
  readonly stated: readonly StatedOf[];
  /** By symbol; emptied at the end. */
  readonly market: Map<string, Bars>;
}

export const NOTHING_TOLD: Told = {
  ...{ lists: 0, next: null, bars: [], isAdjusted: false, stated: [] },
  market: new Map(),
};

/**
 * What the bars of a market say of a session. Each is taken out of it as it is answered for: of minutes there are too many to
 * have them twice.
 */
export function sharesIn(
  { interval, session, now }: MarketRequest,
  market: Told['market'],
  config: ProviderConfig,
): Part[] {
  const asked = { interval, range: { from: session, to: session + 1 }, now };
  return [...market.keys()].flatMap((symbol) => {
    const bars = market.get(symbol) as Bars;
    market.delete(symbol);
    return shareOf(symbol).map((ticker) => ({
      ticker,
      answer: answerOf(ticker, bars, false, asked, config),
    }));
  });
}

/** The ticker of a share; none where no ticker of one stands for a symbol. */
export function shareOf(symbol: string): string[] {
  const ticker = tickerOf(symbol);
  return assetClassOf(ticker) === 'us-shares' && symbolOf(ticker) === symbol ? [ticker] : [];
}
