// Compares a store with the CSV files that it was filled from, row by row and value by value.
import { bars, query } from './duckdb.mjs';

/**
 * A row that is stored: complete, positive, no high below its low. An open or close may lie outside high and low by up to a
 * fifth of the close, as vendors print those of an auction.
 */
const VALID = `open > 0 AND high > 0 AND low > 0 AND close > 0 AND volume IS NOT NULL
  AND high >= low AND greatest(open, close) - high <= close / 5 AND low - least(open, close) <= close / 5`;

/**
 * Numbers of valid CSV rows, of stored rows, of rows in one and not in the other. Values count as equal only if
 * they are the same double. `start`, `end`: the first and the last date that counts.
 */
export async function compareWithCsv(
  folder,
  store,
  { start, end } = { start: '2013-02-08', end: '2018-02-07' },
) {
  const [counts] = await query(`
    WITH csv AS (
      SELECT replace(Name, '.', '-') AS ticker, "date"::DATE AS day, open::DOUBLE AS open, high::DOUBLE AS high,
             low::DOUBLE AS low, close::DOUBLE AS close, volume::DOUBLE AS volume
      FROM read_csv('${folder}/*_data.csv', header = true, columns = {'date': 'DATE', 'open': 'DOUBLE',
        'high': 'DOUBLE', 'low': 'DOUBLE', 'close': 'DOUBLE', 'volume': 'DOUBLE', 'Name': 'VARCHAR'})
      WHERE ${VALID} AND "date" BETWEEN '${start}' AND '${end}'),
    stored AS (SELECT ticker, ts::DATE AS day, open, high, low, close, volume FROM ${bars(store)})
    SELECT (SELECT count(*) FROM csv)::INT AS valid, (SELECT count(*) FROM stored)::INT AS stored,
      (SELECT count(*) FROM (FROM csv EXCEPT ALL FROM stored))::INT AS "notStored",
      (SELECT count(*) FROM (FROM stored EXCEPT ALL FROM csv))::INT AS "notInCsv"`);
  return counts;
}
