import { UNCLEAR } from './not-final.ts';
import { malformed } from './records.ts';
import type { FilesRead } from './series.ts';
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
