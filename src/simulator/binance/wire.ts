// Binance's spot market as its clients see it. Only pairs are there that are quoted as Binance quotes them.
//
//   GET /api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=…&endTime=…&limit=1000
//   GET /api/v3/exchangeInfo[?symbolStatus=TRADING]
//   GET /data/spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2024-03.zip, and its .CHECKSUM (data.binance.vision)

import { listedBy } from '../../market/listed-by.ts';
import type { Market } from '../../market/market.ts';
import type { AskedSeries, Wire, WireRequest, WireResponse } from '../wire.ts';
import { checksumOf, fileAsked, zipOf } from './archive.ts';
import { klinesFor } from './klines.ts';
import { pairOf, symbolOf, tickerOf } from './pairs.ts';
import { type KlinesQuery, type Refusal, readQuery } from './query.ts';

export { symbolOf };

/** Weight that the answer to a request takes, as the answer says it. */
const WEIGHT = { klines: 2, pairs: 20 } as const;

export const binanceWire: Wire = (request, market, now) => {
  const { path, query } = request;
  if (path === '/api/v3/exchangeInfo') return json(pairsIn(query, market, now), now, WEIGHT.pairs);
  if (path === '/api/v3/klines') return klines(readQuery(query, market), market, now);
  const file = fileAsked(path);
  if (file === undefined) return notFound();
  const zip = zipOf(file, market, now);
  if (zip === undefined) return noSuchKey(file.key);
  const { rows, ...body } = file.isChecksum ? checksumOf(zip, file) : zip;
  return { status: 200, headers: { 'content-type': 'binary/octet-stream' }, ...body, rows };
};

export function askedSeries({ path, query }: WireRequest): AskedSeries {
  const { symbol = query.get('symbol'), interval = query.get('interval') } = fileAsked(path) ?? {};
  return { symbol: symbol === null ? null : (tickerOf(symbol) ?? symbol), interval };
}

function klines(query: KlinesQuery | Refusal, market: Market, now: number): WireResponse {
  if ('code' in query) return json(query, now, 1, 400);
  const rows = klinesFor(query, market, now);
  return { ...json(rows, now, WEIGHT.klines), rows: rows.length };
}

/** What exchangeInfo tells of the pairs of a status, or of all, as far as a client for bars reads it. */
function pairsIn(query: URLSearchParams, market: Market, now: number): object {
  const wanted = query.get('symbolStatus');
  const symbols = listedBy(market, now).flatMap(({ ticker, delistedOn }) => {
    const pair = pairOf(ticker);
    const isOver = delistedOn !== null;
    const status = isOver ? 'BREAK' : 'TRADING';
    if (pair === undefined || (wanted !== null && wanted !== status)) return [];
    return {
      symbol: symbolOf(ticker),
      status,
      ...{ baseAsset: pair.base, baseAssetPrecision: 8, quoteAsset: pair.quote, quoteAssetPrecision: 8 },
      ...{
        isSpotTradingAllowed: !isOver,
        isMarginTradingAllowed: false,
        permissions: [],
        permissionSets: [],
      },
    };
  });
  const weights = { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 6000 };
  return { timezone: 'UTC', serverTime: now, rateLimits: [weights], exchangeFilters: [], symbols };
}

function json(body: object, now: number, weight: number, status = 200): WireResponse {
  const headers = {
    'content-type': 'application/json;charset=UTF-8',
    date: new Date(now).toUTCString(),
    'x-mbx-used-weight': String(weight),
    'x-mbx-used-weight-1m': String(weight),
  };
  return { status, headers, body: JSON.stringify(body), rows: 0 };
}

/** As Binance refuses what comes too fast, with the time to wait in whole seconds. */
export function tooFast(waitMs: number): WireResponse {
  const msg = 'Too much request weight used; current limit is 6000 request weight per 1 MINUTE.';
  return {
    status: 429,
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      'retry-after': String(Math.ceil(waitMs / 1000)),
    },
    body: JSON.stringify({ code: -1003, msg }),
    rows: 0,
  };
}

function notFound(): WireResponse {
  const body = '<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>';
  return { status: 404, headers: { 'content-type': 'text/html' }, body, rows: 0 };
}

/** As S3 says it, where the archive lies. */
function noSuchKey(key: string): WireResponse {
  const body =
    '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code>' +
    `<Message>The specified key does not exist.</Message><Key>${key}</Key></Error>`;
  return { status: 404, headers: { 'content-type': 'application/xml' }, body, rows: 0 };
}
