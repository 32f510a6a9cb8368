import type { MarketRow } from '../market.ts';
import { type Header, klineHeader, readHeader } from './header.ts';
import { numberFormOf, readAmount } from './numbers.ts';
import { type CsvLine, csvLines, malformed, readText, withoutPreamble } from './records.ts';
import { type DateOrder, dateOrderOf, readStamp, type Stamp } from './stamps.ts';

/** A row with its stamp as written. */
export interface StampedRow extends Omit<MarketRow, 'ts'> {
  readonly stamp: Stamp;
}

/** What a CSV file holds. */
export interface Table {
  readonly rows: readonly StampedRow[];
  /** What the rows themselves say they are of, by row; null where the file has no such column. */
  readonly names: readonly string[] | null;
  /** Rows of the same file, of other instruments too. */
  readonly siblings?: readonly StampedRow[];
  /** The clock of stamps without an offset, as the header names it: an IANA zone, `UTC` or `exchange`. */
  readonly zone: string | null;
}

/**
 * Reads a CSV file: fields between commas, semicolons, tabs or bars, with a header that names a date (and a time, or both
 * in one), `open`, `high`, `low`, `close` and perhaps `volume`, `vwap`, `trades` and `ticker` in any order and case; other
 * columns, such as `Adj Close`, are ignored. Throws `usage` with file and line where it is malformed.
 */
export function readTable(path: string, text = readText(path)): Table {
  const delimiter = delimiterOf(text);
  const all = csvLines(path, text, delimiter);
  const kline = klineHeader(all[0]?.fields ?? []);
  const lines = kline === undefined ? all.slice(1) : all;
  const header = kline ?? headerOf(path, all);
  const rowOf = rowReader(path, header, lines, delimiter);
  return { rows: lines.map(rowOf), names: namesOf(header, lines), zone: header.zone };
}

/** Whether the first line of a CSV text is a header of bars, and one that names the instrument of each row. */
export function headingOf(text: string): { readonly isTable: boolean; readonly namesTickers: boolean } {
  const [first, second] = withoutPreamble(text)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, 2);
  const delimiter = delimiterOf(text);
  const cut = (line = ''): string[] => line.split(delimiter).map((field) => field.replaceAll('"', '').trim());
  const header = klineHeader(cut(first)) ?? readHeader(cut(first), cut(second));
  if ('missing' in header) return { isTable: false, namesTickers: false };
  return { isTable: true, namesTickers: header.ticker !== null || header.name !== null };
}

function headerOf(path: string, lines: readonly CsvLine[]): Header {
  const header = readHeader(lines[0]?.fields ?? [], lines[1]?.fields ?? []);
  if (!('missing' in header)) return header;
  throw malformed(path, lines[0]?.number ?? 1, `the header names no column "${header.missing}"`);
}

/** The sign that cuts the first line into the most fields. */
function delimiterOf(text: string): string {
  const line = withoutPreamble(text.slice(0, 4096)).split('\n', 1)[0] ?? '';
  const count = (sign: string): number => line.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

function rowReader(
  path: string,
  header: Header,
  lines: readonly CsvLine[],
  delimiter: string,
): (line: CsvLine) => StampedRow {
  const { open, high, low, close, volume, vwap, trades } = header;
  const order = orderOf(path, header, lines);
  const form = numberFormOf(lines, [open, high, low, close], delimiter);
  const at = (line: CsvLine, index: number | null): number | null =>
    index === null ? null : readAmount(path, line, index, form);
  return (line) => ({
    stamp: stampOf(path, line, header, order),
    open: at(line, open),
    high: at(line, high),
    low: at(line, low),
    close: at(line, close),
    volume: at(line, volume),
    vwap: at(line, vwap),
    trades: at(line, trades),
  });
}

function orderOf(path: string, { stamp }: Header, lines: readonly CsvLine[]): DateOrder {
  const order = dateOrderOf(lines.map(({ fields }) => fields[stamp] ?? ''));
  if (order !== undefined) return order;
  const [first] = lines;
  const example = `its dates such as "${first?.fields[stamp]}" may start with the day or the month`;
  throw malformed(path, first?.number ?? null, `${example}; write them as YYYY-MM-DD`);
}

function stampOf(path: string, line: CsvLine, { stamp, time }: Header, order: DateOrder): Stamp {
  const date = line.fields[stamp] ?? '';
  const text = time === null ? date : `${date} ${clockTime(line.fields[time] ?? '')}`;
  const read = readStamp(text.trim(), order);
  if (read === undefined) throw malformed(path, line.number, `"${text.trim()}" is no date or time`);
  return read;
}

/** `930` as 0930, `93000` as 093000. */
function clockTime(text: string): string {
  return /^\d+$/.test(text) ? text.padStart(text.length > 4 ? 6 : 4, '0') : text;
}

function namesOf({ ticker, name }: Header, lines: readonly CsvLine[]): string[] | null {
  const column = ticker ?? name;
  if (column === null) return null;
  const names = lines.map(({ fields }) => fields[column] ?? '');
  // A name may be a company's: those of instruments are short, without spaces, in capitals.
  return ticker !== null || names.every((text) => /^[A-Z0-9^][A-Z0-9.^=-]{0,11}$/.test(text)) ? names : null;
}
