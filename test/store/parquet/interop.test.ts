import { readFile, writeFile } from 'node:fs/promises';
import { parquetMetadataAsync, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { bytesAsFile } from '../../../src/store/parquet/codec/bytes-at.ts';
import { BAR_COLUMNS } from '../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { barsPath } from '../../../src/store/parquet/files/layout.ts';
import { AAPL, AAPL_5M, absence, at, coverage, daily, days, NOON, update } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { beginEmpty, query, root } from './duckdb-session.ts';

beginEmpty();

const TICKERS = [
  'BTC-USD',
  '^GSPC',
  'EURUSD=X',
  'A/B',
  'CON',
  'NULL',
  'BRK-B',
  'AIR.PA',
  'A B',
  'A%B',
  '.HID',
];

/** Writes a file of bars as earlier versions did: with a volume in every row. */
async function requireVolumes(path: string): Promise<void> {
  const file = bytesAsFile(await readFile(path));
  const { key_value_metadata } = await parquetMetadataAsync(file);
  const rows = await parquetReadObjects({ file });
  const columns = BAR_COLUMNS.map((column): SchemaElement =>
    column.name === 'volume' ? { ...column, repetition_type: 'REQUIRED' } : column,
  );
  const bytes = parquetWriteBuffer({
    schema: [{ name: 'root', num_children: columns.length }, ...columns],
    columnData: columns.map(({ name }) => ({ name, data: rows.map((row) => row[name]) })),
    createdBy: 'backfill',
    // Nor did they have digests of their bytes.
    kvMetadata: (key_value_metadata ?? []).filter(({ key }) => key === 'backfill'),
  });
  await writeFile(path, new Uint8Array(bytes));
}

const bars = (): string => `read_parquet('${root}/bars/**/*.parquet', hive_partitioning = true)`;

describe('DuckDB', () => {
  it('reads a store of several intervals, empty series among them, by one glob with typed columns', async () => {
    const store = openParquetStore(root);
    const unknown = coverage({
      absent: [absence(days('2026-02-23', '2026-02-28'), { reason: 'unknown-ticker' })],
    });
    await store.upsert(update([], { series: { ticker: '0AAA', interval: '1d' }, learned: unknown }));
    await store.upsert(update([daily('2026-02-27', { trades: 5, vwap: 1.5 })]));
    await store.upsert(update([at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')], { series: AAPL_5M }));
    await store.upsert(update([at('2026-01-02T14:30Z')], { series: { ticker: 'AAPL', interval: '1m' } }));
    const types = Object.fromEntries(
      (await query(`DESCRIBE SELECT * FROM ${bars()}`)).map((row) => [
        row['column_name'],
        row['column_type'],
      ]),
    );
    expect(types).toEqual({
      ts: 'TIMESTAMP',
      open: 'DOUBLE',
      high: 'DOUBLE',
      low: 'DOUBLE',
      close: 'DOUBLE',
      volume: 'DOUBLE',
      vwap: 'DOUBLE',
      trades: 'BIGINT',
      source: 'VARCHAR',
      fetched_at: 'TIMESTAMP',
      interval: 'VARCHAR',
      ticker: 'VARCHAR',
      period: 'VARCHAR',
    });
    const rows = await query(
      `SELECT interval, ticker, period, count(*)::INT AS n FROM ${bars()} GROUP BY ALL ORDER BY ALL`,
    );
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['1d', 'AAPL', 'all', 1],
      ['1m', 'AAPL', '2026-01', 1],
      ['5m', 'AAPL', '2025', 1],
      ['5m', 'AAPL', '2026', 1],
    ]);
  });

  it('sees the values, the session date of a daily bar and the UTC time of an intraday bar, whatever its own zone', async () => {
    const store = openParquetStore(root);
    await store.upsert(update([daily('2026-02-27', { close: 0.1 + 0.2, trades: 2 ** 40 })]));
    await store.upsert(update([at('2026-02-27T14:30Z', { volume: 1e-8 })], { series: AAPL_5M }));
    const sql = `SELECT ts::DATE AS day, ts::VARCHAR AS ts, close, volume, trades, vwap, fetched_at::VARCHAR AS fetched FROM ${bars()} ORDER BY ts`;
    expect(await query(sql)).toEqual([
      {
        day: '2026-02-27',
        ts: '2026-02-27 00:00:00',
        close: 0.1 + 0.2,
        volume: 1e6,
        trades: String(2 ** 40),
        vwap: null,
        fetched: '2026-03-02 12:00:00',
      },
      {
        day: '2026-02-27',
        ts: '2026-02-27 14:30:00',
        close: 101,
        volume: 1e-8,
        trades: null,
        vwap: null,
        fetched: '2026-03-02 12:00:00',
      },
    ]);
  });

  it('reads an unknown volume as NULL, beside files of earlier versions that require a volume, by one glob', async () => {
    const store = openParquetStore(root);
    const unknown = daily('2026-02-27', { volume: Number.NaN });
    const learned = coverage({ present: [days('2026-02-26', '2026-02-28')] });
    await store.upsert(update([daily('2026-02-26', { volume: 7 }), unknown], { learned }));
    const old = { ticker: 'OLD', interval: '1d' } as const;
    const oldBars = [daily('2026-02-26', { volume: 8 }), daily('2026-02-27', { volume: 9 })];
    await store.upsert(update(oldBars, { series: old, learned }));
    await requireVolumes(`${root}/${barsPath({ series: old, period: 'all' })}`);
    expect(await rowsIn(store, old)).toEqual(oldBars);
    expect(await query(`SELECT ticker, volume FROM ${bars()} ORDER BY ticker, ts`)).toEqual([
      { ticker: 'AAPL', volume: 7 },
      { ticker: 'AAPL', volume: null },
      { ticker: 'OLD', volume: 8 },
      { ticker: 'OLD', volume: 9 },
    ]);
    expect(await store.examine({ now: NOON })).toMatchObject({ partitions: 2, damages: [] });
  });

  it('decodes every ticker to itself', async () => {
    const store = openParquetStore(root);
    for (const ticker of TICKERS)
      await store.upsert(update([daily('2026-02-27')], { series: { ticker, interval: '1d' } }));
    const rows = await query(`SELECT DISTINCT ticker FROM ${bars()}`);
    expect(rows.map(({ ticker }) => String(ticker)).toSorted()).toEqual(TICKERS.toSorted());
    for (const ticker of TICKERS) {
      expect(await query(`SELECT count(*)::INT AS n FROM ${bars()} WHERE ticker = '${ticker}'`)).toEqual([
        { n: 1 },
      ]);
    }
  });

  it('finds the knowledge in the file, and no temp or set-aside file by the glob', async () => {
    const store = openParquetStore(root);
    const learned = coverage({
      present: [days('2026-02-27', '2026-02-28')],
      absent: [absence(days('2026-02-26', '2026-02-27'))],
    });
    await store.upsert(update([daily('2026-02-27')], { learned }));
    const sql = `SELECT decode(value) AS json FROM parquet_kv_metadata('${root}/bars/**/*.parquet') WHERE decode(key) = 'backfill'`;
    const [row] = await query(sql);
    expect(JSON.parse(String(row?.['json']))).toEqual({
      version: 3,
      ticker: 'AAPL',
      interval: '1d',
      period: 'all',
      calendar: 'XNYS',
      basis: 'raw',
      identity: { currency: 'USD', exchange: 'XNAS', type: 'equity', firstTrade: '1980-12-12' },
      present: [['2026-02-27', '2026-02-28']],
      provisional: [],
      absent: [
        {
          from: '2026-02-26',
          to: '2026-02-27',
          by: [
            {
              reason: 'no-trades',
              provider: 'sample',
              checkedAt: '2026-03-02T12:00:00.000Z',
              attempts: 1,
              nextRetryAt: null,
            },
          ],
        },
      ],
      rows: 1,
      firstTs: Date.UTC(2026, 1, 27),
      lastTs: Date.UTC(2026, 1, 27),
      marks: [(2026 - 1970) * 12 + 1, expect.stringMatching(/^[\w-]{4}$/)],
      digest: expect.stringMatching(/^[0-9a-f]{32}$/),
      seal: expect.stringMatching(/^[0-9a-f]{32}$/),
      fetchedAt: '2026-03-02T12:00:00.000Z',
    });
  });

  it('can rewrite a partition, whose rows the store then reads and whose knowledge it rebuilds', async () => {
    const store = openParquetStore(root);
    const learned = coverage({ present: [days('2026-02-26', '2026-02-28')] });
    const rows = [daily('2026-02-26', { trades: 3 }), daily('2026-02-27', { vwap: 1.25 })];
    await store.upsert(update(rows, { learned }));
    const file = `${root}/bars/interval=1d/ticker=AAPL/period=all/bars.parquet`;
    await query(
      `COPY (SELECT * FROM read_parquet('${file}', hive_partitioning = false)) TO '${file}' (FORMAT parquet)`,
    );
    expect(await rowsIn(store, AAPL)).toEqual(rows);
    const state = (await store.scan()).series.get('AAPL 1d');
    expect(state).toMatchObject({ rows: 2, coverage: learned, fetchedAt: null });
  });
});
