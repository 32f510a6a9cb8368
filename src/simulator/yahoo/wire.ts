// Yahoo's chart endpoint as recorded in February 2025 and measured since:
//
//   GET /v8/finance/chart/AAPL?period1=…&period2=…&interval=1d&events=div|split
//
// Prices and volumes are always split-adjusted to today and prices are float32; `adjclose` takes dividends off too
// and exists for daily bars only. A daily bar is stamped with its session's open. Extended hours are never served.

import type { Market } from '../../market/market.ts';
import type { Wire, WireRequest, WireResponse } from '../wire.ts';
import { badRequest, type ChartError, isError, NOT_FOUND } from './errors.ts';
import { eventsOf } from './events.ts';
import { dailyStamp, findInstrument } from './instrument.ts';
import { metaOf } from './meta.ts';
import { readQuery } from './query.ts';
import { chartRows } from './rows.ts';
import { seriesOf } from './series.ts';

const CHART_PATH = /^\/v8\/finance\/chart\/([^/]+)$/;

/** The path to ask for a symbol at. */
export function chartPath(symbol: string): string {
  return `/v8/finance/chart/${encodeURIComponent(symbol)}`;
}

/** Answers chart requests; text for a client without a name, JSON for everything else. */
export const yahooWire: Wire = (request, market, now) => {
  if (isNameless(request)) return tooManyRequests();
  const symbol = symbolOf(request);
  if (symbol === null) return failure(NOT_FOUND, now);
  const answer = chart(request.query, market, symbol, now);
  if (isError(answer)) return failure(answer, now);
  const body = { chart: { result: [answer.result], error: null } };
  return { status: 200, headers: headersAt(now), body: JSON.stringify(body), rows: answer.rows };
};

export function answerKey(request: WireRequest): string {
  const { method, path, query } = request;
  return `${isNameless(request) ? 'nameless ' : ''}${method} ${path}?${query.toString()}`;
}

/** The symbol that a request is about; null if it asks for no chart. */
export function symbolOf({ method, path }: WireRequest): string | null {
  const encoded = CHART_PATH.exec(path)?.[1];
  if (encoded === undefined || (method !== 'GET' && method !== 'HEAD')) return null;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

function isNameless({ headers: { 'user-agent': agent } }: WireRequest): boolean {
  return agent === undefined || agent === '';
}

function chart(
  parameters: URLSearchParams,
  market: Market,
  symbol: string,
  now: number,
): { result: object; rows: number } | ChartError {
  const query = readQuery(parameters, now / 1000);
  if (isError(query)) return query;
  const instrument = findInstrument(market, symbol, now);
  if (instrument === undefined) return NOT_FOUND;
  if (query.period2 < dailyStamp(instrument, instrument.firstTrade)) {
    const { period1, period2 } = query;
    return badRequest(`Data doesn't exist for startDate = ${period1}, endDate = ${period2}`);
  }
  const rows = chartRows(instrument, query);
  const result = {
    meta: metaOf(instrument, query, rows),
    ...eventsOf(instrument, query),
    ...seriesOf(instrument, query, rows),
  };
  return { result, rows: rows.length };
}

function failure({ status, code, description }: ChartError, now: number): WireResponse {
  const body = JSON.stringify({ chart: { result: null, error: { code, description } } });
  return { status, headers: headersAt(now), body, rows: 0 };
}

function tooManyRequests(): WireResponse {
  const headers = { 'content-type': 'text/plain' };
  return { status: 429, headers, body: 'Too Many Requests', rows: 0 };
}

function headersAt(now: number): Record<string, string> {
  return {
    age: '0',
    'cache-control': 'public, max-age=10, stale-while-revalidate=20',
    'content-type': 'application/json;charset=utf-8',
    date: new Date(now).toUTCString(),
    'referrer-policy': 'no-referrer-when-downgrade',
    server: 'ATS',
    'strict-transport-security': 'max-age=31536000',
    vary: 'Origin,Accept-Encoding',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'SAMEORIGIN',
    'x-xss-protection': '1; mode=block',
    'y-rid': Math.floor(now).toString(32),
  };
}
