import { closeSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { gunzipSync } from 'node:zlib';
import { CsvError, parse } from 'csv-parse/sync';
import { BackfillError } from '../../core/errors.ts';
import { fileTrouble } from '../../core/file-trouble.ts';
import { plural } from '../../core/plural.ts';
import { escaped, quoted } from '../../core/quoted.ts';
import { type Decoded, decodedText } from './encoding.ts';
import { saysError } from './error-line.ts';
import { isEnded } from './line-end.ts';
import { numberIn } from './numbers.ts';
import { otherBytes, otherText } from './other-content.ts';
import { openPlainFile, readPlainFile } from '../plain-file.ts';
import type { CsvLine } from './csv-line.ts';
import { isBlank, plainLines } from './plain-lines.ts';
import { csvFilesIn } from './zip.ts';

/** A file of the folder that cannot be understood: one line for the user. */
export function malformed(path: string, line: number | null, problem: string): BackfillError {
  return new BackfillError('usage', `${escaped(path)}${line === null ? '' : `, line ${line}`}: ${problem}`);
}

/** The same of a row whose `fault` names its line. */
export function malformedRow(path: string, fault: string): BackfillError {
  return new BackfillError('usage', `${escaped(path)}, ${fault}`);
}

/** The bytes of a file. Throws `usage` where it cannot be read. */
function readBytes(path: string): Uint8Array {
  try {
    return readPlainFile(path);
  } catch (error) {
    throw malformed(path, null, `cannot be read${fileTrouble(error, 'read')}`);
  }
}

/** The bytes that a file begins with. Throws `usage` where it cannot be read. */
function firstBytes(path: string, count: number): Uint8Array {
  try {
    const file = openPlainFile(path);
    try {
      const bytes = Buffer.alloc(count);
      return bytes.subarray(0, readSync(file, bytes));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw malformed(path, null, `cannot be read${fileTrouble(error, 'read')}`);
  }
}

/**
 * The text of a file, which may be compressed by gzip, in any encoding that `decodedText` knows. Throws `usage`, also for what
 * is no table at all.
 */
export function readText(path: string, bytes = readBytes(path)): Decoded {
  // By content: a file that is called `.gz` may have been unpacked on its way.
  return isGzip(bytes) ? decoded(path, unzipped(path, bytes), 'holds') : decoded(path, bytes, 'is');
}

/** The text of a file that shows its header: that of as many bytes, or all where it is compressed. Throws `usage`. */
export function headText(path: string, count: number): string {
  const head = firstBytes(path, count);
  return readText(path, isGzip(head) ? readBytes(path) : head).text;
}

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What is said of a zip file of other things. */
export const NO_CSV_WITHIN = 'holds no CSV file: pack one into it, or remove it';

/** The one CSV file within a zip file and its name, without the folder in which it lies there. Throws `usage` where there is none. */
export function readZip(path: string): Decoded & { readonly name: string } {
  const bytes = readBytes(path);
  let files: [string, Uint8Array][];
  try {
    files = [...csvFilesIn(bytes)];
  } catch (error) {
    throw malformed(path, null, noZip(bytes) ?? `is no whole zip file (${messageOf(error)}): get it again`);
  }
  const [entry, ...others] = files;
  if (entry === undefined) throw malformed(path, null, NO_CSV_WITHIN);
  if (others.length > 0)
    throw malformed(path, null, `holds ${files.length} CSV files: pack each into a zip file of its own`);
  return { name: posix.basename(entry[0]), ...decoded(path, entry[1], 'holds') };
}

/** What a file is that is called a zip file and is another one; undefined where it may be a broken one. */
function noZip(bytes: Uint8Array): string | undefined {
  if (isGzip(bytes)) return 'is packed by gzip, and no zip file: let its name end in .gz';
  const other = Buffer.from(bytes.subarray(0, 2)).toString() === 'PK' ? undefined : otherBytes(bytes);
  return other && `is ${other}`;
}

/**
 * Lines of a CSV text; empty ones and what stands before the first are skipped. Throws `usage` with file
 * and line for broken quoting or uneven lines, and for a text that is too large for a heap of `heapBytes`.
 */
export function csvLines(
  path: string,
  text: string,
  delimiter = ',',
  heapBytes: number = getHeapStatistics().heap_size_limit,
): readonly CsvLine[] {
  assertRoom(path, text, PLAIN_ROOM, heapBytes);
  const body = withoutPreamble(text);
  const skipped = text.slice(0, text.length - body.length).split('\n').length - 1;
  const plain = plainLines(body, delimiter, { skipped });
  if (plain !== undefined) return plain;
  assertRoom(path, text, PARSED_ROOM, heapBytes);
  return quotedLines(path, body, delimiter, { skipped });
}

/**
 * Bytes of heap that a text and its lines take at most for each character: what csv-parse cuts is kept, plain lines are not.
 */
const PARSED_ROOM = 8;
const PLAIN_ROOM = 3;

/** Refuses a text of which all lines would be more than the heap has room for: who runs out of that dies without a word. */
function assertRoom(path: string, { length }: string, perCharacter: number, heapBytes: number): void {
  if (length * perCharacter < heapBytes) return;
  const [text, heap] = [length, heapBytes].map((bytes) => `${Math.ceil(bytes / 1e6)} MB`);
  const alone =
    'rows of one ticker by time, unpacked, with quotes around all fields or none, are read in parts';
  throw malformed(
    path,
    null,
    `is too large to be read at once (${text} of text, ${heap} of heap): cut it into several; ${alone}`,
  );
}

/** Lines of a text with quotes. `end`: what ends each; default: what ends the first. Throws `usage` like `csvLines`. */
export function quotedLines(
  path: string,
  body: string,
  delimiter: string,
  { skipped, end }: { readonly skipped: number; readonly end?: string },
): CsvLine[] {
  const lines: CsvLine[] = [];
  try {
    parse(body, {
      bom: true,
      delimiter,
      skip_empty_lines: true,
      trim: true,
      ...(end !== undefined && { record_delimiter: end }),
      on_record(fields, { lines: number }) {
        if (!isBlank(fields)) lines.push({ fields, number: number + skipped });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const last = typeof error['lines'] === 'number' ? error['lines'] : null;
    const isUneven = error.code === UNEVEN;
    const line = isUneven || last === null ? last : (openQuote(body, last, error.code === UNCLOSED) ?? last);
    throw malformed(
      path,
      line === null ? null : line + skipped,
      isUneven ? unevenText(error, body) : quotesText(error),
    );
  }
  return lines;
}

const UNEVEN = 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH';
const UNCLOSED = 'CSV_QUOTE_NOT_CLOSED';

/** The line whose quote is open where a line begins, or at the end of a text; undefined where none is. */
function openQuote(text: string, line: number, isToEnd: boolean): number | undefined {
  const lines = text.split(/\r\n|\r|\n/);
  let opened: number | undefined;
  for (const [i, one] of (isToEnd ? lines : lines.slice(0, line - 1)).entries())
    if (one.split('"').length % 2 === 0) opened = opened === undefined ? i + 1 : undefined;
  return opened;
}

/** What is wrong with quotes, in our words. */
function quotesText({ code }: CsvError): string {
  if (code === UNCLOSED) return 'opens a quote (") that nothing closes: close or remove it';
  return 'has a quote (") that begins or ends within a field: double it there, or remove it';
}

/** What is wrong with a line of other fields than the first and what would do; or that the text was cut there. */
function unevenText(error: CsvError, text: string): string {
  const record: unknown = error['record'];
  const said = Array.isArray(record) ? record.join(' ').trim() : '';
  if (said.includes('\0'))
    return 'holds bytes of nothing (NUL), as a broken copy leaves them: get the file again';
  if (saysError(said))
    return `says ${quoted(said)}, and is no row: others may be lacking there, get the file again`;
  const isLast = error['lines'] === text.trimEnd().split(/\r\n|\r|\n/).length;
  if (isLast && !isEnded(text)) return 'the file ends within this line: get it again, or remove the line';
  const [count, expected] = [
    Array.isArray(record) ? record.length : 0,
    Number(/expect (\d+)/.exec(error.message)?.[1]),
  ];
  const way =
    count > expected
      ? 'mend it, and quote numbers with a comma or part the fields by semicolons'
      : 'mend or remove it';
  return `has ${plural(count, 'field')}, and the first line ${expected}: ${way}`;
}

/** A CSV text without what may stand before its first line: addresses, comments (`#`), and the separator that Excel is told. */
export function withoutPreamble(text: string): string {
  return text.replace(/^\uFEFF?(?:(?:https?:\/\/|#|sep=.(?=\r?\n))[^\r\n]*(?:\r\n|\r|\n))+/i, '');
}

/** A plain number, or null where a cell says that there is none. Throws `usage` for anything else. */
export function readNumber(path: string, line: CsvLine, index: number): number | null {
  const text = line.fields[index] ?? '';
  const number = numberIn(text, 'point', false);
  if (number === undefined) throw malformed(path, line.number, `${quoted(text)} is not a number`);
  return number;
}

function unzipped(path: string, bytes: Uint8Array): Uint8Array {
  try {
    // With `info` it tells how much it read as well, of which its types know nothing.
    const unpacked = gunzipSync(bytes, { info: true }) as unknown as {
      readonly buffer: Uint8Array;
      readonly engine: { readonly bytesWritten: number };
    };
    // Where the next part has lost its beginning it passes over all that is left; zeros are padding.
    if (bytes.subarray(unpacked.engine.bytesWritten).some((byte) => byte !== 0))
      throw new Error('something else follows its first part');
    return unpacked.buffer;
  } catch (error) {
    throw malformed(path, null, `is no whole gzip file (${messageOf(error)}): get it again`);
  }
}

/** `verb`: what a file does with these bytes, to be told of those that are no CSV. */
function decoded(path: string, bytes: Uint8Array, verb: 'is' | 'holds'): Decoded {
  const source = textOf(path, bytes);
  const other = otherBytes(bytes) ?? otherText(source.text);
  if (other !== undefined) throw malformed(path, null, `${verb} ${other}`);
  return source;
}

function textOf(path: string, bytes: Uint8Array): Decoded {
  try {
    return decodedText(bytes);
  } catch (error) {
    throw malformed(path, null, `is too large to be read at once (${messageOf(error)}): cut it into several`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
