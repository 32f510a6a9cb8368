import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import type { Adjustment } from '../core/adjust/factors.ts';
import type { Series } from '../core/bars/bars.ts';
import { type StoredBars, sourceAt } from '../core/bars/columns.ts';
import { concatBars } from '../core/bars/concat-bars.ts';
import { isOutsideRange, pricesAt } from '../core/checks/outside-range.ts';
import { BAR_COLUMNS } from './parquet/codec/encode.ts';

/** Rows that are held in memory before they are written as a row group. */
const ROW_GROUP = 131_072;

const COLUMNS: readonly SchemaElement[] = [
  { name: 'ticker', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  ...BAR_COLUMNS.filter(({ name }) => name !== 'fetched_at'),
  { name: 'is_final', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
  { name: 'outside_range', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
];

const ADJUSTED: SchemaElement = {
  name: 'adjusted',
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: 'REQUIRED',
};

/** Bars of one series, and of each whether it is final. */
interface Part {
  readonly ticker: string;
  readonly bars: StoredBars;
  readonly isFinal: readonly boolean[];
}

/**
 * A Parquet file of bars of many series, written row group by row group: the columns of a store's bars after `ticker`,
 * then whether each bar is final, and whether it opens or closes outside its range, and what adjusted ones are adjusted for.
 */
export interface BarFile {
  write(series: Series, bars: StoredBars, isFinal: (ts: number) => boolean): Promise<void>;
  /** Writes the rest and the footer. */
  close(): Promise<void>;
}

/** Creates the file at `path`, or replaces it. Bars that are adjusted say in a last column what for. */
export function openBarFile(path: string, adjust: Adjustment): BarFile {
  const columns = adjust === 'none' ? COLUMNS : [...COLUMNS, ADJUSTED];
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: 'root', num_children: columns.length }, ...columns],
    createdBy: 'backfill',
  });
  let parts: Part[] = [];
  let rows = 0;
  const writeGroup = async (): Promise<void> => {
    const data = {
      ...dataOf(parts),
      [ADJUSTED.name]: parts.flatMap(({ isFinal }) => isFinal.map(() => adjust)),
    };
    const columnData = columns.map(({ name }) => ({ name, data: data[name] ?? [] }));
    parts = [];
    rows = 0;
    await writer.write({ columnData, rowGroupSize: ROW_GROUP });
  };
  return {
    async write({ ticker }, bars, isFinal) {
      parts.push({ ticker, bars, isFinal: Array.from(bars.ts, isFinal) });
      rows += bars.length;
      if (rows >= ROW_GROUP) await writeGroup();
    },
    async close() {
      await writeGroup();
      await writer.finish();
    },
  };
}

function dataOf(parts: readonly Part[]): Record<string, ColumnSource['data']> {
  const bars = concatBars(parts.map((part) => part.bars));
  const { open, high, low, close, volume, vwap, trades } = bars;
  const places = Array.from({ length: bars.length }, (_, i) => i);
  return {
    ticker: parts.flatMap((part) => part.isFinal.map(() => part.ticker)),
    ts: BigInt64Array.from(bars.ts, BigInt),
    ...{ open, high, low, close },
    volume: places.map((i) => known(volume, i)),
    vwap: places.map((i) => known(vwap, i)),
    trades: places.map((i) => {
      const count = known(trades, i);
      return count === null ? null : BigInt(count);
    }),
    source: places.map((i) => sourceAt(bars, i)),
    is_final: parts.flatMap((part) => part.isFinal),
    outside_range: places.map((i) => isOutsideRange(pricesAt(bars, i))),
  };
}

function known(column: Float64Array | null, i: number): number | null {
  const value = column?.[i] ?? Number.NaN;
  return Number.isNaN(value) ? null : value;
}
