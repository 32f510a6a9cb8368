import type { FileMetaData, Statistics } from 'hyparquet';
import { corrupt } from './read-columns.ts';

/** Values by column: numbers, texts, or null or NaN for none. */
export type ValuesByColumn = Readonly<Record<string, ArrayLike<unknown> | undefined>>;

/**
 * Throws `store-corrupt` where a footer says bounds of a column that are not those of its rows, or that values are missing
 * which are there: by these a reader passes over parts of a file, unread. Columns that are not given are not looked at.
 */
export function assertBounds({ row_groups }: FileMetaData, values: ValuesByColumn): void {
  let from = 0;
  for (const { columns, num_rows } of row_groups) {
    const to = from + Number(num_rows);
    for (const { meta_data: chunk } of columns) {
      const [name = ''] = chunk?.path_in_schema ?? [];
      const column = values[name];
      if (chunk?.statistics === undefined || column === undefined) continue;
      if (!agrees(column, from, to, chunk.statistics))
        throw corrupt(`its footer says other bounds of the column ${name}`);
    }
    from = to;
  }
}

function agrees(column: ArrayLike<unknown>, from: number, to: number, statistics: Statistics): boolean {
  const values = Array.from({ length: to - from }, (_, i) => column[from + i]).filter(isValue);
  if (Number(statistics.null_count ?? 0) > to - from - values.length) return false;
  const [least, largest] = extent(values);
  return (
    isBound(statistics.min_value ?? statistics.min, least, isBefore) &&
    isBound(statistics.max_value ?? statistics.max, largest, (bound, value) => isBefore(value, bound))
  );
}

type Value = number | bigint | string;

function isValue(value: unknown): value is Value {
  if (typeof value === 'number') return !Number.isNaN(value);
  return typeof value === 'bigint' || typeof value === 'string';
}

function extent(values: readonly Value[]): (Value | undefined)[] {
  let [least, largest] = [values[0], values[0]];
  for (const value of values) {
    if (least === undefined || isBefore(value, least)) least = value;
    if (largest === undefined || isBefore(largest, value)) largest = value;
  }
  return [least, largest];
}

/** As Parquet orders values: texts by their bytes. */
function isBefore(a: Value, b: Value): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return a < b;
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/** A text may be cut to a bound beyond it; a number is itself. Where there is no bound or no value nothing is said. */
function isBound(
  bound: unknown,
  value: Value | undefined,
  beyond: (bound: Value, value: Value) => boolean,
): boolean {
  if (bound === undefined || value === undefined) return true;
  if (!isValue(bound) || (typeof bound === 'string') !== (typeof value === 'string')) return false;
  // A number and a bigint of one value are the same.
  return (
    (!isBefore(bound, value) && !isBefore(value, bound)) ||
    (typeof bound === 'string' && beyond(bound, value))
  );
}
