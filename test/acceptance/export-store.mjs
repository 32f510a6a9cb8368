// A store as text: everything that two stores of the same truth have in common, sorted, provenance left out.
import { bars, query } from './duckdb.mjs';

/** Bars, corporate actions and coverage states of a store, one line each. */
export async function exportStore(store) {
  const rows =
    await query(`SELECT interval, ticker, epoch_ms(ts)::BIGINT AS ts, open, high, low, close, volume
    FROM ${bars(store)} ORDER BY interval, ticker, ts`);
  const actions =
    await query(`SELECT regexp_extract(filename, 'ticker=([^/]*)', 1) AS ticker, * EXCLUDE (filename, source, fetched_at)
    FROM read_parquet('${store}/actions/**/*.parquet', filename = true, union_by_name = true) ORDER BY ALL`).catch(
      ifNoFiles,
    );
  const footers =
    await query(`SELECT decode(value) AS knowledge FROM parquet_kv_metadata('${store}/bars/**/*.parquet')
    WHERE decode(key) = 'backfill'`);
  const states = footers.map(({ knowledge }) => statesOf(JSON.parse(knowledge))).toSorted();
  return [...rows, ...actions, ...states].map((line) => JSON.stringify(line, bigintAsText)).join('\n');
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
