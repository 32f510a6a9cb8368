import type { Data, Field } from 'apache-arrow';
import type { Labels } from '../core/bars/columns.ts';
import type { BarBatch, BarColumn } from './bar-batch.ts';
import { columnName, isOutsideAt } from './bar-lines.ts';
import type { BarTable } from './bar-table.ts';
import type { Arrow } from './arrow-package.ts';

/** A column of an Arrow table: what it is, and how a batch of bars has it. */
export interface ArrowColumn {
  readonly field: Field;
  readonly dataOf: (batch: BarBatch) => Data;
}

/** All columns of a table, in the order of `headingOf`. Numbers are those of the batches themselves: they are not copied. */
export function arrowColumns(arrow: Arrow, table: BarTable): readonly ArrowColumn[] {
  const { form, series, isFinalOf } = table;
  const places = new Map(series.map(({ ticker }, place) => [ticker, place]));
  const tickers = wordColumn(arrow, 'ticker', [...places.keys()]);
  const adjusted = wordColumn(arrow, 'adjusted', [form.adjust]);
  return [
    {
      field: tickers.field,
      dataOf: ({ series: { ticker }, rows }) => tickers.data(places.get(ticker) ?? 0, rows),
    },
    stampColumn(arrow, 'ts', ({ ts }) => ts),
    ...form.columns.map((column) => barColumn(arrow, column)),
    flagColumn(arrow, 'is_final', (batch) => {
      const isFinal = isFinalOf(batch.series);
      return (i) => isFinal(batch.ts[i] as number);
    }),
    ...(form.hasOutsideRange
      ? [flagColumn(arrow, 'outside_range', (batch) => (i) => isOutsideAt(batch, i))]
      : []),
    ...(form.adjust === 'none'
      ? []
      : [{ field: adjusted.field, dataOf: ({ rows }: BarBatch) => adjusted.data(0, rows) }]),
  ];
}

function barColumn(arrow: Arrow, column: BarColumn): ArrowColumn {
  if (column === 'fetchedAt') return stampColumn(arrow, columnName(column), (batch) => batch.fetchedAt);
  if (column !== 'source') return numberColumn(arrow, column);
  const type = new arrow.Utf8();
  return {
    field: new arrow.Field(column, type, false),
    dataOf: ({ source, rows }) =>
      arrow.makeData({ type, length: rows, nullCount: 0, ...textOf(source, rows) }),
  };
}

/** Null where a value is not known: what is in its place is NaN. */
function numberColumn(arrow: Arrow, column: Exclude<BarColumn, 'source' | 'fetchedAt'>): ArrowColumn {
  const type = new arrow.Float64();
  return {
    field: new arrow.Field(column, type, true),
    dataOf: (batch) => {
      const data = batch[column] ?? new Float64Array(batch.rows).fill(Number.NaN);
      return arrow.makeData({ type, length: batch.rows, data, ...nullsIn(data) });
    },
  };
}

/** Which values of a column are null, a bit each, set where there is one; nothing where all are known. */
function nullsIn(column: Float64Array): { readonly nullCount: number; readonly nullBitmap?: Uint8Array } {
  const nullCount = column.reduce((count, value) => count + Number(Number.isNaN(value)), 0);
  if (nullCount === 0) return { nullCount };
  return { nullCount, nullBitmap: bitsOf(column.length, (i) => !Number.isNaN(column[i])) };
}

/**
 * Without a zone, as in the files of a store: UTC, and of daily bars the session's date, which a zone would have readers in
 * New York take for the day before.
 */
function stampColumn(arrow: Arrow, name: string, stampsOf: (batch: BarBatch) => Float64Array): ArrowColumn {
  const type = new arrow.TimestampMillisecond();
  return {
    field: new arrow.Field(name, type, false),
    dataOf: (batch) =>
      arrow.makeData({ type, length: batch.rows, nullCount: 0, data: wholeOf(stampsOf(batch)) }),
  };
}

/** 2 ** 32 */
const HALF = 4_294_967_296;

/** Whole numbers as 64 bits each, the low half first: twenty times as fast as by way of `BigInt`. */
function wholeOf(numbers: Float64Array): BigInt64Array<ArrayBuffer> {
  const whole = new BigInt64Array(numbers.length);
  const halves = new Int32Array(whole.buffer);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number;
    // Takes what is left of a division by 2 ** 32.
    halves[2 * i] = value | 0;
    halves[2 * i + 1] = Math.floor(value / HALF);
  }
  return whole;
}

function flagColumn(
  arrow: Arrow,
  name: string,
  flagsOf: (batch: BarBatch) => (i: number) => boolean,
): ArrowColumn {
  const type = new arrow.Bool();
  return {
    field: new arrow.Field(name, type, false),
    dataOf: (batch) =>
      arrow.makeData({ type, length: batch.rows, nullCount: 0, data: bitsOf(batch.rows, flagsOf(batch)) }),
  };
}

function bitsOf(length: number, holds: (i: number) => boolean): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (holds(i)) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  return bits;
}

/** A column of words of which each is the same in a whole batch: they stand once in a dictionary, the same of all batches. */
function wordColumn(
  arrow: Arrow,
  name: string,
  words: readonly string[],
): { readonly field: Field; readonly data: (word: number, length: number) => Data } {
  const dictionary = arrow.vectorFromArray(words, new arrow.Utf8());
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  return {
    field: new arrow.Field(name, type, false),
    data: (word, length) =>
      arrow.makeData({ type, length, nullCount: 0, data: new Int32Array(length).fill(word), dictionary }),
  };
}

/** Labels as one text, and where each ends: readers differ in whether a dictionary may grow from batch to batch. */
function textOf(
  { codes, names }: Labels,
  rows: number,
): { readonly data: Uint8Array; readonly valueOffsets: Int32Array } {
  const encoded = names.map((name) => Buffer.from(name));
  const nothing = Buffer.alloc(0);
  const labelAt = (i: number): Buffer => encoded[codes[i] ?? 0] ?? nothing;
  const valueOffsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) valueOffsets[i + 1] = (valueOffsets[i] as number) + labelAt(i).length;
  const data = new Uint8Array(valueOffsets[rows] as number);
  for (let i = 0; i < rows; i++) data.set(labelAt(i), valueOffsets[i]);
  return { data, valueOffsets };
}
