import { createHash } from 'node:crypto';
import type { ActionBook } from '../../../core/actions/action-book.ts';
import { actionValue } from '../../../core/bars/bars.ts';
import { type Labels, type StoredBars, slice } from '../../../core/bars/columns.ts';
import type { BodyWord } from './body.ts';
import { currencyOf } from './encode.ts';

/** Hex digits of a digest: 128 bits, more than enough against rot. */
const DIGITS = 32;

/** Numbers of a row: nine values, which of them are not known, and its source. */
const NUMBERS = 11;

/** Rows that are hashed at a time. */
const BLOCK = 1024;

/** Room for them, for all digests of this thread: one for each would be most of what there is to collect. */
const room = new Float64Array(BLOCK * NUMBERS);

/**
 * SHA-256 over everything that bars say, as 32 hex digits: the same for the same bars in the same order whatever file
 * they came from, another one for any other value. A file carries it, so that rows that rotted or that another hand
 * changed are known for what they are.
 */
export function digestOf(bars: StoredBars): string {
  const { places, names } = inOrderOfComing(bars.source);
  const hash = createHash('sha256');
  for (let from = 0; from < bars.length; from += BLOCK) {
    const to = Math.min(bars.length, from + BLOCK);
    putRows(bars, places, from, to);
    hash.update(room.subarray(0, (to - from) * NUMBERS));
  }
  // Each name behind its length, so that no two lists read the same.
  const text = names.map((name) => `${name.length}:${name}`).join('');
  return hash.update(text).digest('hex').slice(0, DIGITS);
}

/** Fills the room with the rows at `[from, to)`. */
function putRows(bars: StoredBars, places: readonly number[], from: number, to: number): void {
  const { ts, open, high, low, close, volume, vwap, trades, fetchedAt } = bars;
  put(0, ts, from, to);
  put(1, open, from, to);
  put(2, high, from, to);
  put(3, low, from, to);
  put(4, close, from, to);
  put(5, volume, from, to);
  put(6, vwap, from, to);
  put(7, trades, from, to);
  put(8, fetchedAt, from, to);
  const { codes } = bars.source;
  for (let row = from, at = 0; row < to; row++, at += NUMBERS) {
    room[at + 9] =
      (isKnown(vwap, row) ? 0 : 1) + (isKnown(trades, row) ? 0 : 2) + (isKnown(volume, row) ? 0 : 4);
    room[at + 10] = places[codes[row] as number] as number;
  }
}

/** The same over a body and a tail: of the body its own digest is enough. */
export function digestWithTail(bodyDigest: string, tail: StoredBars): string {
  return createHash('sha256').update(bodyDigest).update(digestOf(tail)).digest('hex').slice(0, DIGITS);
}

/** The digest that a file of these rows must state, by what it says of its body. */
export function digestOfRows(bars: StoredBars, body: BodyWord | undefined): string {
  if (body === undefined) return digestOf(bars);
  return digestWithTail(digestOf(slice(bars, 0, body.rows)), slice(bars, body.rows, bars.length));
}

/** What is not known is 0 here; which that is stands beside it. */
function put(place: number, column: Float64Array | null, from: number, to: number): void {
  for (let row = from, at = place; row < to; row++, at += NUMBERS) {
    const value = column === null ? 0 : (column[row] as number);
    // A dictionary of some writers does not tell -0 from 0, so neither do we; + 0 makes them one.
    room[at] = Number.isNaN(value) ? 0 : value + 0;
  }
}

function isKnown(column: Float64Array | null, row: number): boolean {
  return column !== null && !Number.isNaN(column[row]);
}

/** The names that do occur by the order in which they come, and the place of each code in it. */
function inOrderOfComing({ codes, names }: Labels): { places: readonly number[]; names: readonly string[] } {
  const order: number[] = [];
  const places: number[] = [];
  for (const code of codes) if (places[code] === undefined) places[code] = order.push(code) - 1;
  return { places, names: order.map((code) => names[code] ?? '') };
}

/** The same for corporate actions, and for those that are in force no more. */
export function digestOfActions({ entries, past }: Pick<ActionBook, 'entries' | 'past'>): string {
  const values: unknown[] = entries.map(({ action, source, fetchedAt }) => [
    action.kind,
    action.exDay,
    actionValue(action),
    source,
    fetchedAt,
    ...(currencyOf(action) === undefined ? [] : [currencyOf(action)]),
  ]);
  for (const { action, source, fetchedAt, how, until, by, settled } of past)
    values.push([
      ...[action.kind, action.exDay, actionValue(action), currencyOf(action) ?? null, source, fetchedAt],
      ...[how, until, by, settled],
    ]);
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, DIGITS);
}
