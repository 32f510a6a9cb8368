import { quoted } from '../../core/quoted.ts';
import { assertLastField } from './cut-field.ts';
import type { Decoded, Encoding } from './encoding.ts';
import type { Header } from './header.ts';
import { delimiterOf } from './heading.ts';
import { assertOrder } from './headerless.ts';
import { HEAD_LINES, type Layout, layoutOf } from './layout.ts';
import { isEnded } from './line-end.ts';
import { numberFormOf } from './number-form.ts';
import type { NumberForm } from './numbers.ts';
import { csvLines, malformed, malformedRow, readText } from './records.ts';
import type { CsvLine } from './csv-line.ts';
import { type CellForms, readRows, stampText } from './row-reader.ts';
import { rowsOfSections, type Sections } from './sections.ts';
import { stacked } from './side-by-side.ts';
import { type StampedRows, withCutEnd } from './stamped-rows.ts';
import {
  type DATE_ORDERS,
  type DateOrder,
  dateOrderOf,
  isYearLast,
  noStamp,
  ordersLeft,
  wordOf,
} from './stamps.ts';

/** What a user says of how files are written; what is not said is told by the files. */
export interface SaidForms {
  readonly numbers?: NumberForm | undefined;
  readonly dates?: DateOrder | undefined;
}

/** How a file was understood. */
export interface Dialect {
  readonly encoding: Encoding;
  /** The sign between fields. */
  readonly separator: string;
  readonly decimal: NumberForm;
  /** The order of dates that do not start with their year; null where they do. */
  readonly dates: keyof typeof DATE_ORDERS | null;
  /** Columns that are read, as the file calls them, null where it has no header; and those that are not. */
  readonly used: readonly string[] | null;
  readonly unused: readonly string[];
}

/** What a CSV file holds. */
export interface Table {
  readonly rows: StampedRows;
  /** What the rows themselves say they are of, by row; null where the file has no such column. */
  readonly names: readonly string[] | null;
  /** Whether `names` are of instruments; else they may be companies'. */
  readonly areTickers: boolean;
  /** Rows of the same file, of other instruments too. */
  readonly siblings?: StampedRows;
  /** The clock of stamps without an offset, as the header names it: an IANA zone, `UTC` or `exchange`. */
  readonly zone: string | null;
  readonly dialect: Dialect;
}

/**
 * Reads a CSV file: fields between commas, semicolons, tabs or bars, with a header that names a date (and a time, or both
 * in one), `open`, `high`, `low`, `close` and perhaps `volume`, `vwap`, `trades` and `ticker` in any order and case, or
 * without one (see `headerlessColumns`); what columns of splits and dividends tell stands beside the bars; others, such as
 * `Adj Close`, are ignored. Throws `usage` with file and line where it is malformed, where it may be read in two ways, and
 * where half of its rows have a cell that cannot be read.
 */
export function readTable(path: string, source: Decoded = readText(path), said: SaidForms = {}): Table {
  const { text, encoding } = source;
  const delimiter = delimiterOf(text);
  const all = stacked(csvLines(path, text, delimiter));
  if (all.length === 0) throw malformed(path, null, `is empty: ${GET_AGAIN}`);
  const layout = layoutOf(all.slice(0, HEAD_LINES).map(({ fields }) => fields));
  if ('problem' in layout) throw malformed(path, all[0]?.number ?? 1, layout.problem);
  const sections = rowsOfSections(path, all, layout);
  const lines = sections.rows;
  const { header, ticker } = withVolume(layout, lines);
  if (layout.names === null) assertOrder(path, lines, header);
  if (!isEnded(text)) assertLastField(path, sections, header);
  const isPointed = layout.names === null || layout.names.some((name) => name.startsWith('<'));
  const hints = { delimiter, isPointed, said: said.numbers ?? null };
  const forms: CellForms = {
    numbers: numberFormOf(path, lines, header, hints),
    dates: said.dates ?? orderOf(path, layout, lines),
  };
  const read = readRows(lines, { ...layout, header }, forms);
  const rows = mayBeCut(path, text, sections) ? withCutEnd(read) : read;
  assertReadable(path, rows, lines, layout);
  return {
    rows,
    names: ticker === null ? namesOf(header, lines) : lines.map(() => ticker),
    areTickers: ticker !== null || header.ticker !== null,
    zone: header.zone,
    dialect: {
      encoding,
      separator: delimiter,
      decimal: forms.numbers,
      dates: isYearLast(lines[0]?.fields[header.stamp] ?? '') ? wordOf(forms.dates) : null,
      ...columnsOf(layout, header),
    },
  };
}

/** Whether the last row may have lost a part of its last field. What was packed would not have been unpacked then. */
function mayBeCut(path: string, text: string, { lastColumn }: Sections): boolean {
  return lastColumn !== null && !isEnded(text) && !/\.(gz|zip)$/i.test(path);
}

/** What to do about a file that has nothing to read. */
export const GET_AGAIN = 'get it again, or remove it';

/** The columns of a layout; ticks count as the volume where no row has one. */
function withVolume(layout: Layout, lines: readonly CsvLine[]): Layout {
  const { ticks, volume } = layout.header;
  if (ticks === null || volume === null || ticks === volume) return layout;
  const isNone = lines.every(({ fields }) => Number(fields[volume] ?? '') === 0);
  return isNone ? { ...layout, header: { ...layout.header, volume: ticks } } : layout;
}

/** Refuses a file of which half of the rows cannot be read. */
function assertReadable(
  path: string,
  { bars, asides }: StampedRows,
  lines: readonly CsvLine[],
  layout: Layout,
): void {
  const [line] = lines;
  if (line !== undefined && bars.length === 0)
    throw malformed(
      path,
      line.number,
      `${noStamp(stampText(line, layout))}: mend it, or write dates as YYYY-MM-DD`,
    );
  const faults = [...asides.values()].flatMap(({ fault }) => fault ?? []);
  const [first] = faults;
  if (first === undefined || faults.length * 2 < bars.length) return;
  const more =
    faults.length === 1 ? '' : `, and ${faults.length - 1} more of its ${bars.length} rows are such`;
  throw malformedRow(path, `${first}${more}: mend or remove ${more === '' ? 'it' : 'them'}`);
}

function orderOf(path: string, layout: Layout, lines: readonly CsvLine[]): DateOrder {
  const column = layout.header.stamp;
  const dates = lines.map(({ fields }) => fields[column] ?? '');
  const order = dateOrderOf(dates);
  if (order !== undefined) return order;
  const orders = ordersLeft(dates);
  const [first] = lines;
  const isShort = orders.includes('year-first');
  const may = isShort ? 'the day, the month or the year' : 'the day or the month';
  const ways = orders.map(wordOf);
  throw malformed(
    path,
    first?.number ?? null,
    `its dates such as ${quoted(first?.fields[column] ?? '')} may start with ${may}: give --csv-dates ${ways.join(' or ')}, or write them as YYYY-MM-DD`,
  );
}

function columnOf(column: number | null, lines: readonly CsvLine[]): string[] | null {
  return column === null ? null : lines.map(({ fields }) => fields[column] ?? '');
}

function namesOf({ ticker, name }: Header, lines: readonly CsvLine[]): string[] | null {
  const names = columnOf(ticker ?? name, lines);
  // A name may be a company's: those of instruments are short, without spaces, in capitals.
  const isTicker = (text: string): boolean => /^[A-Z0-9^][A-Z0-9.^=-]{0,11}$/.test(text);
  return ticker !== null || names?.every(isTicker) === true ? names : null;
}

function columnsOf({ names }: Layout, header: Header): Pick<Dialect, 'used' | 'unused'> {
  if (names === null) return { used: null, unused: [] };
  const { stamp, time, open, high, low, close, volume, vwap, trades } = header;
  const beside = [header.ticker, header.name, header.interval, header.isFinal];
  const told = header.actions.map(({ index }) => index);
  const read = [stamp, time, open, high, low, close, volume, vwap, trades, ...beside, ...told];
  const used = [...new Set(read)].flatMap((column) => (column === null ? [] : (names[column] ?? [])));
  return { used, unused: names.filter((name, i) => name !== '' && !read.includes(i)) };
}
