import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import { unzipSync } from 'fflate';
import { BackfillError } from '../../core/errors.ts';
import { isEnded } from './line-end.ts';

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
    throw malformed(path, null, `cannot be read (${messageOf(error)})`);
  }
}

/** The bytes that a file begins with. Throws `usage` where it cannot be read. */
export function firstBytes(path: string, count: number): Uint8Array {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(count);
      return bytes.subarray(0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw malformed(path, null, `cannot be read (${messageOf(error)})`);
  }
}

/** The text of a file, which may be compressed by gzip, in UTF-8 or with the mark of UTF-16. Throws `usage`. */
export function readText(path: string, bytes = readBytes(path)): string {
  // By content: a file that is called `.gz` may have been unpacked on its way.
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return decoded(path, isGzip ? unzipped(path, bytes) : bytes);
}

/** The one CSV file within a zip file and its name. Throws `usage` where there is none. */
export function readZip(path: string): { readonly name: string; readonly text: string } {
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(readBytes(path), { filter: (file) => file.name.endsWith('.csv') });
  } catch (error) {
    throw malformed(path, null, `is no zip file (${messageOf(error)})`);
  }
  const [entry, ...others] = Object.entries(files);
  if (entry === undefined || others.length > 0)
    throw malformed(path, null, 'does not hold exactly one CSV file');
  return { name: entry[0], text: decoded(path, entry[1]) };
}

/**
 * Lines of a CSV text; empty ones, and addresses and comments (`#`) before the first, are skipped. Throws `usage` with
 * file and line for broken quoting or uneven lines.
 */
export function csvLines(path: string, text: string, delimiter = ','): CsvLine[] {
  const lines: CsvLine[] = [];
  const body = withoutPreamble(text);
  const skipped = text.slice(0, text.length - body.length).split('\n').length - 1;
  try {
    parse(body, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      on_record(fields, info) {
        lines.push({ fields, number: info.lines + skipped });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw malformed(path, typeof error['lines'] === 'number' ? error['lines'] : null, problemOf(error, body));
  }
  return lines;
}

/** What csv-parse says, or that the text was cut within its last line. */
function problemOf(error: CsvError, text: string): string {
  const isUneven = error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
  const isLast = isUneven && error['lines'] === text.trimEnd().split('\n').length;
  const isCut = isLast && !isEnded(text);
  return isCut ? 'the file ends within this line: get it again, or remove the line' : error.message;
}

/** A CSV text without the addresses and comments (`#`) before its first line. */
export function withoutPreamble(text: string): string {
  return text.replace(/^\uFEFF?(?:(?:https?:\/\/|#)[^\r\n]*\r?\n)+/, '');
}

/** A number, or null for an empty field and the words for one. Throws `usage` for anything else. */
export function readNumber(path: string, line: CsvLine, index: number): number | null {
  const text = line.fields[index] ?? '';
  if (text === '' || NO_VALUE.test(text)) return null;
  const number = Number(text);
  if (!Number.isFinite(number)) throw malformed(path, line.number, `"${text}" is not a number`);
  return number;
}

const NO_VALUE = /^(null|nan|none|n\/?a|#n\/a|nil|-+|\.)$/i;

function unzipped(path: string, bytes: Uint8Array): Uint8Array {
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw malformed(path, null, `cannot be unpacked (${messageOf(error)})`);
  }
}

function decoded(path: string, bytes: Uint8Array): string {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  try {
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8').decode(bytes);
  } catch (error) {
    throw malformed(path, null, `is too large to be read at once (${messageOf(error)}): cut it into several`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
