import { barsOf } from '../../core/bars/bar-builder.ts';
import { isComplete, type Market } from '../../market/market.ts';
import { sampleMarket } from '../../market/sample.ts';
import { rowsSoFar } from '../../market/so-far.ts';
import type { RowsRead } from '../offline/answer.ts';
import { type MarketReading, readMarket } from '../offline/read-market.ts';
import type { Member } from '../../core/universe/member.ts';
import type { BarRequest } from '../provider.ts';
import { membersOf } from './members.ts';
import type { DiscoverRequest } from '../discovery.ts';

export interface SampleClient {
  /** The open session, as far as it has traded, comes after the closed ones. Throws `unknown-ticker`. */
  read(request: BarRequest): MarketReading & RowsRead;
  tickers(): readonly string[];
  members(request: DiscoverRequest): readonly Member[];
}

/** The sample market of a seed, as far as it has traded by each request's `now`. */
export function openClient(seed: number | undefined): SampleClient {
  const market: Market = sampleMarket(seed);
  return {
    read(request) {
      const { series, range, now } = request;
      const reading = readMarket(market, request, 'sample');
      const soFar = rowsSoFar(market, reading.listing, series.interval, range, now);
      const rows = [...market.rows(series.ticker, series.interval, reading.closed), ...soFar];
      const bars = barsOf(rows.filter(isComplete));
      return { ...reading, bars, unusable: rows.filter((row) => !isComplete(row)) };
    },
    tickers: () => market.tickers(),
    members: (request) => membersOf(market, request),
  };
}
