import { describe, expect, it } from 'vitest';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { AAPL, AAPL_5M, at, coverage, daily, days, NO_DAYS, NOON, update } from '../fixtures.ts';
import { tellActions } from '../told-actions.ts';
import { beginEmpty, query, root } from './duckdb-session.ts';

beginEmpty();

describe('DuckDB', () => {
  it('reads the revisions of all series by one glob, the old values beside the new', async () => {
    const store = openParquetStore(root);
    const learned = coverage({ present: [days('2026-02-27', '2026-02-28')] });
    for (const [series, bar] of [
      [AAPL, daily('2026-02-27', { vwap: 1.5 })],
      [AAPL_5M, at('2026-02-27T14:30Z', { trades: 5 })],
    ] as const) {
      await store.upsert(update([bar], { series, learned }));
      const after = { ...bar, close: 101.5, volume: 2, source: 'other', fetchedAt: NOON + 60_000 };
      await store.upsert(update([after], { series, learned }));
    }
    const glob = `read_parquet('${root}/revisions/**/*.parquet', hive_partitioning = true)`;
    const types = await query(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${glob})`,
    );
    expect(types.map(({ name, type }) => `${String(name)} ${String(type)}`)).toEqual([
      'ts TIMESTAMP',
      ...['open', 'high', 'low', 'close', 'volume', 'vwap'].map((name) => `${name} DOUBLE`),
      'trades BIGINT',
      'source VARCHAR',
      'fetched_at TIMESTAMP',
      ...['open', 'high', 'low', 'close', 'volume'].map((name) => `new_${name} DOUBLE`),
      'new_source VARCHAR',
      'replaced_at TIMESTAMP',
      'interval VARCHAR',
      'period VARCHAR',
      'ticker VARCHAR',
    ]);
    const columns = `interval, period, ts::VARCHAR AS ts, close, volume, vwap, trades, source, fetched_at::VARCHAR AS fetched_at,
      new_open, new_high, new_low, new_close, new_volume, new_source, replaced_at::VARCHAR AS replaced_at`;
    const rows = await query(`SELECT ${columns} FROM ${glob} ORDER BY interval`);
    const after = [100, 102, 99, 101.5, 2, 'other', '2026-03-02 12:01:00'];
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['1d', 'all', '2026-02-27 00:00:00', 101, 1e6, 1.5, null, 'sample', '2026-03-02 12:00:00', ...after],
      ['5m', '2026', '2026-02-27 14:30:00', 101, 1e6, null, '5', 'sample', '2026-03-02 12:00:00', ...after],
    ]);
  });

  it('reads corporate actions with real dates', async () => {
    const store = openParquetStore(root);
    await tellActions(store, 'AAPL', [{ kind: 'split', exDay: 18_505, ratio: 4 }], NO_DAYS, 'sample', NOON);
    const sql = `SELECT ex_date, typeof(ex_date) AS type, kind, value, ticker FROM read_parquet('${root}/actions/**/*.parquet', hive_partitioning = true)`;
    expect(await query(sql)).toEqual([
      { ex_date: '2020-08-31', type: 'DATE', kind: 'split', value: 4, ticker: 'AAPL' },
    ]);
  });

  it('reads all corporate actions by one glob, those of tickers that have none among them', async () => {
    const store = openParquetStore(root);
    const covered = days('2020-01-02', '2021-01-01');
    await tellActions(store, '0AAA', [], covered, 'sample', NOON);
    await tellActions(store, 'AAPL', [{ kind: 'split', exDay: 18_505, ratio: 4 }], covered, 'sample', NOON);
    await tellActions(store, 'ZZZZ', [], covered, 'sample', NOON);
    const glob = `read_parquet('${root}/actions/**/*.parquet', hive_partitioning = true)`;
    expect(await query(`SELECT ticker, kind, value FROM ${glob}`)).toEqual([
      { ticker: 'AAPL', kind: 'split', value: 4 },
    ]);
    const types = await query(
      `SELECT column_name AS name, column_type AS type FROM (DESCRIBE SELECT * FROM ${glob})`,
    );
    expect(types.map(({ name, type }) => `${String(name)} ${String(type)}`)).toEqual([
      'ex_date DATE',
      'kind VARCHAR',
      'value DOUBLE',
      'source VARCHAR',
      'fetched_at TIMESTAMP',
      'ticker VARCHAR',
    ]);
    const knowledge = await query(
      `SELECT decode(value) AS json FROM parquet_kv_metadata('${root}/actions/ticker=AAPL/*.parquet') WHERE decode(key) = 'backfill'`,
    );
    expect(JSON.parse(String(knowledge[0]?.['json']))).toEqual({
      version: 3,
      ticker: 'AAPL',
      covered: [['2020-01-02', '2021-01-01']],
      rows: 1,
      digest: expect.stringMatching(/^[0-9a-f]{32}$/),
      seal: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });
});
