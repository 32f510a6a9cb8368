import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { ASKED, answerOf, fillAsked } from '../asked-alike.ts';
import { AAPL, coverage, daily, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { startTimescale, type TimescaleServer } from './server.ts';

describe('bars in a database of TimescaleDB', () => {
  let server: TimescaleServer;
  let schema: string;
  let schemas = 0;
  beforeAll(async () => {
    server = await startTimescale(false);
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    schema = `moved_${++schemas}`;
  });

  const make = async (store: BarStore): Promise<void> => (await store.acquire()).release();
  const url = (said?: 'on' | 'off'): string =>
    `${server.url(schema)}${said === undefined ? '' : `&timescaledb=${said}`}`;
  /** How many days the chunks of each hypertable have, and whether there is a job that compresses them. */
  const hypertables = () =>
    server.sql(
      `SELECT hypertable_name AS name, extract(day FROM time_interval)::int AS days, compression_enabled AS compressed,
         (SELECT config->>'compress_after' FROM timescaledb_information.jobs AS j
          WHERE (j.hypertable_schema, j.hypertable_name) = (h.hypertable_schema, h.hypertable_name)) AS after,
         (SELECT string_agg(CASE WHEN segmentby_column_index IS NULL THEN 'by ' ELSE 'each ' END || attname, ' ' ORDER BY attname)
          FROM timescaledb_information.compression_settings AS s
          WHERE (s.hypertable_schema, s.hypertable_name) = (h.hypertable_schema, h.hypertable_name)) AS parted
       FROM timescaledb_information.hypertables AS h JOIN timescaledb_information.dimensions AS d USING (hypertable_schema, hypertable_name)
       WHERE hypertable_schema = '${schema}' ORDER BY time_interval`,
    );
  const kindOfBars = async () =>
    (
      await server.sql(
        `SELECT relkind::text FROM pg_class WHERE relname = 'bars' AND relnamespace = '${schema}'::regnamespace`,
      )
    )[0]?.['relkind'];
  const ALL = [
    { name: 'bars_1m', days: 7 },
    { name: 'bars_5m', days: 14 },
    { name: 'bars_15m', days: 56 },
    { name: 'bars_1h', days: 182 },
    { name: 'bars_1d', days: 365 },
  ].map((one) => ({ ...one, compressed: true, after: '7 days', parted: 'each ticker by ts' }));

  it('lie in a plain table where the extension is not made', async () => {
    await make(openStore(url()));
    expect(await kindOfBars()).toBe('r');
    expect(await server.sql(`SELECT FROM pg_extension WHERE extname = 'timescaledb'`)).toEqual([]);
  });

  it('move into hypertables with the first lease that asks for it, the extension made for it', async () => {
    const [before, files] = [openStore(url()), openStore(url('off'))];
    await fillAsked(before);
    await server.sql(
      `CREATE ROLE reader; GRANT USAGE ON SCHEMA ${schema} TO reader; GRANT SELECT ON ${schema}.ohlcv TO reader`,
    );
    const asked = async (store: BarStore): Promise<unknown[]> => {
      const answers: unknown[] = [];
      for (const sql of ASKED.slice(0, 4)) answers.push(await answerOf(store, sql));
      return answers;
    };
    const answers = await asked(before);
    const facts = await before.facts();
    await make(files);
    expect(await kindOfBars()).toBe('r');
    const store = openStore(url('on'));
    await store.scan();
    expect(await kindOfBars()).toBe('r');
    await make(store);
    expect(await hypertables()).toEqual(ALL);
    expect(await asked(store)).toEqual(answers);
    expect((await store.facts()).bytes).toBeGreaterThan(facts.bytes);
    expect(await server.sql(`SET ROLE reader; SELECT count(*)::int FROM ${schema}.ohlcv`)).toEqual([
      { count: 15 },
    ]);
    await server.sql('RESET ROLE');
    expect(await server.sql(`SELECT FROM pg_class WHERE relname = 'backfill_bars_before'`)).toEqual([]);
  });

  it('are written there by who opened the store before', async () => {
    const early = openStore(url('off'));
    await early.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
    await make(openStore(url('on')));
    await make(openStore(url('on')));
    const added: Bar = daily('2026-03-02');
    expect(await early.upsert(update([added]))).toMatchObject({ inserted: 1 });
    expect(await rowsIn(early, AAPL)).toEqual([...WEEK, added]);
    expect(await server.sql(`SELECT count(*)::int FROM ${schema}.bars_1d`)).toEqual([{ count: 6 }]);
  });

  it('lie in hypertables from the beginning where the extension is, or not where that is said', async () => {
    await make(openStore(url()));
    expect([await kindOfBars(), await hypertables()]).toEqual(['v', ALL]);
    schema = `moved_${++schemas}`;
    // A store that is there stays as it is, too, where nothing is said.
    for (const said of ['off', undefined] as const) {
      await make(openStore(url(said)));
      expect([await kindOfBars(), await hypertables()]).toEqual(['r', []]);
    }
  });

  it('are not compressed where the server or its licence cannot', async () => {
    const plain = ALL.map((one) => ({ ...one, compressed: false, after: null, parted: null }));
    const rename = (of: string, to: string) =>
      server.sql(
        `ALTER PROCEDURE add_columnstore_policy RENAME TO ${of}; ALTER FUNCTION add_compression_policy RENAME TO ${to}`,
      );
    await rename('no_columnstore_policy', 'no_compression_policy');
    try {
      await make(openStore(url()));
      expect(await hypertables()).toEqual(plain);
      await server.sql(`CREATE PROCEDURE add_columnstore_policy(regclass, interval) LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'functionality not supported under the current "apache" license' USING ERRCODE = '0A000'; END $$`);
      schema = `moved_${++schemas}`;
      await make(openStore(url()));
      expect(await hypertables()).toEqual(plain);
      await server.sql('DROP PROCEDURE add_columnstore_policy');
      await server.sql('ALTER FUNCTION no_compression_policy RENAME TO add_compression_policy');
      schema = `moved_${++schemas}`;
      await make(openStore(url()));
      expect(await hypertables()).toEqual(ALL);
    } finally {
      await server.sql('ALTER PROCEDURE no_columnstore_policy RENAME TO add_columnstore_policy');
    }
  });

  it('are as before where one of the tables is somebody else’s', async () => {
    const store = openStore(url('off'));
    await store.upsert(update(WEEK));
    await server.sql(`CREATE TABLE ${schema}.bars_1h (mine int)`);
    await expect(make(openStore(url('on')))).rejects.toMatchObject({ code: 'store-unusable' });
    expect([await kindOfBars(), await rowsIn(store, AAPL)]).toEqual(['r', WEEK]);
    await store.upsert(update([daily('2026-03-02')], { fetchedAt: NOON + 1 }));
    expect(await rowsIn(store, AAPL)).toHaveLength(6);
  });
});
