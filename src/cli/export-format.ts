import { extname } from 'node:path';
import { BackfillError, EXPORT_FORMATS, type ExportFormat } from '../index.ts';

const BY_EXTENSION: Readonly<Record<string, ExportFormat>> = {
  '.csv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.parquet': 'parquet',
  '.pq': 'parquet',
};

const COMPRESSED: ReadonlySet<string> = new Set(['.gz', '.bz2', '.xz', '.zst', '.zip', '.br', '.lz4', '.7z']);

/**
 * The format of an export: what its file is called, or what is asked for, which must not contradict each other. Throws
 * `usage` for names that promise what is not written (`prices.csv.gz`), and for those that say nothing where nothing is
 * asked for.
 */
export function exportFormat(out: string, asked: ExportFormat | undefined): ExportFormat {
  if (out === '-') {
    if (asked !== 'parquet') return asked ?? 'csv';
    throw new BackfillError('usage', '--format parquet needs --out FILE: it is no text for stdout');
  }
  const extension = extname(out).toLowerCase();
  if (COMPRESSED.has(extension))
    throw new BackfillError(
      'usage',
      `--out ${out}: exports are not compressed${extension === '.gz' ? '; write to stdout and pipe it: backfill export … | gzip' : ''}; Parquet (.parquet) is, by itself`,
    );
  const named = BY_EXTENSION[extension];
  if (named !== undefined && asked !== undefined && named !== asked)
    throw new BackfillError('usage', `--out ${out} and --format ${asked} contradict each other; give one`);
  const format = asked ?? named;
  if (format !== undefined) return format;
  const formats = EXPORT_FORMATS.join(', ');
  throw new BackfillError(
    'usage',
    `--out ${out}: its name says no format; give --format (${formats}), or end it in .csv, .ndjson or .parquet`,
  );
}
