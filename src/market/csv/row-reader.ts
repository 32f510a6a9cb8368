import type { MarketRow } from '../market.ts';
import type { Header } from './header.ts';
import type { Layout } from './layout.ts';
import { type NumberForm, numberIn } from './numbers.ts';
import type { CsvLine } from './records.ts';
import { type DateOrder, readStamp, type Stamp } from './stamps.ts';
import { toldIn, type ToldValue } from './told-actions.ts';

/** A row with its stamp as written. */
export interface StampedRow extends Omit<MarketRow, 'ts'> {
  readonly stamp: Stamp;
  /** Set where its own stamp cannot be read: `stamp` is then that of the row before, or of the first that has one. */
  readonly isUndated?: true;
  /** Set where it has no open, high, low or close: which, with its line. */
  readonly lacks?: string;
  /** Set where the row was exported before its session was settled: whatever it is now, it is not that any more. */
  readonly isFinal?: false;
  /** The interval that it says it is of, as written. */
  readonly interval?: string;
  /** What it tells of splits and dividends by the way. Default: nothing. */
  readonly told?: readonly ToldValue[];
}

/** How the cells of a file are read. */
export interface CellForms {
  readonly numbers: NumberForm;
  readonly dates: DateOrder;
}

const FIELDS = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades'] as const;

/** What other tools make of `false`, besides its case, and what a cut leaves of it. */
const FALSE = /^(f(a|al|als|alse)?|0|no?)$/i;

/**
 * The rows of lines, in their order. One with a cell that is no number, or no date, is there with what is wrong with it
 * (`fault`). Empty where no line has a date.
 */
export function readRows(lines: readonly CsvLine[], layout: Layout, forms: CellForms): StampedRow[] {
  const stamps = lines.map((line) => readStamp(stampText(line, layout), forms.dates));
  let near = stamps.find((stamp) => stamp !== undefined);
  if (near === undefined) return [];
  const rowOf = rowReader(layout.header, forms.numbers);
  const rows: StampedRow[] = [];
  for (const [i, line] of lines.entries()) {
    const stamp = stamps[i];
    if (stamp === undefined) rows.push(undatedRow(near, line, layout));
    else {
      near = stamp;
      const row = rowOf(line, stamp);
      const aside = asideOf(line, layout.header);
      rows.push(aside === undefined ? row : { ...row, ...aside });
    }
  }
  return rows;
}

/** What a line says of its date and time. */
export function stampText({ fields }: CsvLine, { header: { stamp, time }, zoneBehind }: Layout): string {
  const written = fields[stamp] ?? '';
  const isZoned = zoneBehind !== null && written.endsWith(zoneBehind);
  const date = isZoned ? written.slice(0, -zoneBehind.length) : written;
  return (time === null ? date : `${date} ${clockTime(fields[time] ?? '')}`).trim();
}

/** `930` as 0930, `93000` as 093000. */
function clockTime(text: string): string {
  return /^\d+$/.test(text) ? text.padStart(text.length > 4 ? 6 : 4, '0') : text;
}

function undatedRow(stamp: Stamp, line: CsvLine, layout: Layout): StampedRow {
  const fault = `line ${line.number}: "${stampText(line, layout)}" is no date or time`;
  const nothing = { open: null, high: null, low: null, close: null, volume: null, vwap: null, trades: null };
  return { stamp, ...nothing, ...asideOf(line, layout.header), isUndated: true, fault };
}

function rowReader(header: Header, form: NumberForm): (line: CsvLine, stamp: Stamp) => StampedRow {
  const read = (fields: readonly string[], column: number | null, isCount: boolean) =>
    column === null ? null : numberIn(fields[column] ?? '', form, isCount);
  return (line, stamp) => {
    const { fields } = line;
    const values = {
      stamp,
      open: read(fields, header.open, false),
      high: read(fields, header.high, false),
      low: read(fields, header.low, false),
      close: read(fields, header.close, false),
      volume: read(fields, header.volume, true),
      vwap: read(fields, header.vwap, false),
      trades: read(fields, header.trades, true),
    };
    if (!isRead(values)) return faulty(line, values, header);
    const { open, high, low, close } = values;
    const isWhole = open !== null && high !== null && low !== null && close !== null;
    return isWhole ? values : lacking(line, values, header);
  };
}

type Read = Pick<StampedRow, 'stamp'> & {
  readonly [F in (typeof FIELDS)[number]]: number | null | undefined;
};

function isRead(values: Read): values is StampedRow {
  const { open, high, low, close, volume, vwap, trades } = values;
  const isBar = open !== undefined && high !== undefined && low !== undefined && close !== undefined;
  return isBar && volume !== undefined && vwap !== undefined && trades !== undefined;
}

function faulty({ fields, number }: CsvLine, values: Read, header: Header): StampedRow {
  const first = FIELDS.find((field) => values[field] === undefined) ?? 'close';
  const fault = `line ${number}: "${fields[header[first] ?? -1] ?? ''}" is not a number (${first})`;
  const known = Object.fromEntries(FIELDS.map((field) => [field, values[field] ?? null]));
  return { ...(known as unknown as Omit<MarketRow, 'ts'>), stamp: values.stamp, fault };
}

function lacking({ fields, number }: CsvLine, values: StampedRow, header: Header): StampedRow {
  const first = FIELDS.find((field) => values[field] === null) ?? 'close';
  return {
    ...values,
    lacks: `line ${number}: "${fields[header[first] ?? -1] ?? ''}" is no price (${first})`,
  };
}

/** What a row says beside its bar. */
function asideOf(
  { fields }: CsvLine,
  { isFinal, actions, interval }: Header,
): Pick<StampedRow, 'isFinal' | 'told' | 'interval'> | undefined {
  const isProvisional = isFinal !== null && FALSE.test(fields[isFinal] ?? '');
  const told = actions.length === 0 ? [] : toldIn(fields, actions);
  if (!isProvisional && told.length === 0 && interval === null) return undefined;
  return {
    ...(isProvisional && { isFinal: false }),
    ...(told.length > 0 && { told }),
    ...(interval !== null && { interval: fields[interval] ?? '' }),
  };
}
