import type { MarketRow } from '../market.ts';
import { assertLastField } from './cut-field.ts';
import type { Header } from './header.ts';
import { HEAD_LINES, type Layout, layoutOf } from './layout.ts';
import { isEnded } from './line-end.ts';
import { numberFormOf, readAmount } from './numbers.ts';
import { type CsvLine, csvLines, malformed, readText, withoutPreamble } from './records.ts';
import { rowsOfSections } from './sections.ts';
import { type DateOrder, dateOrderOf, readStamp, type Stamp } from './stamps.ts';
import { toldIn, type ToldValue } from './told-actions.ts';

/** A row with its stamp as written. */
export interface StampedRow extends Omit<MarketRow, 'ts'> {
  readonly stamp: Stamp;
  /** Set where the row was exported before its session was settled: whatever it is now, it is not that any more. */
  readonly isFinal?: false;
  /** What it tells of splits and dividends by the way. Default: nothing. */
  readonly told?: readonly ToldValue[];
}

/** What a CSV file holds. */
export interface Table {
  readonly rows: readonly StampedRow[];
  /** What the rows themselves say they are of, by row; null where the file has no such column. */
  readonly names: readonly string[] | null;
  /** Whether `names` are of instruments; else they may be companies'. */
  readonly areTickers: boolean;
  /** Rows of the same file, of other instruments too. */
  readonly siblings?: readonly StampedRow[];
  /** The clock of stamps without an offset, as the header names it: an IANA zone, `UTC` or `exchange`. */
  readonly zone: string | null;
}

/**
 * Reads a CSV file: fields between commas, semicolons, tabs or bars, with a header that names a date (and a time, or both
 * in one), `open`, `high`, `low`, `close` and perhaps `volume`, `vwap`, `trades` and `ticker` in any order and case; what
 * columns of splits and dividends tell stands beside the bars; others, such as `Adj Close`, are ignored. Throws `usage` with file and line where it is malformed.
 */
export function readTable(path: string, text = readText(path)): Table {
  const delimiter = delimiterOf(text);
  const all = csvLines(path, text, delimiter);
  const layout = layoutOf(all.slice(0, HEAD_LINES).map(({ fields }) => fields));
  if ('problem' in layout) throw malformed(path, all[0]?.number ?? 1, layout.problem);
  const { header, ticker } = layout;
  const sections = rowsOfSections(path, all, layout);
  const lines = sections.rows;
  assertOneInterval(path, header, lines);
  if (!isEnded(text)) assertLastField(path, sections, header);
  const rows = lines.map(rowReader(path, layout, lines, delimiter));
  return {
    rows,
    names: ticker === null ? namesOf(header, lines) : lines.map(() => ticker),
    areTickers: ticker !== null || header.ticker !== null,
    zone: header.zone,
  };
}

/** Whether a column is a number that is stored. */
function isNumber({ open, high, low, close, volume, vwap, trades }: Header, column: number): boolean {
  return [open, high, low, close, volume, vwap, trades].includes(column);
}

/** What other tools make of `false`, besides its case, and what a cut leaves of it. */
const FALSE = /^(f(a|al|als|alse)?|0|no?)$/i;

/** What a row says beside its bar. */
function asideOf(
  { fields }: CsvLine,
  { isFinal, actions }: Header,
): Pick<StampedRow, 'isFinal' | 'told'> | undefined {
  const isProvisional = isFinal !== null && FALSE.test(fields[isFinal] ?? '');
  const told = actions.length === 0 ? [] : toldIn(fields, actions);
  if (!isProvisional && told.length === 0) return undefined;
  return { ...(isProvisional && { isFinal: false }), ...(told.length > 0 && { told }) };
}

function assertOneInterval(path: string, { interval }: Header, lines: readonly CsvLine[]): void {
  if (interval === null) return;
  const [first, second] = new Set(lines.map(({ fields }) => fields[interval]));
  if (second !== undefined)
    throw malformed(path, null, `holds bars of ${first} and ${second}; write one file for each interval`);
}

/** What the beginning of a CSV text shows. */
export interface Heading {
  /** Whether it is a header of bars. */
  readonly isTable: boolean;
  /** Whether the rows name their instruments. */
  readonly namesTickers: boolean;
  /** Whether lines end with a number that is stored. */
  readonly endsInNumber: boolean;
}

/** Whether a CSV text begins with a header of bars, and what columns it has. */
export function headingOf(text: string): Heading {
  const lines = withoutPreamble(text)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, HEAD_LINES);
  const delimiter = delimiterOf(text);
  const cut = (line: string): string[] =>
    line.split(delimiter).map((field) => field.replaceAll('"', '').trim());
  const layout = layoutOf(lines.map(cut));
  if ('problem' in layout) return { isTable: false, namesTickers: false, endsInNumber: false };
  const { header, ticker } = layout;
  return {
    isTable: true,
    namesTickers: [ticker, header.ticker, header.name].some((one) => one !== null),
    endsInNumber: isNumber(header, cut(lines[0] ?? '').length - 1),
  };
}

/** The sign that cuts the first line into the most fields. */
function delimiterOf(text: string): string {
  const line = withoutPreamble(text.slice(0, 4096)).split('\n', 1)[0] ?? '';
  const count = (sign: string): number => line.split(sign).length;
  return [',', ';', '\t', '|'].reduce((best, sign) => (count(sign) > count(best) ? sign : best));
}

function rowReader(
  path: string,
  { header, zoneBehind }: Layout,
  lines: readonly CsvLine[],
  delimiter: string,
): (line: CsvLine) => StampedRow {
  const { open, high, low, close, volume, vwap, trades } = header;
  const order = orderOf(path, header, lines);
  const form = numberFormOf(lines, [open, high, low, close], delimiter);
  const at = (line: CsvLine, index: number | null): number | null =>
    index === null ? null : readAmount(path, line, index, form);
  return (line) => ({
    stamp: stampOf(path, line, header, zoneBehind, order),
    open: at(line, open),
    high: at(line, high),
    low: at(line, low),
    close: at(line, close),
    volume: at(line, volume),
    vwap: at(line, vwap),
    trades: at(line, trades),
    ...asideOf(line, header),
  });
}

function orderOf(path: string, { stamp }: Header, lines: readonly CsvLine[]): DateOrder {
  const order = dateOrderOf(lines.map(({ fields }) => fields[stamp] ?? ''));
  if (order !== undefined) return order;
  const [first] = lines;
  const example = `its dates such as "${first?.fields[stamp]}" may start with the day or the month`;
  throw malformed(path, first?.number ?? null, `${example}; write them as YYYY-MM-DD`);
}

function stampOf(
  path: string,
  line: CsvLine,
  { stamp, time }: Header,
  zoneBehind: string | null,
  order: DateOrder,
): Stamp {
  const written = line.fields[stamp] ?? '';
  const date =
    zoneBehind !== null && written.endsWith(zoneBehind) ? written.slice(0, -zoneBehind.length) : written;
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
