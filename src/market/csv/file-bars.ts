import { type Bars, pick } from '../../core/bars/columns.ts';
import type { MarketRow } from '../market.ts';
import { atPlaces } from './stamped-rows.ts';

/** Rows of one ticker with the starts of their bars, ascending; two may have one stamp. A value that is not there is NaN. */
export interface FileBars {
  readonly bars: Bars;
  /** What is wrong with those that cannot be read, by row. */
  readonly faults: ReadonlyMap<number, string>;
  /** The line of each in its file; not there where that is not known. */
  readonly lines?: Int32Array | null;
}

/** How many rows there are, and from when to when. */
export interface RowCounts {
  /** Rows with a bar; null: the files are only read when they are asked for. */
  readonly bars: number | null;
  /** Rows that cannot be read, have no price, or are not final. */
  readonly refused: number;
  /** Start of the first and last bar, ms since the epoch; null where there is none. */
  readonly first: number | null;
  readonly last: number | null;
}

/** Whether row i has a bar: all prices, and nothing wrong with it. */
export function isBar({ bars: { open, high, low, close }, faults }: FileBars, i: number): boolean {
  const sum = (open[i] as number) + (high[i] as number) + (low[i] as number) + (close[i] as number);
  return !Number.isNaN(sum) && !faults.has(i);
}

/** Row i as the market's source has it. */
export function marketRowAt({ bars, faults }: FileBars, i: number): MarketRow {
  const { ts, open, high, low, close, volume, vwap, trades } = bars;
  const at = (column: Float64Array | null): number | null => {
    const value = column?.[i] ?? Number.NaN;
    return Number.isNaN(value) ? null : value;
  };
  const fault = faults.get(i);
  return {
    ts: ts[i] as number,
    ...{ open: at(open), high: at(high), low: at(low), close: at(close) },
    ...{ volume: at(volume), vwap: at(vwap), trades: at(trades) },
    ...(fault !== undefined && { fault }),
  };
}

/** Rows in the order of their stamps; those of one stamp keep theirs. */
export function ascending(rows: FileBars): FileBars {
  const { ts } = rows.bars;
  if (ts.every((stamp, i) => i === 0 || stamp >= (ts[i - 1] as number))) return rows;
  const places = Int32Array.from(ts, (_, i) => i).toSorted((a, b) => {
    return (ts[a] as number) - (ts[b] as number) || a - b;
  });
  const lines = rows.lines && places.map((place) => rows.lines?.[place] ?? 0);
  return { bars: pick(rows.bars, places), faults: atPlaces(rows.faults, places), ...(lines && { lines }) };
}

/** How many rows there are in memory, ascending. */
export function countsOf(rows: FileBars): RowCounts & { readonly bars: number } {
  const { ts } = rows.bars;
  const stamps = ts.filter((_, i) => isBar(rows, i));
  const [first = null, last = null] = [stamps[0], stamps.at(-1)];
  return { bars: stamps.length, refused: ts.length - stamps.length, first, last };
}
