import type { WireResponse } from '../wire.ts';
import { ENDS_BEFORE_START, invalidSymbol, invalidTime, refusal } from './errors.ts';

/** Rows by their length in ms, as Alpaca names it. */
const TIMEFRAMES: Readonly<Record<string, number>> = {
  '1Min': 60_000,
  '5Min': 300_000,
  '15Min': 900_000,
  '30Min': 1_800_000,
  '1Hour': 3_600_000,
  '1Day': 86_400_000,
};

const MOST_ROWS = 10_000;
const ROWS = 1000;

/** Where a page goes on: the next row. */
export interface Place {
  readonly symbol: string;
  /** ms since the epoch. */
  readonly ts: number;
}

export interface BarsQuery {
  /** Sorted, each once. */
  readonly symbols: readonly string[];
  readonly lengthMs: number;
  /** Both inclusive, ms since the epoch. */
  readonly start: number;
  readonly end: number;
  readonly limit: number;
  readonly place: Place | undefined;
  /** Whether what is meant is what was traded under the very symbols, and not under earlier ones of their instruments. */
  readonly isAsNamed: boolean;
}

/** Length of the rows that a query asks for, in ms; undefined where it names none. */
export function rowMsIn(query: URLSearchParams): number | undefined {
  return TIMEFRAMES[query.get('timeframe') ?? ''];
}

/** Reads a query for bars at `now`; an answer is what it is refused with. */
export function readBarsQuery(
  query: URLSearchParams,
  now: number,
  isSymbol: (symbol: string) => boolean,
): BarsQuery | WireResponse {
  const symbols = symbolsIn(query);
  if (symbols.length === 0) return refusal(400, 'symbols is required');
  const stranger = symbols.find((symbol) => !isSymbol(symbol));
  if (stranger !== undefined) return invalidSymbol(stranger);
  const lengthMs = rowMsIn(query);
  if (lengthMs === undefined) return refusal(400, `invalid timeframe: ${query.get('timeframe') ?? ''}`);
  const limit = Number(query.get('limit') ?? ROWS);
  if (!(Number.isInteger(limit) && limit >= 1 && limit <= MOST_ROWS))
    return refusal(400, `invalid limit: ${query.get('limit')}`);
  const [start, end] = [timeIn(query, 'start', now - (now % 86_400_000)), timeIn(query, 'end', now)];
  if (typeof start !== 'number') return start;
  if (typeof end !== 'number') return end;
  if (end < start) return ENDS_BEFORE_START;
  const token = query.get('page_token');
  const place = token === null ? undefined : placeIn(token);
  if (place === null) return refusal(400, 'invalid page_token');
  return { symbols, lengthMs, start, end, limit, place, isAsNamed: query.get('asof') === '-' };
}

export function symbolsIn(query: URLSearchParams): readonly string[] {
  return [...new Set((query.get('symbols') ?? '').split(',').filter((symbol) => symbol !== ''))].toSorted();
}

/** RFC 3339, or a date. */
function timeIn(query: URLSearchParams, name: string, otherwise: number): number | WireResponse {
  const text = query.get(name);
  if (text === null) return otherwise;
  const isForm = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const instant = isForm ? Date.parse(text) : Number.NaN;
  return Number.isNaN(instant) ? invalidTime(name, text) : instant;
}

/** As recorded: the symbol, a letter, and nanoseconds since the epoch. */
export function tokenOf({ symbol, ts }: Place): string {
  return Buffer.from(`${symbol}|R|${ts}000000`).toString('base64');
}

/** Null for what is no token. */
function placeIn(token: string): Place | null {
  const [symbol = '', , at = ''] = Buffer.from(token, 'base64').toString().split('|', 3);
  return /^-?\d+000000$/.test(at) ? { symbol, ts: Number(at.slice(0, -6)) } : null;
}
