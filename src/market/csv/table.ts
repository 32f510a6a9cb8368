import { assertLastField } from './cut-field.ts';
import { ticksUnit, unreadVolume, type VolumeUnit } from './column-units.ts';
import type { Decoded, Encoding } from './encoding.ts';
import type { Header } from './header.ts';
import { cellsOf, orderIn } from './order-in.ts';
import { footerFormOf, withoutFooter } from './footer.ts';
import { headerBelowTitle, withTitleMarked } from './heading.ts';
import { assertOrder } from './headerless.ts';
import { HEAD_LINES, type Layout, layoutOf } from './layout.ts';
import { isEnded } from './line-end.ts';
import { clockOfCells, type UnknownClock } from './named-clock.ts';
import { numberFormOf } from './number-form.ts';
import type { NumberForm } from './numbers.ts';
import { csvLines, malformed, malformedRow, readText } from './records.ts';
import type { CsvLine, Lines } from './csv-line.ts';
import { type LongText, NotInStretches } from './long-text.ts';
import { type CellForms, readRows, stampText } from './row-reader.ts';
import { rowsOfLongText, rowsOfSections, type Sections } from './sections.ts';
import { stacked } from './side-by-side.ts';
import { type StampedRows, withCutEnd } from './stamped-rows.ts';
import { type DATE_ORDERS, type DateOrder, isYearLast, noStamp, wordOf } from './stamps.ts';

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
  /** Without one the columns are told by their place. */
  readonly hasHeader: boolean;
  /** Columns that are read, as the file calls them, or as we do where it has no header. */
  readonly used: readonly string[];
  /** As the file calls them; none where it has no header. */
  readonly unused: readonly string[];
  /** That of them which may be of volumes, where none is read; null: none may. */
  readonly mayBeVolume: string | null;
}

/** What a CSV file holds. */
export interface Table {
  readonly rows: StampedRows;
  /** A last line of words that is no row; null where there is none, or others tell of it. */
  readonly footer: string | null;
  /** A first line of words above the header. Default: there is none. */
  readonly title?: string | undefined;
  /** What the rows themselves say they are of, by row; null where the file has no such column. */
  readonly names: readonly string[] | null;
  /** Whether `names` are of instruments; else they may be companies'. */
  readonly areTickers: boolean;
  /** Rows of the same file, of other instruments too. */
  readonly siblings?: StampedRows;
  /** The clock of stamps without an offset, as the header names it: an IANA zone, `UTC` or `exchange`. */
  readonly zone: string | null;
  /** What the header, or a column of zones, says of that clock and is not understood. */
  readonly unknownClock: UnknownClock | null;
  /** What the volume counts, where that is not plainly what is traded. */
  readonly volumeIn: VolumeUnit | null;
  readonly dialect: Dialect;
}

/** How the rows of a CSV file are to be read. */
export interface TableForm {
  readonly layout: Layout;
  readonly forms: CellForms;
  readonly rows: Lines;
  /** A last line of words that is no row; null where there is none. */
  readonly footer: string | null;
  /** Whether the last row may have lost a part of its last field. */
  readonly mayBeCut: boolean;
  readonly dialect: Dialect;
}

/**
 * Reads a CSV file: fields between commas, semicolons, tabs or bars, with a header that names a date (and a time, or both
 * in one), `open`, `high`, `low`, `close` and perhaps `volume`, `vwap`, `trades`, `currency` and `ticker` in any order and case, or
 * without one (see `headerlessColumns`); what columns of splits and dividends tell stands beside the bars; others, such as
 * `Adj Close`, are ignored. Throws `usage` with file and line where it is malformed, where it may be read in two ways, and
 * where half of its rows have a cell that cannot be read.
 */
export function readTable(path: string, source: Decoded = readText(path), said: SaidForms = {}): Table {
  const titled = withTitleMarked(source.text);
  if (titled === null) return tableOfText(path, source, said);
  return { ...tableOfText(path, { ...source, text: titled.text }, said), title: titled.title };
}

function tableOfText(path: string, source: Decoded, said: SaidForms): Table {
  const { encoding } = source;
  const footerForm = footerFormOf(source.text);
  const { delimiter } = footerForm;
  const { body: text, footer } = withoutFooter(source.text, footerForm);
  const { all, layout } = withoutTitle(path, source.text, () => {
    const lines = stacked(csvLines(path, text, delimiter));
    return { all: lines, layout: layoutFor(path, lines) };
  });
  const sections = rowsOfSections(path, all, layout);
  const form = formOf(path, layout, sections, { encoding, delimiter, isEnded: isEnded(text), footer }, said);
  const lines = sections.rows.stretch(0);
  const rows = rowsOf(form, 0, lines);
  assertReadable(path, rows, lines, layout);
  const { header } = form.layout;
  return {
    rows,
    footer,
    names: namesOf(form.layout, lines),
    areTickers: areTickers(form.layout),
    ...saidIn(header),
    dialect: form.dialect,
  };
}

/** Says of a text that cannot be read that lines stand above its header, where that is so. */
function withoutTitle<Read>(path: string, text: string, read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    const line = headerBelowTitle(text);
    if (line === null) throw error;
    throw malformed(path, 1, `is no header, but line ${line} is one: remove the lines above that`);
  }
}

/** How a long text is to be read. Throws `usage` like `readTable`, and `NotInStretches` where that reads it at once. */
export function formOfLongText(text: LongText, said: SaidForms): TableForm {
  const { path, encoding, delimiter, isEnded: ended, footer } = text;
  const head: CsvLine[] = [];
  for (let i = 0; i < text.stretches && head.length < HEAD_LINES; i++)
    for (const line of text.lines(i)) if (head.length < HEAD_LINES) head.push(line);
  if (stacked(head) !== head) throw new NotInStretches('holds several tickers side by side');
  const layout = layoutFor(path, head);
  const sections = rowsOfLongText(text, layout);
  return formOf(path, layout, sections, { encoding, delimiter, isEnded: ended, footer }, said);
}

function layoutFor(path: string, lines: readonly CsvLine[]): Layout {
  if (lines.length === 0) throw malformed(path, null, `is empty: ${GET_AGAIN}`);
  const layout = layoutOf(lines.slice(0, HEAD_LINES).map(({ fields }) => fields));
  if ('problem' in layout) throw malformed(path, lines[0]?.number ?? 1, layout.problem);
  return layout;
}

function formOf(
  path: string,
  asWritten: Layout,
  sections: Sections,
  text: Pick<LongText, 'encoding' | 'delimiter' | 'isEnded' | 'footer'>,
  said: SaidForms,
): TableForm {
  const lines = sections.rows;
  const layout = withClock(withVolume(asWritten, lines), lines);
  const { header, names } = layout;
  if (names === null) assertOrder(path, lines, header);
  if (!text.isEnded) assertLastField(path, sections, header);
  const isPointed = names === null || names.some((name) => name.startsWith('<'));
  const hints = { delimiter: text.delimiter, isPointed, said: said.numbers ?? null };
  const forms: CellForms = {
    numbers: numberFormOf(path, lines, header, hints),
    dates: said.dates ?? orderIn(path, lines, layout.header.stamp),
  };
  const [first] = lines;
  return {
    layout,
    forms,
    rows: lines,
    footer: text.footer,
    // What was packed would not have been unpacked then.
    mayBeCut: sections.lastColumn !== null && !text.isEnded && !/\.(gz|zip)$/i.test(path),
    dialect: {
      encoding: text.encoding,
      separator: text.delimiter,
      decimal: forms.numbers,
      dates: isYearLast(first?.fields[header.stamp] ?? '') ? wordOf(forms.dates) : null,
      ...columnsOf(layout, header),
    },
  };
}

/** The rows of a stretch, in their order. */
export function rowsOf(
  { rows, layout, forms, mayBeCut }: TableForm,
  stretch: number,
  lines: readonly CsvLine[] = rows.stretch(stretch),
): StampedRows {
  const read = readRows(lines, layout, forms);
  return mayBeCut && stretch === rows.stretches - 1 ? withCutEnd(read) : read;
}

/** What to do about a file that has nothing to read. */
export const GET_AGAIN = 'get it again, or remove it';

/** The columns of a layout; ticks count as the volume where no row has one. */
function withVolume(layout: Layout, lines: Iterable<CsvLine>): Layout {
  const { ticks, volume } = layout.header;
  if (ticks === null || volume === null || ticks === volume) return layout;
  for (const { fields } of lines) if (Number(fields[volume] ?? '') !== 0) return layout;
  const volumeIn = ticksUnit(layout.names?.[ticks] ?? 'ticks');
  return { ...layout, header: { ...layout.header, volume: ticks, volumeIn } };
}

/** The layout with the clock that a column of zones tells. */
function withClock(layout: Layout, lines: Iterable<CsvLine>): Layout {
  const { clock, zone } = layout.header;
  const [column, zoneBehind] = [layout.names?.[clock ?? -1], layout.zoneBehind];
  if (clock === null || column === undefined || zoneBehind !== null) return layout;
  const said = clockOfCells(column, cellsOf(clock, lines));
  if (said === null) return layout;
  const differs = zone !== null && zone !== said.zone;
  const unknownClock = differs ? { column, word: said.unknown?.word ?? said.zone ?? '' } : said.unknown;
  return { ...layout, header: { ...layout.header, zone: differs ? null : said.zone, unknownClock } };
}

/** What a header says of its columns. */
export function saidIn({
  zone,
  unknownClock,
  volumeIn,
}: Header): Pick<Table, 'zone' | 'unknownClock' | 'volumeIn'> {
  return { zone, unknownClock, volumeIn };
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

/** What lines say of their instruments: see `Table`. */
export function namesOf({ ticker: ofAll, header }: Layout, lines: readonly CsvLine[]): string[] | null {
  const { ticker, name } = header;
  const column = ticker ?? name;
  if (ofAll !== null) return lines.map(() => ofAll);
  const names = column === null ? null : [...cellsOf(column, lines)];
  // A name may be a company's: those of instruments are short, without spaces, in capitals.
  const isTicker = (text: string): boolean => /^[A-Z0-9^][A-Z0-9.^=-]{0,11}$/.test(text);
  return ticker !== null || names?.every(isTicker) === true ? names : null;
}

export function areTickers({ ticker, header }: Layout): boolean {
  return ticker !== null || header.ticker !== null;
}

function columnsOf(
  { names }: Layout,
  header: Header,
): Pick<Dialect, 'hasHeader' | 'used' | 'unused' | 'mayBeVolume'> {
  if (names === null) return { hasHeader: false, used: placedColumns(header), unused: [], mayBeVolume: null };
  const { stamp, time, open, high, low, close, volume, vwap, trades } = header;
  const beside = [
    header.ticker,
    header.name,
    header.interval,
    header.isFinal,
    header.adjusted,
    header.currency,
    header.clock,
  ];
  const told = header.actions.map(({ index }) => index);
  const read = [stamp, time, open, high, low, close, volume, vwap, trades, ...beside, ...told];
  const used = [...new Set(read)].flatMap((column) => (column === null ? [] : (names[column] ?? [])));
  const unused = names.filter((name, i) => name !== '' && !read.includes(i));
  return { hasHeader: true, used, unused, mayBeVolume: unreadVolume(volume, unused) };
}

/** The columns of a file without a header, in their order. */
function placedColumns({ time, volume, trades }: Header): string[] {
  const stamp = time === null ? ['stamp'] : ['date', 'time'];
  const more = [...(volume === null ? [] : ['volume']), ...(trades === null ? [] : ['trades'])];
  return [...stamp, 'open', 'high', 'low', 'close', ...more];
}
