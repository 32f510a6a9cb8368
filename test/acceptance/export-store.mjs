// A store as text: everything that two stores of the same truth have in common, sorted, provenance left out.
import { bars, query } from './duckdb.mjs';

/** Bars, corporate actions and coverage states of a store, one line each. */
export async function exportStore(store) {
  // Written out by DuckDB, a series at a time: as objects of ours, hundreds of thousands take longer than the runs that stored them.
  /** @type {{ rows: string }[]} */
  const series = await query(`SELECT string_agg(
      row(interval, ticker, epoch_ms(ts), open, high, low, close, volume)::VARCHAR, chr(10) ORDER BY ts) AS rows
    FROM ${bars(store)} GROUP BY interval, ticker ORDER BY interval, ticker`);
  const actions =
    await query(`SELECT regexp_extract(filename, 'ticker=([^/]*)', 1) AS ticker, * EXCLUDE (filename, source, fetched_at)
    FROM read_parquet('${store}/actions/**/*.parquet', filename = true, union_by_name = true) ORDER BY ALL`).catch(
      ifNoFiles,
    );
  const footers =
    await query(`SELECT decode(value) AS knowledge FROM parquet_kv_metadata('${store}/bars/**/*.parquet')
    WHERE decode(key) = 'backfill'`);
  const states = footers.map(({ knowledge }) => statesOf(JSON.parse(knowledge))).toSorted();
  const lines = [...actions, ...states].map((line) => JSON.stringify(line, bigintAsText));
  return [...series.map(({ rows }) => rows), ...lines].join('\n');
}

/** The coverage of one partition without who said it and when. */
function statesOf({ ticker, interval, period, calendar, basis, present, provisional, absent }) {
  const reasons = absent.map(({ from, to, reason }) => `${reason} ${from} ${to}`);
  return JSON.stringify({ interval, ticker, period, calendar, basis, present, provisional, reasons });
}

function bigintAsText(_key, value) {
  return typeof value === 'bigint' ? value.toString() : value;
}

function ifNoFiles(error) {
  if (/No files found/.test(error.message)) return [];
  throw error;
}
