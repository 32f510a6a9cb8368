import { type DayRange, parseDay } from '../../core/session/day.ts';
import { type Interval, isInterval } from '../../core/session/interval.ts';

/** Symbols that a request may list. */
const MOST_SYMBOLS = 100;

/** Where a page begins. */
export interface Place {
  readonly symbol: string;
  /** Stamp of its first row, ms since the epoch. */
  readonly ts: number;
}

export interface BarsQuery {
  /** Sorted, each once; null: all that the market has. */
  readonly symbols: readonly string[] | null;
  readonly interval: Interval;
  readonly range: DayRange;
  /** Undefined: the first page. */
  readonly place: Place | undefined;
}

/** Reads a query; a text says what is wrong with it. */
export function readQuery(query: URLSearchParams): BarsQuery | string {
  const symbols = symbolsIn(query);
  if (typeof symbols === 'string') return symbols;
  const interval = query.get('interval') ?? '';
  if (!isInterval(interval)) return `no such interval: ${interval}`;
  try {
    const range = { from: parseDay(query.get('from') ?? ''), to: parseDay(query.get('to') ?? '') };
    return { symbols, interval, range, place: placeIn(query) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The same of a query for actions from a day on. */
export function readActionsQuery(query: URLSearchParams): BarsQuery | string {
  const symbols = symbolsIn(query);
  if (typeof symbols === 'string') return symbols;
  try {
    const range = { from: parseDay(query.get('from') ?? ''), to: Number.POSITIVE_INFINITY };
    return { symbols, interval: '1d', range, place: undefined };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function symbolsIn(query: URLSearchParams): readonly string[] | string {
  const symbols = [...new Set((query.get('symbols') ?? '').split(',').filter(Boolean))].toSorted();
  if (symbols.length === 0) return 'no symbols';
  return symbols.length > MOST_SYMBOLS ? `${symbols.length} symbols: at most ${MOST_SYMBOLS}` : symbols;
}

/** The same of a query for all symbols in one session. */
export function readMarketQuery(query: URLSearchParams): BarsQuery | string {
  const interval = query.get('interval') ?? '';
  if (interval !== '1d') return `no market of this interval: ${interval}`;
  try {
    const from = parseDay(query.get('session') ?? '');
    return { symbols: null, interval, range: { from, to: from + 1 }, place: placeIn(query) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function placeIn(query: URLSearchParams): Place | undefined {
  const page = query.get('page');
  return page === null ? undefined : readToken(page);
}

export function tokenOf({ symbol, ts }: Place): string {
  return Buffer.from(`${ts} ${symbol}`).toString('base64url');
}

function readToken(token: string): Place {
  const [ts = '', symbol] = Buffer.from(token, 'base64url').toString().split(' ', 2);
  if (symbol === undefined || !/^-?\d+$/.test(ts)) throw new Error(`no such page: ${token}`);
  return { symbol, ts: Number(ts) };
}
