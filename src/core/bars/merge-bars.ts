import {
  type Bars,
  type Labels,
  type StoredBars,
  columnCount,
  columnsOf,
  isStored,
  inForm,
} from './columns.ts';

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

/** Bars in a row of one list that stay in a row. */
interface Run {
  readonly isNewer: boolean;
  /** Place of the first one in its list, and in the joined one. */
  readonly at: number;
  readonly to: number;
  readonly length: number;
}

function runsOf(places: Int32Array): Run[] {
  const runs: Run[] = [];
  for (let to = 0; to < places.length;) {
    const first = places[to] as number;
    const isNewer = first >= 0;
    let end = to + 1;
    while (end < places.length && places[end] === (isNewer ? first + end - to : first - end + to)) end++;
    runs.push({ isNewer, at: isNewer ? first : ~first, to, length: end - to });
    to = end;
  }
  return runs;
}

/** From so many numbers on it is quicker to copy them as a block. */
const BLOCK = 32;

function copyRun({ at, to, length }: Run, from: Float64Array | null, column: Float64Array): void {
  if (from === null) column.fill(Number.NaN, to, to + length);
  else if (length >= BLOCK) column.set(from.subarray(at, at + length), to);
  else for (let i = 0; i < length; i++) column[to + i] = from[at + i] as number;
}

function joinedColumns<B extends Bars>(older: B, newer: B, places: Int32Array): B {
  const { length } = places;
  const next = columnsOf(length, columnCount(older, newer));
  const runs = runsOf(places);
  const join = (old: Float64Array | null, young: Float64Array | null): Float64Array => {
    const column = next();
    for (const run of runs) copyRun(run, run.isNewer ? young : old, column);
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
  if (!isStored(older) || !isStored(newer)) return inForm(values) as B;
  const stored: StoredBars = {
    ...values,
    source: joinLabels(older.source, newer.source, places),
    fetchedAt: join(older.fetchedAt, newer.fetchedAt),
  };
  return inForm(stored) as Bars as B;
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
