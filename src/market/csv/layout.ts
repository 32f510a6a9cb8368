import { quoted, shortened } from '../../core/quoted.ts';
import { type Header, readHeader } from './header.ts';
import { headerlessColumns, isLean } from './headerless.ts';
import { clockNamed } from './named-clock.ts';
import { twoLineHeading, type TwoLineHeading } from './side-by-side.ts';

/** Where the rows of a file begin and what is in their columns. */
export interface Layout {
  readonly header: Header;
  /** Number of lines before the first row. */
  readonly heading: number;
  /** What the heading says that all rows are of; null where it does not say. */
  readonly ticker: string | null;
  /** The zone that is written behind each stamp (`20240102 09:30:00 US/Eastern`); null where none is. */
  readonly zoneBehind: string | null;
  /** The columns as the file calls them; null where it has no header. */
  readonly names: readonly string[] | null;
}

/** Why the head of a file is none. */
export interface NoLayout {
  readonly problem: string;
  /** A column of bars that it does not name, so that it may be a table of something else. */
  readonly missing?: string;
}

/** Lines that are needed to tell a layout: a heading of three, and some rows, of which the first may be damaged. */
export const HEAD_LINES = 8;

/** The layout of a file by its first lines. */
export function layoutOf(head: readonly (readonly string[])[]): Layout | NoLayout {
  const [first = []] = head;
  const bare = headerlessColumns(first);
  if (bare !== undefined) return { header: bare, heading: 0, ticker: null, zoneBehind: null, names: null };
  if (isLean(first))
    return { problem: 'looks like a file of Lean, whose prices are multiplied: leave it in its zip file' };
  const two = twoLineHeading(head);
  return two === undefined ? withHeader(first, head.slice(1), 1, null) : ofOneTicker(two, head.slice(3));
}

/** A table of yfinance: columns by price and ticker, in two lines, and the name of the stamps in a third. */
function ofOneTicker({ prices, tickers, stamp }: TwoLineHeading, rows: Rows): Layout | NoLayout {
  return withHeader([stamp, ...prices.slice(1)], rows, 3, tickers[1] ?? '');
}

function withHeader(
  names: readonly string[],
  rows: Rows,
  heading: number,
  ticker: string | null,
): Layout | NoLayout {
  const header = readHeader(names, rows);
  if ('missing' in header) {
    const seen =
      names
        .slice(0, SHOWN)
        .map((name) => shortened(name))
        .join(', ') + (names.length > SHOWN ? ', …' : '');
    const adjusted = names.find((name) => ADJUSTED.test(name) && name.toLowerCase().includes(header.missing));
    if (adjusted !== undefined)
      return {
        missing: header.missing,
        problem: `the header names no column "${header.missing}" but the adjusted ${quoted(adjusted)}: a store has prices as they were traded, get those`,
      };
    const end =
      header.missing === 'date'
        ? names.find((name) => name.toLowerCase() !== 'close' && BAR_END.test(name))
        : undefined;
    if (end !== undefined)
      return {
        missing: header.missing,
        problem: `the header names no column "date" but ${quoted(end)}, which is when a bar ends: name it date where its bars are days, or time and give --csv-stamps end`,
      };
    return {
      missing: header.missing,
      problem: `the header names no column "${header.missing}" ("${seen}"): write its names as ${WANTED}`,
    };
  }
  const layout = { header, heading, ticker, names };
  const named = rows.flatMap((row) => ZONE_BEHIND.exec(row[header.stamp] ?? '')?.[1] ?? []);
  const behind = named[0] ?? null;
  const zone = behind === null ? undefined : clockNamed(behind);
  if (zone === undefined) return { ...layout, zoneBehind: null };
  return { ...layout, header: { ...header, zone, unknownClock: null }, zoneBehind: behind };
}

const ZONE_BEHIND = /\d\s+([A-Za-z_]+\/[A-Za-z_/]+)$/;

/** The first rows of a file. */
type Rows = readonly (readonly string[])[];

/** Names of columns with the end of each bar. */
const BAR_END = /^(close|end|bar end|window end)[_ ]?(time|date|datetime|timestamp)?$/i;

const ADJUSTED = /(^|[^a-z])adj/i;

/** Columns that are named where one is missing. */
const SHOWN = 6;
const WANTED = 'date, open, high, low, close, volume';
