import { type Bars, type Labels, type StoredBars, columnCount, columnsOf, isStored } from './columns.ts';

/** Two lists of bars as one, ascending and unique by `ts`. Where both have a bar, the one of the newer list counts. */
export interface JoinedBars<B extends Bars = Bars> {
  readonly bars: B;
  /** For each of `bars` where it comes from: its place in the newer list, or `~place` in the older one. */
  readonly places: Int32Array;
}

/**
 * Merges two lists of bars into one. Where both have a bar, the one of `newer` wins. Bars that `newer` lacks stay: an
 * answer never deletes.
 */
export function mergeBars<B extends Bars>(older: B, newer: B): B {
  return joinBars(older, newer).bars;
}

/** The same, and where each bar comes from. */
export function joinBars<B extends Bars>(older: B, newer: B): JoinedBars<B> {
  if (older.length === 0) return { bars: newer, places: firstPlaces(newer.length) };
  const places = mergedPlaces(older.ts, newer.ts);
  return { bars: newer.length === 0 ? older : joinedColumns(older, newer, places), places };
}

/** 0, 1, 2, … */
function firstPlaces(length: number): Int32Array {
  const places = new Int32Array(length);
  for (let i = 0; i < length; i++) places[i] = i;
  return places;
}

function mergedPlaces(older: Float64Array, newer: Float64Array): Int32Array {
  const places = new Int32Array(older.length + newer.length);
  let [i, j, n] = [0, 0, 0];
  while (i < older.length || j < newer.length) {
    const a = i < older.length ? (older[i] as number) : Number.POSITIVE_INFINITY;
    const b = j < newer.length ? (newer[j] as number) : Number.POSITIVE_INFINITY;
    if (a < b) places[n++] = ~i++;
    else {
      places[n++] = j++;
      if (a === b) i++;
    }
  }
  return places.subarray(0, n);
}

function joinedColumns<B extends Bars>(older: B, newer: B, places: Int32Array): B {
  const { length } = places;
  const next = columnsOf(length, columnCount(older, newer));
  const join = (old: Float64Array | null, young: Float64Array | null): Float64Array => {
    const column = next();
    for (let n = 0; n < length; n++) {
      const at = places[n] as number;
      column[n] = (at < 0 ? old?.[~at] : young?.[at]) ?? Number.NaN;
    }
    return column;
  };
  const perhaps = (old: Float64Array | null, young: Float64Array | null): Float64Array | null =>
    old === null && young === null ? null : join(old, young);
  const values: Bars = {
    length,
    ts: join(older.ts, newer.ts),
    ...{ open: join(older.open, newer.open), high: join(older.high, newer.high) },
    ...{ low: join(older.low, newer.low), close: join(older.close, newer.close) },
    volume: join(older.volume, newer.volume),
    vwap: perhaps(older.vwap, newer.vwap),
    trades: perhaps(older.trades, newer.trades),
  };
  if (!isStored(older) || !isStored(newer)) return values as B;
  const stored: StoredBars = {
    ...values,
    source: joinLabels(older.source, newer.source, places),
    fetchedAt: join(older.fetchedAt, newer.fetchedAt),
  };
  return stored as Bars as B;
}

function joinLabels(older: Labels, newer: Labels, places: Int32Array): Labels {
  const names = [...new Set([...older.names, ...newer.names])];
  const recoded = newer.names.map((name) => names.indexOf(name));
  const codes = new Uint16Array(places.length);
  for (let n = 0; n < places.length; n++) {
    const at = places[n] as number;
    codes[n] = at < 0 ? (older.codes[~at] as number) : (recoded[newer.codes[at] as number] as number);
  }
  return { codes, names };
}
