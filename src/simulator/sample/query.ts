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
  /** Sorted, each once. */
  readonly symbols: readonly string[];
  readonly interval: Interval;
  readonly range: DayRange;
  /** Undefined: the first page. */
  readonly place: Place | undefined;
}

/** Reads a query; a text says what is wrong with it. */
export function readQuery(query: URLSearchParams): BarsQuery | string {
  const symbols = [...new Set((query.get('symbols') ?? '').split(',').filter(Boolean))].toSorted();
  if (symbols.length === 0) return 'no symbols';
  if (symbols.length > MOST_SYMBOLS) return `${symbols.length} symbols: at most ${MOST_SYMBOLS}`;
  const interval = query.get('interval') ?? '';
  if (!isInterval(interval)) return `no such interval: ${interval}`;
  try {
    const range = { from: parseDay(query.get('from') ?? ''), to: parseDay(query.get('to') ?? '') };
    const page = query.get('page');
    return { symbols, interval, range, place: page === null ? undefined : readToken(page) };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function tokenOf({ symbol, ts }: Place): string {
  return Buffer.from(`${ts} ${symbol}`).toString('base64url');
}

function readToken(token: string): Place {
  const [ts = '', symbol] = Buffer.from(token, 'base64url').toString().split(' ', 2);
  if (symbol === undefined || !/^-?\d+$/.test(ts)) throw new Error(`no such page: ${token}`);
  return { symbol, ts: Number(ts) };
}
