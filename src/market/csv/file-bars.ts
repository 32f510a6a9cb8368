import { type Bars, pick } from '../../core/bars/columns.ts';
import type { MarketRow } from '../market.ts';
import { atPlaces } from './stamped-rows.ts';

/** Rows of one ticker with the starts of their bars, ascending; two may have one stamp. A value that is not there is NaN. */
export interface FileBars {
  readonly bars: Bars;
  /** What is wrong with those that cannot be read, by row. */
  readonly faults: ReadonlyMap<number, string>;
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
  return { bars: pick(rows.bars, places), faults: atPlaces(rows.faults, places) };
}
