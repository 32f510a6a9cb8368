import { type ColumnSource, fileWriter, ParquetWriter } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import type { Bar, Series } from '../../core/bars.ts';
import { isOutsideRange } from '../../core/outside-range.ts';
import { BAR_COLUMNS } from './encode.ts';

/** Rows that are held in memory before they are written as a row group. */
const ROW_GROUP = 131_072;

const COLUMNS: readonly SchemaElement[] = [
  { name: 'ticker', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
  ...BAR_COLUMNS.filter(({ name }) => name !== 'fetched_at'),
  { name: 'is_final', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
  { name: 'outside_range', type: 'BOOLEAN', repetition_type: 'REQUIRED' },
];

/** A row of the file. */
interface Row {
  readonly ticker: string;
  readonly bar: Bar;
  readonly isFinal: boolean;
}

/**
 * A Parquet file of bars of many series, written row group by row group: the columns of a store's bars after `ticker`,
 * then whether each bar is final, and whether it opens or closes outside its range.
 */
export interface BarFile {
  write(series: Series, bars: readonly Bar[], isFinal: (bar: Bar) => boolean): Promise<void>;
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
  let rows: Row[] = [];
  const writeGroup = async (): Promise<void> => {
    const group = rows;
    rows = [];
    await writer.write({ columnData: columnsOf(group), rowGroupSize: ROW_GROUP });
  };
  return {
    async write({ ticker }, bars, isFinal) {
      for (const bar of bars) rows.push({ ticker, bar, isFinal: isFinal(bar) });
      if (rows.length >= ROW_GROUP) await writeGroup();
    },
    async close() {
      await writeGroup();
      await writer.finish();
    },
  };
}

function columnsOf(rows: readonly Row[]): ColumnSource[] {
  return COLUMNS.map(({ name }) => ({ name, data: rows.map((row) => valueOf(name, row)) }));
}

function valueOf(name: string, { ticker, bar, isFinal }: Row): string | number | bigint | boolean | null {
  if (name === 'ticker') return ticker;
  if (name === 'is_final') return isFinal;
  if (name === 'outside_range') return isOutsideRange(bar);
  const value = bar[name as keyof Bar];
  if (value === null || Number.isNaN(value)) return null;
  return name === 'ts' || name === 'trades' ? BigInt(value) : value;
}
