import type { StoredBars } from '../../core/bars/columns.ts';
import { fnv1a } from '../../core/fnv.ts';

/**
 * What tells the rows of a part from others: the sum of a hash of each, as 16 hex digits. A change takes away what its rows were
 * and adds what they are, without a look at all others; whatever another hand changed stays a difference for good. No
 * protection against who means to deceive: it can be counted anew by anybody.
 */
export type RowSum = string;

/** Doubles of a row: its nine values, which of them are not known, and its source. */
const NUMBERS = 11;
const WORDS = 2 * NUMBERS;
const WORD = 2 ** 32;

/** Rows that are hashed at a time, and room for them, for all sums of this thread. */
const BLOCK = 512;
const room = new Float64Array(BLOCK * NUMBERS);
const words = new Int32Array(room.buffer);

export const NO_ROWS: RowSum = '0'.repeat(16);

/** Of all rows of a part. */
export function sumOf(bars: StoredBars): RowSum {
  return summed(NO_ROWS, bars, 1);
}

/** Of rows of which `before` are `after` now. */
export function sumAfter(sum: RowSum, before: StoredBars, after: StoredBars): RowSum {
  return summed(summed(sum, before, -1), after, 1);
}

function summed(sum: RowSum, bars: StoredBars, sign: 1 | -1): RowSum {
  const names = bars.source.names.map(fnv1a);
  let [high, low] = [Number.parseInt(sum.slice(0, 8), 16), Number.parseInt(sum.slice(8), 16)];
  for (let from = 0; from < bars.length; from += BLOCK) {
    const to = Math.min(bars.length, from + BLOCK);
    fill(bars, names, from, to);
    for (let at = 0; at < (to - from) * WORDS; at += WORDS) {
      high = (high + sign * hashed(at, 0x9747b28c, 0xcc9e2d51, 0x1b873593)) | 0;
      low = (low + sign * hashed(at, 0x3c6ef372, 0x239b961b, 0xab0e9789)) | 0;
    }
  }
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return ((word >>> 0) + WORD).toString(16).slice(1);
}

/** Fills the room with the rows at `[from, to)`. */
function fill(bars: StoredBars, names: readonly number[], from: number, to: number): void {
  const { ts, open, high, low, close, volume, vwap, trades, fetchedAt, source } = bars;
  for (let row = from, at = 0; row < to; row++, at += NUMBERS) {
    room[at + 9] = 0;
    room[at + 10] = names[source.codes[row] as number] ?? 0;
  }
  put(0, ts, from, to);
  put(1, open, from, to);
  put(2, high, from, to);
  put(3, low, from, to);
  put(4, close, from, to);
  put(5, volume, from, to);
  put(6, vwap, from, to);
  put(7, trades, from, to);
  put(8, fetchedAt, from, to);
}

function put(place: number, column: Float64Array | null, from: number, to: number): void {
  const unknown = 2 ** place;
  for (let row = from, at = 0; row < to; row++, at += NUMBERS) {
    const value = column === null ? Number.NaN : (column[row] as number);
    const isKnown = !Number.isNaN(value);
    // + 0 makes -0 and 0 one.
    room[at + place] = isKnown ? value + 0 : 0;
    if (!isKnown) room[at + 9] = (room[at + 9] as number) + unknown;
  }
}

/** MurmurHash3 (32 bits) of the row whose words begin at `from`. */
function hashed(from: number, seed: number, c1: number, c2: number): number {
  let hash = seed | 0;
  for (let i = from; i < from + WORDS; i++) {
    const word = Math.imul(words[i] as number, c1);
    hash ^= Math.imul((word << 15) | (word >>> 17), c2);
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

const FORM = /^[\da-f]{16}$/;

/** What a part says of it; undefined for nothing. */
export function sumIn(value: unknown): RowSum | undefined {
  return typeof value === 'string' && FORM.test(value) ? value : undefined;
}
