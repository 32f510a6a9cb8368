import type { Bar, Ohlcv } from './bars.ts';
import { labelsOf } from './labels.ts';
import { type Bars, type StoredBars, barAt, columnsOf, storedBarAt, inForm } from './columns.ts';

/** Columns that are filled bar by bar, whose number need not be known. */
export class BarBuilder {
  #length = 0;
  #room: number;
  #columns: Float64Array[];
  #vwap: Float64Array | null = null;
  #trades: Float64Array | null = null;

  /** `room`: how many bars are expected; more are taken too. */
  constructor(room = 64) {
    this.#room = Math.max(1, room);
    this.#columns = Array.from({ length: 6 }, columnsOf(this.#room, 6));
  }

  get length(): number {
    return this.#length;
  }

  /** Stamp of the last bar; NaN before the first. */
  get lastTs(): number {
    return this.#length === 0 ? Number.NaN : (this.#column(0)[this.#length - 1] as number);
  }

  /** Adds a bar, with values as in `Bars`. */
  push(
    ts: number,
    open: number,
    high: number,
    low: number,
    close: number,
    volume: number,
    vwap = Number.NaN,
    trades = Number.NaN,
  ): void {
    if (this.#length === this.#room) this.#grow();
    const at = this.#length++;
    this.#column(0)[at] = ts;
    this.#column(1)[at] = open;
    this.#column(2)[at] = high;
    this.#column(3)[at] = low;
    this.#column(4)[at] = close;
    this.#column(5)[at] = volume;
    if (this.#vwap !== null || !Number.isNaN(vwap)) (this.#vwap ??= unknown(this.#room))[at] = vwap;
    if (this.#trades !== null || !Number.isNaN(trades)) (this.#trades ??= unknown(this.#room))[at] = trades;
  }

  /** Adds a bar that is an object. */
  pushRow({ ts, open, high, low, close, volume, vwap, trades }: Ohlcv): void {
    this.push(ts, open, high, low, close, volume, vwap ?? Number.NaN, trades ?? Number.NaN);
  }

  /** Adds bar i of others. */
  pushFrom({ ts, open, high, low, close, volume, vwap, trades }: Bars, i: number): void {
    const at = (column: Float64Array): number => column[i] as number;
    this.push(at(ts), at(open), at(high), at(low), at(close), at(volume), vwap?.[i], trades?.[i]);
  }

  /** Takes the last bar back. */
  pop(): void {
    if (this.#length > 0) this.#length--;
  }

  /** The bars so far, without a copy: the builder is done with. */
  bars(): Bars {
    const length = this.#length;
    const column = (i: number): Float64Array => this.#column(i).subarray(0, length);
    const known = (optional: Float64Array | null): Float64Array | null =>
      optional?.subarray(0, length).some((value) => !Number.isNaN(value))
        ? optional.subarray(0, length)
        : null;
    return inForm({
      length,
      ts: column(0),
      ...{ open: column(1), high: column(2), low: column(3), close: column(4) },
      volume: column(5),
      vwap: known(this.#vwap),
      trades: known(this.#trades),
    });
  }

  #column(i: number): Float64Array {
    return this.#columns[i] as Float64Array;
  }

  #grow(): void {
    this.#room *= 2;
    const larger = (column: Float64Array): Float64Array => {
      const grown = unknown(this.#room);
      grown.set(column);
      return grown;
    };
    this.#columns = this.#columns.map(larger);
    this.#vwap &&= larger(this.#vwap);
    this.#trades &&= larger(this.#trades);
  }
}

/** Rows as columns, in their order. */
export function barsOf(rows: readonly Ohlcv[]): Bars {
  const builder = new BarBuilder(rows.length);
  for (const row of rows) builder.pushRow(row);
  return builder.bars();
}

/** Stored rows as columns, in their order. */
export function storedBarsOf(rows: readonly Bar[]): StoredBars {
  const fetchedAt = Float64Array.from(rows, (row) => row.fetchedAt);
  return inForm({ ...barsOf(rows), source: labelsOf(rows.map(({ source }) => source)), fetchedAt });
}

/** Bars as rows, in their order. */
export function rowsOf(bars: Bars): Ohlcv[] {
  return Array.from({ length: bars.length }, (_, i) => barAt(bars, i));
}

/** Stored bars as rows, in their order. */
export function storedRowsOf(bars: StoredBars): Bar[] {
  return Array.from({ length: bars.length }, (_, i) => storedBarAt(bars, i));
}

function unknown(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}
