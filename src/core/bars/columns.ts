import type { Bar, Ohlcv } from './bars.ts';

/**
 * Bars of one series as columns: entry i of every column is bar i, with the units of `Ohlcv`. Ascending and unique by
 * `ts` unless said otherwise. What is given away is not written to any more: parts of it are shared as views.
 */
export interface Bars {
  readonly length: number;
  /** Start of the bar, ms since the epoch, UTC. */
  readonly ts: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** NaN: not known. */
  readonly volume: Float64Array;
  /** NaN: not known; null: of no bar. */
  readonly vwap: Float64Array | null;
  /** NaN: not known; null: of no bar. */
  readonly trades: Float64Array | null;
}

/** A column of words of which many are the same: bar i has `names[codes[i]]`. */
export interface Labels {
  readonly codes: Uint16Array;
  /** Unique. */
  readonly names: readonly string[];
}

/** Stored bars: values and where they come from. */
export interface StoredBars extends Bars {
  /** Id of the provider that gave the row, with the endpoint of it that did where that is named: see `vendorOf`. */
  readonly source: Labels;
  /** When it was fetched, ms since the epoch. */
  readonly fetchedAt: Float64Array;
}

const NOTHING = new Float64Array(0);

/** No bars, of whatever series. */
export const NO_BARS: StoredBars = inForm<StoredBars>({
  length: 0,
  ...{ ts: NOTHING, open: NOTHING, high: NOTHING, low: NOTHING, close: NOTHING, volume: NOTHING },
  ...{ vwap: null, trades: null, source: { codes: new Uint16Array(0), names: [] }, fetchedAt: NOTHING },
});

/**
 * The same columns in an object of one form, whoever put them together. The engine compiles what reads bars for the
 * forms that it has seen, and again for every new one: a dozen of them cost a run more than its checks do.
 */
export function inForm<B extends Bars>(bars: B): B {
  const { length, ts, open, high, low, close, volume, vwap, trades } = bars;
  if (!isStored(bars)) {
    const values: Bars = { length, ts, open, high, low, close, volume, vwap, trades };
    return values as B;
  }
  const { source, fetchedAt } = bars;
  const stored: StoredBars = { length, ts, open, high, low, close, volume, vwap, trades, source, fetchedAt };
  return stored as Bars as B;
}

/** Bar i as an object: for a message, a quarantine, a caller who wants rows. */
export function barAt(bars: Bars, i: number): Ohlcv {
  return {
    ts: bars.ts[i] as number,
    open: bars.open[i] as number,
    high: bars.high[i] as number,
    low: bars.low[i] as number,
    close: bars.close[i] as number,
    volume: bars.volume[i] as number,
    vwap: knownAt(bars.vwap, i),
    trades: knownAt(bars.trades, i),
  };
}

/** Stored bar i as an object. Written out: spread into a larger one, it would cost many times as much. */
export function storedBarAt(bars: StoredBars, i: number): Bar {
  return {
    ts: bars.ts[i] as number,
    open: bars.open[i] as number,
    high: bars.high[i] as number,
    low: bars.low[i] as number,
    close: bars.close[i] as number,
    volume: bars.volume[i] as number,
    vwap: knownAt(bars.vwap, i),
    trades: knownAt(bars.trades, i),
    source: sourceAt(bars, i),
    fetchedAt: bars.fetchedAt[i] as number,
  };
}

/** A value of a column in which NaN is not known, and neither is any where there is none. */
export function knownAt(column: Float64Array | null, i: number): number | null {
  const value = column?.[i] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}

/** Where stored bar i comes from; to ask for its provider, see `givenBy`. */
export function sourceAt({ source: { codes, names } }: StoredBars, i: number): string {
  return names[codes[i] ?? 0] ?? '';
}

/** Where the bars come from, each once; for their providers see `vendorsIn`. */
export function sourcesIn({ source: { codes, names } }: StoredBars): string[] {
  return Array.from(new Set(codes), (code) => names[code] ?? '');
}

/** The bars that lie at `[from, to)`: a view, nothing is copied. */
export function slice<B extends Bars>(bars: B, from: number, to: number): B {
  const [start, end] = [Math.max(0, from), Math.min(bars.length, Math.max(from, to))];
  if (start === 0 && end === bars.length) return bars;
  const part = <C extends Float64Array | Uint16Array>(column: C): C => column.subarray(start, end) as C;
  return eachColumn(bars, Math.max(0, end - start), part, part);
}

/** The same bars in columns of their own: what they may have been views of can go. */
export function own<B extends Bars>(bars: B): B {
  const copy = <C extends Float64Array | Uint16Array>(column: C): C => column.slice() as C;
  return eachColumn(bars, bars.length, copy, copy);
}

/**
 * Gives out `count` columns of one length, filled with 0, that share a buffer: each with one of its own takes several times
 * as long to make as a few bars to copy.
 */
export function columnsOf(length: number, count: number): () => Float64Array {
  const buffer = new ArrayBuffer(Float64Array.BYTES_PER_ELEMENT * length * count);
  let given = 0;
  return () => new Float64Array(buffer, Float64Array.BYTES_PER_ELEMENT * length * given++, length);
}

/** How many columns of numbers the bars of some lists have together. */
export function columnCount(...lists: readonly Bars[]): number {
  const optional = [
    lists.some(({ vwap }) => vwap !== null),
    lists.some(({ trades }) => trades !== null),
    lists.every(isStored),
  ];
  return 6 + optional.filter(Boolean).length;
}

/** The bars at some places, in their order: a copy. */
export function pick<B extends Bars>(bars: B, places: ArrayLike<number>): B {
  const { length } = places;
  if (length === 0) return NO_BARS as Bars as B;
  const next = columnsOf(length, columnCount(bars));
  const copy = <C extends Float64Array | Uint16Array>(column: C, picked: C): C => {
    for (let i = 0; i < length; i++) picked[i] = column[places[i] as number] as number;
    return picked;
  };
  return eachColumn(
    bars,
    length,
    (column) => copy(column, next()),
    (codes) => copy(codes, new Uint16Array(length)),
  );
}

/** The bars of which a test holds; the same object where it holds of all. */
export function keep<B extends Bars>(bars: B, holds: (i: number) => boolean): B {
  let held = 0;
  while (held < bars.length && holds(held)) held++;
  // Nearly every check finds nothing.
  if (held === bars.length) return bars;
  const places = Array.from({ length: held }, (_, i) => i);
  for (let i = held + 1; i < bars.length; i++) if (holds(i)) places.push(i);
  return pick(bars, places);
}

/** Place of the first bar that starts at `ts` or later; `length` if there is none. */
export function firstAt({ ts: stamps, length }: Bars, ts: number): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stamps[middle] as number) < ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Place of the bar that starts at `ts`; -1 if there is none. */
export function placeOf(bars: Bars, ts: number): number {
  const at = firstAt(bars, ts);
  return bars.ts[at] === ts ? at : -1;
}

/** Bars with where they come from, the same for all. Their columns are shared. */
export function withSource(bars: Bars, source: string, fetchedAt: number): StoredBars {
  const { length, ts, open, high, low, close, volume, vwap, trades } = bars;
  const labels = { codes: new Uint16Array(length), names: [source] };
  const at = new Float64Array(length).fill(fetchedAt);
  return inForm({ length, ts, open, high, low, close, volume, vwap, trades, source: labels, fetchedAt: at });
}

/** The same bars with other columns in the place of those that hold numbers, and of the codes of labels. */
function eachColumn<B extends Bars>(
  bars: B,
  length: number,
  numbers: (column: Float64Array) => Float64Array,
  codes: (column: Uint16Array) => Uint16Array,
): B {
  const { ts, open, high, low, close, volume, vwap, trades } = bars;
  const values: Bars = {
    length,
    ts: numbers(ts),
    ...{ open: numbers(open), high: numbers(high), low: numbers(low), close: numbers(close) },
    volume: numbers(volume),
    vwap: vwap && numbers(vwap),
    trades: trades && numbers(trades),
  };
  if (!isStored(bars)) return inForm(values) as B;
  const source: Labels = { codes: codes(bars.source.codes), names: bars.source.names };
  const stored: StoredBars = { ...values, source, fetchedAt: numbers(bars.fetchedAt) };
  return inForm(stored) as Bars as B;
}

export function isStored(bars: Bars): bars is StoredBars {
  return 'fetchedAt' in bars;
}
