// Alpaca's market data, version 2, as recorded in December 2023 and measured since, with the list of assets of its trading
// host beside it:
//
//   GET /v2/stocks/bars?symbols=AAPL,BRK.B&timeframe=1Day&start=…&end=…&limit=10000&feed=sip&asof=…[&page_token=…]
//   GET /v1beta3/crypto/us/bars?symbols=BTC/USD&timeframe=1Hour&start=…&end=…
//   GET /v1/corporate-actions?symbols=AAPL&start=…&end=…
//   GET /v2/assets?status=active[&asset_class=us_equity|crypto]
//
// Prices are as traded; `start` and `end` are inclusive; a symbol without a bar is on no page, and one that cannot be a symbol
// has the whole request refused. A key of the free plan gets no bars of all exchanges that are younger than 15 minutes.

import { calendarById, isCryptoPair } from '../../core/calendar/calendars.ts';
import { listedBy } from '../../market/listed-by.ts';
import type { Listing, Market } from '../../market/market.ts';
import type { OwnWire } from '../own-wire.ts';
import type { Wire, WireRequest, WireResponse } from '../wire.ts';
import { pageOfActions } from './actions.ts';
import { marketByClock } from '../clock-rows.ts';
import { pageOfBars } from './bars.ts';
import { TOO_FAST, TOO_RECENT, WRONG_KEY, WRONG_TRADING_KEY, json, refusal } from './errors.ts';
import { readBarsQuery, rowMsIn } from './query.ts';
import { isPairSymbol, isShareSymbol, symbolIn, tickerIn } from './symbols.ts';

/** The keys that it takes, of the free plan. */
export const ALPACA_KEYS = { keyId: 'PKSIMULATED', secretKey: 'simulated-secret' } as const;

/** The same of the paid plan, which may have recent bars. */
const ALPACA_PLUS_KEYS = { keyId: 'PKSIMULATEDPLUS', secretKey: 'simulated-secret' } as const;

/** Bars of all exchanges are open to the free plan once they are so old, in ms. */
const DELAY_MS = 15 * 60_000;

const INTERVALS: Readonly<Record<string, string>> = {
  '1Min': '1m',
  '5Min': '5m',
  '15Min': '15m',
  '30Min': '1h',
  '1Hour': '1h',
  '1Day': '1d',
};

export const alpaca: OwnWire = {
  answer: (request, market, now) => {
    const route = Object.hasOwn(ROUTES, request.path) ? ROUTES[request.path] : undefined;
    return route === undefined ? refusal(404, 'endpoint not found.') : route(request, market, now);
  },
  askedSeries: ({ query }) => {
    const [symbol] = (query.get('symbols') ?? '').split(',', 1);
    const isMadeOfHours = query.get('timeframe') === '1Hour' && symbol?.includes('/');
    const interval = isMadeOfHours ? '1h' : (INTERVALS[query.get('timeframe') ?? ''] ?? null);
    return { symbol: symbol ? tickerIn(symbol) : null, interval };
  },
  marketOf: ({ query }, market, now) => marketByClock(market, rowMsIn(query) ?? 0, now),
  symbolOf: (ticker) => (isCryptoPair(ticker) ? ticker.replace('-', '/') : symbolIn(ticker)),
  tooFast: () => TOO_FAST,
};

const ROUTES: Readonly<Record<string, Wire>> = {
  '/v2/stocks/bars': (request, market, now) => {
    const key = keyOf(request);
    if (key === null) return WRONG_KEY;
    const { query } = request;
    const read = readBarsQuery(query, key === 'free' ? now - DELAY_MS : now, isShareSymbol);
    if ('status' in read) return read;
    const feed = query.get('feed') ?? 'sip';
    if (!FEEDS.has(feed)) return refusal(400, `invalid feed: ${feed}`);
    if ((query.get('adjustment') ?? 'raw') !== 'raw')
      return refusal(400, 'only prices as traded are simulated');
    if (feed === 'sip' && key === 'free' && read.end > now - DELAY_MS) return TOO_RECENT;
    return pageOfBars(read, market, now, listingOn(market, 'XNYS'));
  },
  // Keys are not looked at.
  '/v1beta3/crypto/us/bars': ({ query }, market, now) => {
    const read = readBarsQuery(query, now, isPairSymbol);
    return 'status' in read ? read : pageOfBars(read, market, now, listingOn(market, '24-7'));
  },
  '/v1/corporate-actions': (request, market, now) =>
    keyOf(request) === null
      ? WRONG_KEY
      : pageOfActions(request.query, market, now, listingOn(market, 'XNYS')),
  '/v2/assets': (request, market, now) =>
    keyOf(request) === null ? WRONG_TRADING_KEY : assets(request, market, now),
};

const FEEDS: ReadonlySet<string> = new Set(['sip', 'iex', 'otc', 'boats']);

/** What a request may have; null: its keys are not known. */
function keyOf({ headers }: WireRequest): 'free' | 'plus' | null {
  const [id, secret] = [headers['apca-api-key-id'], headers['apca-api-secret-key']];
  if (id === ALPACA_KEYS.keyId && secret === ALPACA_KEYS.secretKey) return 'free';
  return id === ALPACA_PLUS_KEYS.keyId && secret === ALPACA_PLUS_KEYS.secretKey ? 'plus' : null;
}

function listingOn(market: Market, calendar: string): (symbol: string) => Listing | undefined {
  return (symbol) => {
    const listing = market.listing(tickerIn(symbol));
    return listing !== undefined && calendarById(listing.calendar).id === calendar ? listing : undefined;
  };
}

/** All shares, or pairs, of the market in one answer; of what is delisted some stay, which nobody can trade. */
function assets({ query }: WireRequest, market: Market, now: number): WireResponse {
  const kind = query.get('asset_class') === 'crypto' ? 'crypto' : 'us_equity';
  const rows = listedBy(market, now).flatMap(({ ticker, name, delistedOn, calendar }) => {
    const isPair = isCryptoPair(ticker);
    const isWanted = kind === 'crypto' ? isPair : !isPair && calendarById(calendar).id === 'XNYS';
    if (!isWanted) return [];
    const isListed = delistedOn === null;
    const exchange = isListed ? 'NYSE' : 'OTC';
    return {
      ...{ id: `asset ${ticker}`, class: kind, exchange: isPair ? 'CRYPTO' : exchange },
      ...{ symbol: isPair ? ticker.replace('-', '/') : symbolIn(ticker), name },
      ...{ status: 'active', tradable: isListed, attributes: [] },
    };
  });
  return json(200, rows);
}
