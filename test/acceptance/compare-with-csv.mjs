// Compares a store with the CSV files that it was filled from, row by row and value by value.
import { bars, query } from './duckdb.mjs';

/** A row that a market can have printed: complete, positive, high and low around open and close. */
const VALID = `open > 0 AND high > 0 AND low > 0 AND close > 0 AND volume IS NOT NULL
  AND high >= greatest(open, close) AND low <= least(open, close)`;

/**
 * Numbers of valid CSV rows, of stored rows, of rows in one and not in the other. Values count as equal only if
 * they are the same double.
 */
export async function compareWithCsv(folder, store) {
  const [counts] = await query(`
    WITH csv AS (
      SELECT replace(Name, '.', '-') AS ticker, "date"::DATE AS day, open::DOUBLE AS open, high::DOUBLE AS high,
             low::DOUBLE AS low, close::DOUBLE AS close, volume::DOUBLE AS volume
      FROM read_csv('${folder}/*_data.csv', header = true, columns = {'date': 'DATE', 'open': 'DOUBLE',
        'high': 'DOUBLE', 'low': 'DOUBLE', 'close': 'DOUBLE', 'volume': 'DOUBLE', 'Name': 'VARCHAR'})
      WHERE ${VALID}),
    stored AS (SELECT ticker, ts::DATE AS day, open, high, low, close, volume FROM ${bars(store)})
    SELECT (SELECT count(*) FROM csv)::INT AS valid, (SELECT count(*) FROM stored)::INT AS stored,
      (SELECT count(*) FROM (FROM csv EXCEPT ALL FROM stored))::INT AS "notStored",
      (SELECT count(*) FROM (FROM stored EXCEPT ALL FROM csv))::INT AS "notInCsv"`);
  return counts;
}
