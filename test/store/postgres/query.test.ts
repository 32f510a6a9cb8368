import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, POSTGRES } from '../../needs.ts';
import {
  absence,
  at,
  coverage,
  daily,
  days,
  NOON,
  temporaryFolder,
  update,
  WEEK,
  WEEK_DAYS,
} from '../fixtures.ts';
import { tellActions } from '../told-actions.ts';
import { type Cluster, startCluster } from './cluster.ts';

describeWith(POSTGRES)('a query of a PostgreSQL store', () => {
  let cluster: Cluster;
  let store: BarStore;
  let files: BarStore;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    cluster = await startCluster();
    folder = await temporaryFolder();
    store = openStore(cluster.url('asked'));
    files = openStore(`${folder.path}/data`);
    for (const one of [store, files]) await fill(one);
  });
  afterAll(async () => {
    await cluster.destroy();
    await rm(folder.path, { recursive: true });
  });

  async function fill(one: BarStore): Promise<void> {
    const learned = coverage({
      present: [WEEK_DAYS],
      provisional: [days('2026-02-27', '2026-02-28')],
      absent: [absence(days('2026-02-19', '2026-02-20'), { note: "it's empty" })],
    });
    for (const ticker of ['AAPL', '^GSPC', "O'N"])
      await one.upsert(update(WEEK, { series: { ticker, interval: '1d' }, learned }));
    const corrected = daily('2026-02-24', {
      close: 100.25,
      fetchedAt: NOON + 1,
      source: 'other',
      vwap: 1.5,
      trades: 7,
    });
    await one.upsert(update([corrected], { learned: coverage({}) }));
    const minutes = [at('2026-01-30T15:00Z'), at('2026-02-02T15:00Z', { volume: Number.NaN })];
    const month = coverage({ present: [days('2026-01-30', '2026-01-31'), days('2026-02-02', '2026-02-03')] });
    await one.upsert(update(minutes, { series: { ticker: 'AAPL', interval: '1m' }, learned: month }));
    const split = { kind: 'split', exDay: WEEK_DAYS.from + 2, ratio: 4 } as const;
    const dividend = { kind: 'dividend', exDay: WEEK_DAYS.from + 1, amount: 0.5, currency: 'EUR' } as const;
    await tellActions(one, 'AAPL', [split, dividend], WEEK_DAYS, 'sample', NOON);
    await tellActions(one, 'NONE', [], WEEK_DAYS, 'sample', NOON);
  }

  const rowsOf = (one: BarStore, sql: string): Promise<unknown> =>
    one.query(sql, { mode: 'all', asOf: undefined }, async (rows) => {
      const all: unknown[] = [];
      for await (const block of rows.blocks()) for (const row of block) all.push(row);
      return { columns: rows.columns, all };
    });

  it.each([
    'SELECT * FROM bars ORDER BY ALL',
    `SELECT * FROM bars WHERE ticker = 'O''N' AND interval = '1d' ORDER BY ts`,
    `SELECT period, count(*) FROM bars WHERE interval = '1m' GROUP BY ALL ORDER BY ALL`,
    'SELECT * FROM bars_adjusted ORDER BY ALL',
    `SELECT * FROM adjusted_bars('splits', DATE '2026-02-26') WHERE ticker = 'AAPL' ORDER BY ALL`,
    'SELECT * FROM actions ORDER BY ALL',
    'SELECT * EXCLUDE (period) FROM revisions ORDER BY ALL',
    'SELECT * FROM coverage ORDER BY ALL',
    `SELECT ticker, b.close, c.state FROM bars AS b JOIN coverage AS c USING (ticker, interval) WHERE ts::DATE BETWEEN from_day AND to_day ORDER BY ALL`,
    'SELECT count(*) FROM bars WHERE false',
    'DESCRIBE bars',
  ])('gives what it does of files: %s', async (sql) => {
    const said = await rowsOf(store, sql);
    expect(said).toEqual(await rowsOf(files, sql));
    expect(said).toHaveProperty('columns.0');
  });

  it('is refused in the same words', async () => {
    for (const sql of ['SELECT clse FROM bars', 'DROP VIEW bars', `SELECT * FROM read_csv('/etc/passwd')`]) {
      const words = (one: BarStore): Promise<unknown> =>
        rowsOf(one, sql).catch((error: unknown) => (error as Error).message);
      expect(await words(store)).toBe(await words(files));
    }
  });

  it('sees what was stored since, and leaves nothing behind', async () => {
    const count = `SELECT count(*) FROM bars WHERE ticker = 'NEW'`;
    expect(await rowsOf(store, count)).toMatchObject({ all: [[0]] });
    await store.upsert(update(WEEK, { series: { ticker: 'NEW', interval: '1d' } }));
    expect(await rowsOf(store, count)).toMatchObject({ all: [[5]] });
    await store.forget({ ticker: 'NEW', interval: '1d' });
    expect(await rowsOf(store, count)).toMatchObject({ all: [[0]] });
  });
});
