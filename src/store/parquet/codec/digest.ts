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

/**
 * SHA-256 over everything that bars say, as 32 hex digits: the same for the same bars in the same order whatever file
 * they came from, another one for any other value. A file carries it, so that rows that rotted or that another hand
 * changed are known for what they are.
 */
export function digestOf(bars: StoredBars): string {
  const { length, ts, open, high, low, close, volume, vwap, trades, fetchedAt } = bars;
  const { places, names } = inOrderOfComing(bars.source);
  const rows = new Float64Array(length * NUMBERS);
  put(rows, 0, ts);
  put(rows, 1, open);
  put(rows, 2, high);
  put(rows, 3, low);
  put(rows, 4, close);
  put(rows, 5, volume);
  put(rows, 6, vwap);
  put(rows, 7, trades);
  put(rows, 8, fetchedAt);
  for (let row = 0; row < length; row++) {
    rows[row * NUMBERS + 9] =
      (isKnown(vwap, row) ? 0 : 1) + (isKnown(trades, row) ? 0 : 2) + (isKnown(volume, row) ? 0 : 4);
    rows[row * NUMBERS + 10] = places[bars.source.codes[row] as number] as number;
  }
  // Each name behind its length, so that no two lists read the same.
  const text = names.map((name) => `${name.length}:${name}`).join('');
  return createHash('sha256').update(rows).update(text).digest('hex').slice(0, DIGITS);
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
function put(rows: Float64Array, place: number, column: Float64Array | null): void {
  if (column === null) return;
  for (let row = 0, at = place; row < column.length; row++, at += NUMBERS) {
    const value = column[row] as number;
    // A dictionary of some writers does not tell -0 from 0, so neither do we; + 0 makes them one.
    rows[at] = Number.isNaN(value) ? 0 : value + 0;
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
