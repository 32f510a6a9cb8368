import { type Interval, isInterval } from '../../core/session/interval.ts';
import type { Listing, Market } from '../../market/market.ts';
import { pairOf, tickerOf } from './pairs.ts';

export interface KlinesQuery {
  readonly listing: Listing;
  readonly interval: Interval;
  /** Of opens, ms since the epoch, both inclusive. Undefined: none was said. */
  readonly startTime: number | undefined;
  readonly endTime: number | undefined;
  /** Rows at most. */
  readonly limit: number;
}

/** As Binance words it, at status 400. */
export interface Refusal {
  readonly code: number;
  readonly msg: string;
}

const MOST_ROWS = 1000;
const USUAL_ROWS = 500;

const SYMBOL = /^[A-Z0-9-_.]{1,20}$/;

/** Reads a query, or says what is wrong with it. */
export function readQuery(query: URLSearchParams, market: Market): KlinesQuery | Refusal {
  const symbol = query.get('symbol') ?? '';
  const interval = query.get('interval') ?? '';
  for (const [name, text] of Object.entries({ symbol, interval }))
    if (text === '')
      return refusal(-1102, `Mandatory parameter '${name}' was not sent, was empty/null, or malformed.`);
  if (!SYMBOL.test(symbol))
    return refusal(
      -1100,
      `Illegal characters found in parameter 'symbol'; legal range is '${SYMBOL.source}'.`,
    );
  for (const name of ['startTime', 'endTime', 'limit'])
    if (!/^\d*$/.test(query.get(name) ?? ''))
      return refusal(
        -1100,
        `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`,
      );
  const listing = listingOf(symbol, market);
  if (listing === undefined) return refusal(-1121, 'Invalid symbol.');
  if (!isInterval(interval)) return refusal(-1120, 'Invalid interval.');
  const limit = Math.min(numberIn(query, 'limit') ?? USUAL_ROWS, MOST_ROWS);
  const [startTime, endTime] = [numberIn(query, 'startTime'), numberIn(query, 'endTime')];
  return { listing, interval, startTime, endTime, limit };
}

/** The pair of a symbol, where the market has it. */
export function listingOf(symbol: string, market: Market): Listing | undefined {
  const ticker = tickerOf(symbol) ?? '';
  return pairOf(ticker) && market.listing(ticker);
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? '';
  return text === '' ? undefined : Number(text);
}

function refusal(code: number, msg: string): Refusal {
  return { code, msg };
}
