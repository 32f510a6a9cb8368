import { basename } from 'node:path';
import { plural } from '../../core/plural.ts';
import type { StampedRows } from './stamped-rows.ts';

/** What is wrong with the `firstUnclear` of rows. */
export const UNCLEAR = 'in is_final is neither true nor false';

/** The rows of a file that are left out, not being final, counted. */
export class NotFinal {
  rows = 0;
  /** Those of them that do not say clearly whether they are. */
  unclear = 0;
  firstUnclear = '';

  add({ asides }: StampedRows): void {
    for (const { isFinal, unclear } of asides.values()) {
      if (isFinal === false) this.rows++;
      if (unclear !== undefined && this.unclear++ === 0) this.firstUnclear = unclear;
    }
  }
}

/** A line about each kind of rows that are left out. */
export function notFinalNotes(
  path: string,
  { rows, unclear, firstUnclear }: NotFinal,
  ticker: string,
): string[] {
  const leftOut = (count: number, why: string): string[] =>
    count === 0 ? [] : [`${basename(path)}: ${plural(count, 'row')} of ${ticker} left out: ${why}`];
  return [
    ...leftOut(rows - unclear, 'is_final is false, the session was not settled when it was written'),
    ...leftOut(unclear, `${firstUnclear} ${UNCLEAR}`),
  ];
}
