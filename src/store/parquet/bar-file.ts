import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import type { Bar, Series } from '../../core/bars.ts';
import { BAR_COLUMNS } from './encode.ts';

/** Rows that are held in memory before they are written as a row group. */
const ROW_GROUP = 131_072;

const COLUMNS: readonly SchemaElement[] = [
  { name: 'ticker', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  ...BAR_COLUMNS.filter(({ name }) => name !== 'fetched_at'),
];

/** A Parquet file of bars of many series, written row group by row group: the columns of a store's bars after `ticker`. */
export interface BarFile {
  write(series: Series, bars: readonly Bar[]): Promise<void>;
  /** Writes the rest and the footer. */
  close(): Promise<void>;
}

/** Creates the file at `path`, or replaces it. */
export function openBarFile(path: string): BarFile {
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS],
    createdBy: 'backfill',
  });
  let rows: (readonly [ticker: string, bar: Bar])[] = [];
  const writeGroup = async (): Promise<void> => {
    const group = rows;
    rows = [];
    await writer.write({ columnData: columnsOf(group), rowGroupSize: ROW_GROUP });
  };
  return {
    async write({ ticker }, bars) {
      for (const bar of bars) rows.push([ticker, bar]);
      if (rows.length >= ROW_GROUP) await writeGroup();
    },
    async close() {
      await writeGroup();
      await writer.finish();
    },
  };
}

function columnsOf(rows: readonly (readonly [string, Bar])[]): ColumnSource[] {
  return COLUMNS.map(({ name }) => ({
    name,
    data: rows.map(([ticker, bar]) => {
      if (name === 'ticker') return ticker;
      const value = bar[name as keyof Bar];
      return (name === 'ts' || name === 'trades') && value !== null ? BigInt(value) : value;
    }),
  }));
}
