import { readFileSync } from 'node:fs';
import { CsvError, parse } from 'csv-parse/sync';
import { unzipSync } from 'fflate';
import { BackfillError } from '../../core/errors.ts';

/** One line of a CSV file, cut into fields. */
export interface CsvLine {
  readonly fields: readonly string[];
  /** Where it ends, for messages; the first is 1. */
  readonly number: number;
}

/** A file of the folder that cannot be understood: one line for the user. */
export function malformed(path: string, line: number | null, problem: string): BackfillError {
  return new BackfillError('usage', `${path}${line === null ? '' : `, line ${line}`}: ${problem}`);
}

/** The bytes of a file. Throws `usage` where it cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw malformed(path, null, `cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}

/** The one CSV file within a zip file and its name. Throws `usage` where there is none. */
export function readZip(path: string): { readonly name: string; readonly text: string } {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(readBytes(path), { filter: (file) => file.name.endsWith('.csv') });
  } catch (error) {
    throw malformed(path, null, `is no zip file (${error instanceof Error ? error.message : String(error)})`);
  }
  const [entry, ...others] = Object.entries(files);
  if (entry === undefined || others.length > 0)
    throw malformed(path, null, 'does not hold exactly one CSV file');
  return { name: entry[0], text: new TextDecoder().decode(entry[1]) };
}

/** Lines of a CSV text; empty ones are skipped. Throws `usage` with file and line for broken quoting or uneven lines. */
export function csvLines(path: string, text: string): CsvLine[] {
  const lines: CsvLine[] = [];
  try {
    parse(text, {
      bom: true,
      skip_empty_lines: true,
      trim: true,
      on_record(fields, info) {
        lines.push({ fields, number: info.lines });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw malformed(path, typeof error['lines'] === 'number' ? error['lines'] : null, error.message);
  }
  return lines;
}

/** A number, or null for an empty or `null` field. Throws `usage` for anything else. */
export function readNumber(path: string, line: CsvLine, index: number): number | null {
  const text = line.fields[index] ?? '';
  if (text === '' || /^(null|nan)$/i.test(text)) return null;
  const number = Number(text);
  if (!Number.isFinite(number)) throw malformed(path, line.number, `"${text}" is not a number`);
  return number;
}
