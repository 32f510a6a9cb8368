import { createHash } from 'node:crypto';
import type { ActionBook } from '../../core/action-book.ts';
import { type Bar, actionValue } from '../../core/bars.ts';
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
export function digestOf(bars: readonly Bar[]): string {
  return digestOfRows(bars.length, (row) => bars[row] as Bar);
}

/** The same for so many bars that need not be there all at once. */
export function digestOfRows(rows: number, barAt: (row: number) => Bar): string {
  const bytes = new DataView(new ArrayBuffer(rows * NUMBERS * 8));
  const sources = new Map<string, number>();
  let at = 0;
  const put = (value: number): void => {
    // A dictionary in the file does not tell -0 from 0, so neither do we; + 0 makes them one.
    bytes.setFloat64(at, value + 0, true);
    at += 8;
  };
  for (let row = 0; row < rows; row++) {
    const bar = barAt(row);
    put(bar.ts);
    put(bar.open);
    put(bar.high);
    put(bar.low);
    put(bar.close);
    const isVolumeKnown = !Number.isNaN(bar.volume);
    put(isVolumeKnown ? bar.volume : 0);
    put(bar.vwap ?? 0);
    put(bar.trades ?? 0);
    put(bar.fetchedAt);
    put((bar.vwap === null ? 1 : 0) + (bar.trades === null ? 2 : 0) + (isVolumeKnown ? 0 : 4));
    put(numberOf(sources, bar.source));
  }
  // Each name behind its length, so that no two lists read the same.
  const names = [...sources.keys()].map((source) => `${source.length}:${source}`).join('');
  return createHash('sha256').update(bytes).update(names).digest('hex').slice(0, DIGITS);
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

/** Names by the order in which they come. */
function numberOf(names: Map<string, number>, name: string): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, names.size);
  return names.size - 1;
}
