import type { Adjustment } from '../core/adjust/factors.ts';
import type { Series } from '../core/bars/bars.ts';
import type { Labels } from '../core/bars/columns.ts';
import { isOutsideRange } from '../core/checks/outside-range.ts';
import { formatDay, utcDayOf } from '../core/session/day.ts';
import type { BarBatch, BarColumn } from './bar-batch.ts';
import type { IsFinal } from './finality.ts';

/** Which columns a table of bars has after `ticker` and `ts`; `is_final` comes after them in every case. */
export interface TableForm {
  /** In their order. */
  readonly columns: readonly BarColumn[];
  /** Whether it is said of each bar that it opens or closes outside its range; that needs all four prices. */
  readonly hasOutsideRange: boolean;
  /** Tables of adjusted bars say in a last column what for, so that nobody takes them for bars as traded. */
  readonly adjust: Adjustment;
}

/** What is exported of a bar where nobody names columns. */
const EXPORTED: readonly BarColumn[] = [
  ...(['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades', 'source'] as const),
];

/** The form of exports, or one with the columns that are named. */
export function formOf(adjust: Adjustment, columns?: readonly BarColumn[]): TableForm {
  return { columns: columns ?? EXPORTED, hasOutsideRange: columns === undefined, adjust };
}

/** What a column of bars is called in tables: as in the files of a store. */
export function columnName(column: BarColumn): string {
  return column === 'fetchedAt' ? 'fetched_at' : column;
}

/** The names of all columns of a table, in their order. */
export function headingOf({ columns, hasOutsideRange, adjust }: TableForm): readonly string[] {
  return [
    ...['ticker', 'ts', ...columns.map(columnName), 'is_final'],
    ...(hasOutsideRange ? ['outside_range'] : []),
    ...(adjust === 'none' ? [] : ['adjusted']),
  ];
}

/** How a line is written: the values of CSV (RFC 4180), or an object of JSON. */
export type LineFormat = 'csv' | 'json';

/**
 * The bars of a batch as lines without their ends, some thousands at a time. Bars as traded (`adjust` is `none`) are written
 * exactly; the numbers of others without the noise of their factors.
 */
export function* linesOf(
  form: TableForm,
  format: LineFormat,
  batch: BarBatch,
  isFinal: IsFinal,
): Generator<string[]> {
  const values = valuesOf(form, WRITTEN[format], batch, isFinal);
  const names = headingOf(form).map((name) => `${JSON.stringify(name)}:`);
  const line =
    format === 'csv'
      ? (i: number) => values.map((value) => value(i)).join(',')
      : (i: number) => `{${values.map((value, at) => `${names[at]}${value(i)}`).join(',')}}`;
  for (let from = 0; from < batch.rows; from += LINES)
    yield Array.from({ length: Math.min(LINES, batch.rows - from) }, (_, i) => line(from + i));
}

/** Lines that are made at once. */
const LINES = 5000;

/** A value of bar i as it is written. */
type Value = (i: number) => string;

/** How values are written; a number is null where it is not known. */
interface Written {
  readonly number: (value: number | null) => string;
  readonly text: (value: string) => string;
}

const WRITTEN: Readonly<Record<LineFormat, Written>> = {
  csv: { number: (value) => (value === null ? '' : String(value)), text: csvField },
  json: { number: (value) => JSON.stringify(value), text: (value) => JSON.stringify(value) },
};

/** Those of all columns. */
function valuesOf(form: TableForm, { number, text }: Written, batch: BarBatch, isFinal: IsFinal): Value[] {
  const { series, ts } = batch;
  const shown = form.adjust === 'none' ? number : (value: number | null) => number(withoutNoise(value));
  const ofColumn = (column: BarColumn): Value => {
    if (column === 'source') return labelled(batch.source, text);
    if (column === 'fetchedAt') return (i) => text(instantText(batch.fetchedAt[i] as number));
    const numbers = batch[column];
    return (i) => {
      const value = numbers?.[i] ?? Number.NaN;
      return shown(Number.isNaN(value) ? null : value);
    };
  };
  const ticker = text(series.ticker);
  const adjusted = text(form.adjust);
  return [
    () => ticker,
    (i) => text(stampOf(series, ts[i] as number)),
    ...form.columns.map(ofColumn),
    (i) => String(isFinal(ts[i] as number)),
    ...(form.hasOutsideRange ? [(i: number) => String(isOutsideAt(batch, i))] : []),
    ...(form.adjust === 'none' ? [] : [() => adjusted]),
  ];
}

function labelled({ codes, names }: Labels, text: Written['text']): Value {
  const written = names.map(text);
  return (i) => written[codes[i] ?? 0] ?? text('');
}

/** Whether bar i opens or closes outside its range. */
export function isOutsideAt({ open, high, low, close }: BarBatch, i: number): boolean {
  const [o, h, l, c] = [open[i] as number, high[i] as number, low[i] as number, close[i] as number];
  return isOutsideRange({ open: o, high: h, low: l, close: c });
}

/** Digits that a double keeps of any decimal: what a product of factors has beyond them (92.84279999999998) is noise. */
const SURE_DIGITS = 15;

function withoutNoise(value: number | null): number | null {
  return value === null || Number.isInteger(value) ? value : Number(value.toPrecision(SURE_DIGITS));
}

/** Text as a field of CSV (RFC 4180). */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function stampOf({ interval }: Series, ts: number): string {
  return interval === '1d' ? formatDay(utcDayOf(ts)) : instantText(ts);
}

function instantText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}
