import type { DuckDBValueConverter, Json } from '@duckdb/node-api';

/** A value of a result: text, a number, a boolean, null, or nested JSON. 64-bit integers that JSON cannot hold are text. */
export type SqlValue = string | number | boolean | null | object;

/**
 * How DuckDB's values become ours, nested ones too. What is infinite or no number is text, as JSON has none of it: `Infinity`,
 * `-Infinity`, `NaN`, be it a number, a date or a timestamp; DuckDB reads each of them back.
 */
export async function asSqlValues(): Promise<DuckDBValueConverter<Json>> {
  const { JsonDuckDBValueConverter } = await import('@duckdb/node-api');
  return (value, type, nested) =>
    isInfiniteTime(value) ? infinityText(value) : JsonDuckDBValueConverter(value, type, nested);
}

/** Of a column of numbers, 64-bit integers and decimals come as text, and so does what is infinite. */
export function plain(value: SqlValue, isNumber: boolean): SqlValue {
  if (!isNumber || typeof value !== 'string') return value;
  const number = Number(value);
  const isText = !Number.isFinite(number) || (Number.isInteger(number) && !Number.isSafeInteger(number));
  return isText ? value : number;
}

/** A date or a timestamp of DuckDB; its only field of its own counts from 1970. */
interface Time {
  readonly isFinite: boolean;
}

function isInfiniteTime(value: unknown): value is Time {
  return typeof value === 'object' && value !== null && 'isFinite' in value && value.isFinite === false;
}

function infinityText(time: Time): string {
  const [since = 0] = Object.values(time) as (number | bigint)[];
  return since < 0 ? '-Infinity' : 'Infinity';
}
