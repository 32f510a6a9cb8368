import type { Market } from '../../market/market.ts';
import { sampleMarket } from '../../market/sample.ts';
import { type MarketReading, readMarket } from '../offline/read-market.ts';
import type { BarRequest } from '../provider.ts';

export interface SampleClient {
  /** Throws `unknown-ticker`. */
  read(request: BarRequest): MarketReading;
  tickers(): readonly string[];
}

/** The sample market of a seed, as far as it has traded by each request's `now`. */
export function openClient(seed: number | undefined): SampleClient {
  const market: Market = sampleMarket(seed);
  return {
    read: (request) => readMarket(market, request, 'sample'),
    tickers: () => market.tickers(),
  };
}
