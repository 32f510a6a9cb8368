import { clockNamed, type Header, klineHeader, readHeader } from './header.ts';

/** Where the rows of a file begin and what is in their columns. */
export interface Layout {
  readonly header: Header;
  /** Number of lines before the first row. */
  readonly heading: number;
  /** What the heading says that all rows are of; null where it does not say. */
  readonly ticker: string | null;
  /** The zone that is written behind each stamp (`20240102 09:30:00 US/Eastern`); null where none is. */
  readonly zoneBehind: string | null;
}

/** Why the head of a file is none. */
export interface NoLayout {
  readonly problem: string;
}

/** Lines that are needed to tell a layout. */
export const HEAD_LINES = 4;

/** The layout of a file by its first lines. */
export function layoutOf(head: readonly (readonly string[])[]): Layout | NoLayout {
  const [first = [], second = []] = head;
  const kline = klineHeader(first);
  if (kline !== undefined) return { header: kline, heading: 0, ticker: null, zoneBehind: null };
  if (first[0] === 'Price' && second[0] === 'Ticker') return columnsOfTickers(head);
  return withHeader(first, second, 1, null);
}

/** A table of yfinance: columns by price and ticker, in two lines, and the name of the stamps in a third. */
function columnsOfTickers(head: readonly (readonly string[])[]): Layout | NoLayout {
  const [prices = [], tickers = [], stamps = [], row = []] = head;
  const [ticker = '', ...others] = new Set(tickers.slice(1));
  if (others.length > 0)
    return { problem: `holds ${ticker}, ${others[0]} … side by side; write one file for each` };
  return withHeader([stamps[0] ?? '', ...prices.slice(1)], row, 3, ticker);
}

function withHeader(
  names: readonly string[],
  row: readonly string[],
  heading: number,
  ticker: string | null,
): Layout | NoLayout {
  const header = readHeader(names, row);
  if ('missing' in header) return { problem: `the header names no column "${header.missing}"` };
  const behind = /\d\s+([A-Za-z_]+\/[A-Za-z_/]+)$/.exec(row[header.stamp] ?? '')?.[1] ?? null;
  const zone = behind === null ? undefined : clockNamed(behind);
  if (zone === undefined) return { header, heading, ticker, zoneBehind: null };
  return { header: { ...header, zone }, heading, ticker, zoneBehind: behind };
}
