import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { storedBarsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Series } from '../../../src/core/bars/bars.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, POSTGRES } from '../../needs.ts';
import { AAPL, coverage, daily, days, NO_DAYS, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { tellActions } from '../told-actions.ts';
import { type Cluster, PASSWORD, startCluster } from './cluster.ts';

describeWith(POSTGRES)('the tables of a PostgreSQL store', () => {
  let cluster: Cluster;
  let schema: string;
  let store: BarStore;
  let schemas = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());
  beforeEach(() => {
    schema = `tables_${++schemas}`;
    store = openStore(cluster.url(schema));
  });
  const count = async (from: string): Promise<number> =>
    Number(await cluster.sql(`SELECT count(*) FROM ${from}`));

  it('are not made by who only reads', async () => {
    await store.scan();
    expect((await store.facts()).bytes).toBe(0);
    expect(await store.whyNone()).toMatch(/^there is no store in this database/);
    expect(await cluster.sql(`SELECT to_regnamespace('${schema}') IS NULL`)).toBe('t');
    await store.upsert(update(WEEK));
    expect(await store.whyNone()).toBeUndefined();
  });

  it('are made once by many who come at the same time', async () => {
    const url = cluster.url(schema);
    await Promise.all(
      ['A', 'B', 'C', 'D', 'E'].map((ticker) =>
        openStore(url).upsert(update(WEEK, { series: { ticker, interval: '1d' } })),
      ),
    );
    expect(await count(`${schema}.bars`)).toBe(25);
    expect(await cluster.sql(`SELECT version FROM ${schema}.backfill_schema`)).toBe('1');
  });

  it('are known to be closed to who may only read, without a row written', async () => {
    await store.upsert(update(WEEK));
    await cluster.sql(
      `CREATE ROLE ${schema} LOGIN PASSWORD '${PASSWORD}'; GRANT USAGE ON SCHEMA ${schema} TO ${schema};
       GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${schema}`,
    );
    const theirs = openStore(cluster.url(schema).replace('tester:', `${schema}:`));
    const said = (): Promise<string> =>
      theirs.assertMayWrite?.().then(
        () => 'may',
        (error: Error) => error.message,
      ) ?? Promise.resolve('is not asked');
    expect(await said()).toMatch(/permission denied for table backfill_parts; let its owner grant SELECT on/);
    const grant = (what: string): Promise<string> =>
      cluster.sql(`GRANT ${what} ON ALL TABLES IN SCHEMA ${schema} TO ${schema}`);
    await grant('INSERT');
    expect(await said()).toMatch(/permission denied for table/);
    await grant('UPDATE, DELETE');
    expect(await said()).toMatch(
      /permission denied for sequence backfill_versions; let its owner grant USAGE/,
    );
    await cluster.sql(`GRANT USAGE ON SEQUENCE ${schema}.backfill_versions TO ${schema}`);
    const rows = (): Promise<string> =>
      cluster.sql(
        `SELECT last_value, (SELECT count(*) FROM ${schema}.bars) FROM ${schema}.backfill_versions`,
      );
    const before = await rows();
    expect([await said(), await rows()]).toEqual(['may', before]);
    await cluster.sql(`REVOKE UPDATE ON ${schema}.bars FROM ${schema}`);
    expect(await said()).toMatch(/permission denied for table bars/);
    expect(await store.assertMayWrite?.()).toBeUndefined();
  });

  it('of a later version are refused in one line', async () => {
    await store.upsert(update(WEEK));
    await cluster.sql(`UPDATE ${schema}.backfill_schema SET version = 99`);
    const next = openStore(cluster.url(schema));
    await expect(next.scan()).rejects.toMatchObject({ code: 'store-unusable' });
    await expect(next.acquire()).rejects.toThrow('later version of backfill (its tables have version 99');
  });

  it('are none where hypertables are asked of a server that has no TimescaleDB', async () => {
    const asked = openStore(`${cluster.url(schema)}&timescaledb=on`);
    await expect(asked.acquire()).rejects.toMatchObject({
      code: 'store-unusable',
      message: expect.stringMatching(/does not make TimescaleDB, which timescaledb=on in the URL asks for: /),
    });
    expect(await cluster.sql(`SELECT to_regnamespace('${schema}') IS NULL`)).toBe('t');
    await store.upsert(update(WEEK));
    await expect(asked.acquire()).rejects.toThrow('leave timescaledb=on out');
    expect(await rowsIn(store, AAPL)).toEqual(WEEK);
  });

  it('take no name that another one has, and leave nothing half made then', async () => {
    await cluster.sql(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.actions (mine int)`);
    // The second time on the connection that was refused.
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(store.acquire()).rejects.toThrow('name another with ?schema=NAME');
    expect(await count(`pg_tables WHERE schemaname = '${schema}'`)).toBe(1);
  });

  it('are written by few transactions where many answers come at once', async () => {
    const series = Array.from({ length: 40 }, (_, i): Series => ({ ticker: `T${i}`, interval: '1d' }));
    await store.upsert(update(WEEK));
    await Promise.all(series.map((one) => store.upsert(update(WEEK, { series: one }))));
    expect(await count(`${schema}.bars`)).toBe(205);
    expect(await count(`(SELECT DISTINCT xmin::text FROM ${schema}.backfill_parts) AS p`)).toBeLessThan(12);
  });

  it('take answers that come at once, one after the other where they are of one ticker', async () => {
    const minutes: Series = { ticker: AAPL.ticker, interval: '1m' };
    const before = WEEK.map((bar) => ({ ...bar, close: bar.close - 1 }));
    const learned = coverage({ present: [WEEK_DAYS] });
    const others = ['A', 'B', 'C'].map((ticker): Series => ({ ticker, interval: '1d' }));
    const split = { kind: 'split', exDay: WEEK_DAYS.from, ratio: 4 } as const;
    const edit = await store.edit(minutes, WEEK_DAYS);
    for (const series of [AAPL, ...others]) await store.upsert(update([daily('2026-02-02')], { series }));
    const results = await Promise.all([
      store.upsert(update(before, { learned })),
      ...others.map((series, i) => store.upsert(update(WEEK.slice(i + 1), { series, learned }))),
      store.upsert(update(WEEK, { learned })),
      edit.commit({
        actions: (book) => ({ ...book, entries: [{ action: split, source: 'sample', fetchedAt: NOON }] }),
      }),
      store.updateActions(AAPL.ticker, (book) => ({ ...book, covered: [WEEK_DAYS] })),
    ]);
    expect(results.slice(0, 5)).toMatchObject([
      ...[5, 4, 3, 2].map((inserted) => ({ inserted, revised: 0 })),
      { inserted: 0, revised: 5 },
    ]);
    const next = openStore(cluster.url(schema));
    for (const [i, series] of [AAPL, ...others].entries())
      expect(await rowsIn(next, series)).toEqual([daily('2026-02-02'), ...WEEK.slice(i)]);
    expect((await store.readRevisions(AAPL)).map(({ before: { close } }) => close)).toEqual(
      before.map(({ close }) => close),
    );
    expect(await next.readActionBook(AAPL.ticker)).toMatchObject({
      entries: [{ action: split }],
      covered: [WEEK_DAYS],
    });
  });

  it('know all that answers of one series say which come at once', async () => {
    const [first, last] = [days('2026-02-09', '2026-02-10'), days('2026-02-12', '2026-02-13')];
    await store.upsert(update([daily('2026-02-02')]));
    const edits = [await store.edit(AAPL, WEEK_DAYS), await store.edit(AAPL, WEEK_DAYS)];
    const results = await store.commitAll([
      {
        edit: edits[0]!,
        change: { bars: update([daily('2026-02-09')], { learned: coverage({ present: [first] }) }) },
      },
      {
        edit: edits[1]!,
        change: { bars: update([daily('2026-02-12')], { learned: coverage({ present: [last] }) }) },
      },
    ]);
    expect(results).toMatchObject([{ value: { inserted: 1 } }, { value: { inserted: 1 } }]);
    expect((await store.edit(AAPL, WEEK_DAYS)).content?.coverage.present).toEqual([first, last]);
    expect(await cluster.sql(`SELECT rows FROM ${schema}.backfill_parts`)).toBe('3');
  });

  it('are not written where an answer says what is there', async () => {
    const learned = coverage({ present: [WEEK_DAYS] });
    await store.upsert(update(WEEK, { learned }));
    const before = await cluster.sql(`SELECT max(xmin::text::bigint) FROM ${schema}.bars`);
    await store.upsert(update(WEEK, { learned }));
    await store.upsert(update([...WEEK.slice(1), daily('2026-03-02')], { learned }));
    expect(
      await cluster.sql(`SELECT count(*) FROM ${schema}.bars WHERE xmin::text::bigint > ${before}`),
    ).toBe('1');
  });

  it('serve the queries of others by the names ohlcv and price_ticks', async () => {
    await store.upsert(update(WEEK));
    await store.upsert(update([daily('2026-02-23')], { series: { ticker: 'AAPL', interval: '5m' } }));
    const here = `SET search_path TO ${schema};`;
    expect(await cluster.sql(`${here} SELECT COUNT(DISTINCT symbol) FROM ohlcv`)).toBe('1');
    expect(
      await cluster.sql(`${here} SELECT MIN(timestamp), MAX(timestamp) FROM ohlcv WHERE symbol = 'AAPL'`),
    ).toBe('2026-02-23 00:00:00|2026-02-27 00:00:00');
    expect(
      await cluster.sql(`${here} SELECT * FROM ohlcv WHERE symbol = 'AAPL' ORDER BY timestamp DESC LIMIT 5`),
    ).toContain('AAPL|2026-02-27 00:00:00|100|102|99|101|1000000');
    expect(
      await cluster.sql(
        `${here} SELECT COUNT(*) as total_records, COUNT(DISTINCT symbol) as symbols, MAX(timestamp) as latest FROM price_ticks`,
      ),
    ).toBe('6|1|2026-02-27 00:00:00');
  });

  it('hold nothing of a document whose writer died at it, once the next one has come', async () => {
    const slice = { interval: '1d', session: WEEK_DAYS.from, source: 'sample', fetchedAt: NOON } as const;
    const dying = store.staging.put(slice, async ({ add }) => {
      await add([
        {
          tickers: ['A'],
          counts: [5],
          bars: storedBarsOf(WEEK),
          said: { note: randomBytes(2 ** 21).toString('hex') },
        },
      ]);
      await new Promise(() => {});
      return NOON;
    });
    dying.catch(() => {});
    while ((await count(`${schema}.backfill_document_parts`).catch(() => 0)) === 0) await sleep(10);
    expect(await store.staging.list()).toEqual([]);
    await (await openStore(cluster.url(schema)).acquire()).release();
    expect(await count(`${schema}.backfill_document_parts`)).toBe(0);
  });

  describe('that another hand changed', () => {
    beforeEach(async () => {
      const learned = coverage({ present: [WEEK_DAYS] });
      await store.upsert(update(WEEK, { learned }));
      const split = { kind: 'split', exDay: WEEK_DAYS.from, ratio: 4 } as const;
      await tellActions(store, 'AAPL', [split], WEEK_DAYS, 'sample', NOON);
    });

    it('are not believed of what is known, but of rows alone', async () => {
      await cluster.sql(
        `UPDATE ${schema}.backfill_parts SET known = replace(known::text, '2026-02-28', '2026-03-28')::json`,
      );
      const scan = await store.scan();
      expect(scan.distrusted).toMatchObject([{ path: 'bars/1d/AAPL/all', ticker: 'AAPL', interval: '1d' }]);
      expect(scan.series.get('AAPL 1d')).toMatchObject({ rows: 5, coverage: { present: [WEEK_DAYS] } });
      await store.upsert(update([daily('2026-03-02')], { learned: coverage({}) }));
      expect((await store.scan()).distrusted).toEqual([]);
    });

    it('say so of splits and dividends, and are asked again of which days they are all', async () => {
      await cluster.sql(`UPDATE ${schema}.actions SET value = 5`);
      const scan = await store.scan();
      expect(scan.distrusted).toMatchObject([{ path: 'actions/AAPL' }]);
      expect(scan.actions.get('AAPL')).toEqual([]);
      await tellActions(
        store,
        'AAPL',
        [{ kind: 'split', exDay: WEEK_DAYS.from, ratio: 4 }],
        NO_DAYS,
        'x',
        NOON,
      );
    });

    it('are spoken of as what they are, and not as files', async () => {
      await cluster.sql(
        `DELETE FROM ${schema}.bars WHERE ts = '2026-02-26'; INSERT INTO ${schema}.backfill_parts
         SELECT 'OTHER', interval, period, version, rows, first_ts, last_ts, known FROM ${schema}.backfill_parts`,
      );
      const { damages, keptIn } = await store.examine({ now: NOON, fix: true });
      expect(keptIn).toBe('tables');
      expect(damages.map(({ kind, mendable, mended }) => [kind, mendable, mended])).toEqual([
        ['coverage-mismatch', true, true],
        ['damaged-rows', true, true],
        ['foreign-copy', false, false],
      ]);
      for (const { what, mend } of damages) expect(`${what} ${mend}`).not.toMatch(/file|quarantine/);
      expect(damages.at(-1)?.mend).toMatch(/^nothing; backfill forget OTHER removes/);
      await store.forget({ ticker: 'OTHER', interval: '1d' });
      expect((await store.examine({ now: NOON })).damages).toEqual([]);
    });

    it('are named by an examination, and put right', async () => {
      await cluster.sql(
        `UPDATE ${schema}.bars SET high = 1 WHERE ts = '2026-02-24'; DELETE FROM ${schema}.bars WHERE ts = '2026-02-26';` +
          `INSERT INTO ${schema}.bars SELECT 'STRANGE', interval, ts, session, open, high, low, close, volume, vwap, trades, source, fetched_at FROM ${schema}.bars WHERE ts = '2026-02-27'`,
      );
      const { damages } = await store.examine({ now: NOON });
      expect(damages.map(({ path, kind }) => `${path} ${kind}`)).toEqual([
        'bars/1d/AAPL/all impossible-values',
        'bars/1d/AAPL/all coverage-mismatch',
        'bars/1d/AAPL/all damaged-rows',
        'bars/1d/STRANGE knowledge-missing',
      ]);
      const mended = await store.examine({ now: NOON, fix: true });
      expect(mended.damages.map((one) => one.mended)).toEqual([true, true, true, false]);
      await cluster.sql(`DELETE FROM ${schema}.bars WHERE ticker = 'STRANGE'`);
      expect((await store.examine({ now: NOON })).damages).toEqual([]);
      expect(await rowsIn(store, AAPL)).toEqual([WEEK[0], WEEK[2], WEEK[4]]);
      expect((await store.scan()).series.get('AAPL 1d')?.rows).toBe(3);
      expect((await store.readRejected()).records.flatMap(({ rows }) => rows)).toHaveLength(1);
    });
  });
});
