import { basename } from 'node:path';
import { plural } from '../../core/plural.ts';
import { malformed } from './records.ts';
import type { FilesRead } from './series.ts';
import type { StampedRows } from './stamped-rows.ts';
import { GET_AGAIN } from './table.ts';

/** Throws `usage` where files have no row, or none that is final. */
export function withFinalRows(read: FilesRead, ticker: string): FilesRead {
  const [file] = read.files;
  if (file !== undefined && read.files.every(({ bars, refused }) => bars === 0 && refused === 0))
    throw malformed(
      file.path,
      null,
      `has ${file.table === null ? 'no row' : 'a header and no row'}: ${GET_AGAIN}`,
    );
  const [first] = read.notFinal;
  if (read.series.length > 0 || first === undefined) return read;
  const { unclear, firstUnclear } = first.rows;
  const why = unclear > 0 ? `${firstUnclear} ${UNCLEAR}` : 'is_final is false';
  throw malformed(first.path, null, `no row of ${ticker} is final (${why}): nothing to read`);
}

const UNCLEAR = 'in is_final is neither true nor false';

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
