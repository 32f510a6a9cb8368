import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, QUESTDB } from '../../needs.ts';
import { AAPL, coverage, daily, days, NO_DAYS, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { tellActions } from '../told-actions.ts';
import { startProxy } from './proxy.ts';
import { type Quest, startQuest } from './quest.ts';

describeWith(QUESTDB)('the tables of a QuestDB store', () => {
  let quest: Quest;
  let prefix: string;
  let store: BarStore;
  let stores = 0;
  beforeAll(async () => {
    quest = await startQuest();
  });
  afterAll(() => quest.destroy());
  beforeEach(() => {
    prefix = `tables_${++stores}_`;
    store = openStore(quest.url(prefix));
  });
  const one = async (statement: string): Promise<unknown[]> => (await quest.sql(statement))[0] ?? [];
  const learned = coverage({ present: [WEEK_DAYS] });
  const moved = WEEK.map((bar) => ({ ...bar, close: 101.5 }));

  it('are not made by who only reads', async () => {
    await store.scan();
    expect((await store.facts()).bytes).toBe(0);
    expect(await store.whyNone()).toMatch(/^there is no store in this database/);
    expect(await quest.sql(`SELECT table_name FROM tables() WHERE table_name LIKE '${prefix}%'`)).toEqual([]);
    await store.upsert(update(WEEK));
    expect(await store.whyNone()).toBeUndefined();
  });

  it('are made once by many who come at the same time', async () => {
    const tickers = ['A', 'B', 'C', 'D', 'E'];
    await Promise.all(
      tickers.map((ticker) =>
        openStore(quest.url(prefix)).upsert(update(WEEK, { series: { ticker, interval: '1d' } })),
      ),
    );
    expect(await one(`SELECT count() FROM ${prefix}bars_1d`)).toEqual([25]);
  });

  it('of a later version are refused in one line', async () => {
    await store.upsert(update(WEEK));
    await quest.sql(`INSERT INTO ${prefix}backfill_schema VALUES (now(), 99)`);
    const next = openStore(quest.url(prefix));
    await expect(next.scan()).rejects.toMatchObject({ code: 'store-unusable' });
    await expect(next.acquire()).rejects.toThrow('later version of backfill (its tables have version 99');
  });

  it('keep what was forgotten as gone, until it comes again', async () => {
    await store.upsert(update(WEEK, { learned }));
    expect(await store.forget(AAPL, days('2026-02-23', '2026-02-25'))).toBe(2);
    const gone = `SELECT count(), count(close), sum(CASE WHEN gone THEN 1 ELSE 0 END) FROM ${prefix}bars_1d`;
    expect(await one(gone)).toEqual([5, 3, 2]);
    await store.upsert(update(WEEK, { learned }));
    expect(await one(gone)).toEqual([5, 5, 0]);
    expect((await store.scan()).series.get('AAPL 1d')?.rows).toBe(5);
  });

  it('know nothing of bars that the server has taken and does not apply', async () => {
    const lease = await store.acquire();
    await store.upsert(
      update(WEEK.slice(0, 3), { learned: coverage({ present: [days('2026-02-23', '2026-02-26')] }) }),
    );
    await quest.sql(`ALTER TABLE ${prefix}bars_1d SUSPEND WAL`);
    const known = `SELECT known FROM ${prefix}backfill_parts`;
    const before = await quest.sql(known);
    await expect(store.upsert(update(WEEK, { learned }))).rejects.toThrow(
      `has suspended the table ${prefix}bars_1d`,
    );
    await expect(store.scan()).rejects.toThrow('RESUME WAL');
    expect(await quest.sql(known)).toEqual(before);
    await quest.sql(`ALTER TABLE ${prefix}bars_1d RESUME WAL`);
    await lease.release();
    // The next writer finds them, and asks for their sessions all the same.
    await (await openStore(quest.url(prefix)).acquire()).release();
    const state = (await store.scan()).series.get('AAPL 1d');
    expect([state?.rows, state?.coverage.present]).toEqual([5, [days('2026-02-23', '2026-02-26')]]);
    expect(await store.upsert(update(WEEK, { learned }))).toMatchObject({ inserted: 0, changed: 0 });
    expect((await store.scan()).series.get('AAPL 1d')?.coverage.present).toEqual([WEEK_DAYS]);
  });

  it('are written for many series with one transaction of the server each', async () => {
    await (await store.acquire()).release();
    const taken = `SELECT sum(sequencerTxn) FROM wal_tables() WHERE name IN ('${prefix}bars_1d', '${prefix}backfill_parts')`;
    const [before] = await one(taken);
    const tickers = Array.from({ length: 50 }, (_, i) => `T${i}`);
    const edits = await Promise.all(
      tickers.map((ticker) => store.edit({ ticker, interval: '1d' }, WEEK_DAYS)),
    );
    await store.commitAll(edits.map((edit) => ({ edit, change: { bars: update(WEEK, { learned }) } })));
    expect(Number((await one(taken))[0]) - Number(before)).toBe(2);
    expect(await one(`SELECT count(), count_distinct(version) FROM ${prefix}bars_1d`)).toEqual([250, 1]);
  });

  it('are written for the others where one series has a bar from before 1970', async () => {
    const edits = await Promise.all(
      ['NEW', 'OLD'].map((ticker) =>
        store.edit({ ticker, interval: '1d' }, days('1969-12-01', '2026-03-01')),
      ),
    );
    const bars = [[daily('1970-01-02')], [daily('1969-12-31')]];
    const results = await store.commitAll(
      edits.map((edit, i) => ({ edit, change: { bars: update(bars[i] ?? []) } })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect([...(await store.scan()).series.keys()]).toEqual(['NEW 1d']);
  });

  it.each([
    'cached query plan cannot be used because table schema has changed [table=bars_1d]',
    'too many cached query plan cannot be used because table schema has changed [table=bars_1d]',
  ])('are asked and written again where a statement was outdated: %s', async (says) => {
    const proxy = await startProxy(quest.port);
    try {
      const through = openStore(quest.url(prefix).replace(`${quest.port}`, `${proxy.port}`));
      await through.upsert(update(WEEK.slice(0, 3), { learned }));
      const failed = proxy.outdate(says);
      const lease = await through.acquire();
      expect(await through.upsert(update(moved, { learned, fetchedAt: NOON + 1 }))).toMatchObject({
        ...{ inserted: 2, changed: 3 },
      });
      await tellActions(through, 'AAPL', [], WEEK_DAYS, 'sample', NOON);
      await through.quarantine(AAPL, [{ row: 1, reason: 'odd' }], 'sample', NOON);
      expect((await through.scan()).series.get('AAPL 1d')?.rows).toBe(5);
      expect(await rowsIn(through, AAPL)).toMatchObject(moved);
      expect((await through.readRejected()).records).toHaveLength(1);
      await lease.release();
      expect(failed()).toBeGreaterThan(15);
      expect(await one(`SELECT count() FROM ${prefix}revisions WHERE NOT gone`)).toEqual([3]);
    } finally {
      await proxy.close();
    }
  });

  it('lose nothing of a ticker that two threads tell at the same time', async () => {
    await (await store.acquire()).release();
    const tell = (day: string): Promise<void> =>
      tellActions(
        openStore(quest.url(prefix)),
        'AAPL',
        [{ kind: 'split', exDay: days(day, day).from, ratio: 2 }],
        NO_DAYS,
        'sample',
        NOON,
      );
    const told = ['2024-01-02', '2024-02-02', '2024-03-04', '2024-04-02'];
    await Promise.all(told.map(tell));
    expect(await store.readActions('AAPL')).toHaveLength(told.length);
    expect(await one(`SELECT count() FROM ${prefix}actions WHERE NOT gone`)).toEqual([told.length]);
  });

  it('lose no rejected row that two threads keep at the same time', async () => {
    await (await store.acquire()).release();
    const keep = (n: number): Promise<void> =>
      openStore(quest.url(prefix)).quarantine(AAPL, [{ row: n, reason: 'odd' }], 'sample', NOON);
    await Promise.all([1, 2, 3, 4, 5, 6].map(keep));
    const { records } = await store.readRejected();
    const kept = new Set(records.flatMap(({ rows }) => rows.map(({ row }) => row)));
    expect([records.length, kept]).toEqual([6, new Set([1, 2, 3, 4, 5, 6])]);
  });

  it('empty what is written anew of a document, and hold one of many pieces', async () => {
    const record = (size: number) => ({ text: randomBytes(size).toString('hex') });
    const [small, large] = [record(10), record(400_000)];
    const id = await store.saveRun(NOON, small);
    await store.saveRun(NOON, large, id);
    expect((await openStore(quest.url(prefix)).readRuns(1))[0]?.record).toMatchObject(large);
    const pieces = `SELECT count(), count_distinct(version) FROM ${prefix}backfill_document_parts WHERE data IS NOT NULL`;
    expect(Number((await one(pieces))[0])).toBeGreaterThan(3);
    await store.saveRun(NOON, small, id);
    expect((await one(pieces))[0]).toBe(1);
    expect((await store.readRuns(1))[0]?.record).toMatchObject(small);
  });

  describe('that another hand changed', () => {
    it('are not believed of what is known, but of rows alone', async () => {
      await store.upsert(
        update(WEEK, { learned: coverage({ present: [days('2026-02-02', '2026-02-28')] }) }),
      );
      await quest.sql(
        `UPDATE ${prefix}backfill_parts SET known = replace(known, '2026-02-02', '2026-02-03')`,
      );
      const next = openStore(quest.url(prefix));
      expect((await next.scan()).distrusted).toMatchObject([{ ticker: 'AAPL', interval: '1d' }]);
      expect((await next.scan()).series.get('AAPL 1d')?.coverage.present).toEqual([WEEK_DAYS]);
    });

    it('and have a row more are found by the doctor, and mended', async () => {
      await store.upsert(update(WEEK, { learned }));
      await quest.sql(
        `INSERT INTO ${prefix}bars_1d (ts, ticker, session, open, high, low, close, volume, source, fetched_at, gone)
         VALUES ('2026-02-28', 'AAPL', '2026-02-28', 1, 1, 1, 1, 1, 'me', now(), false)`,
      );
      const next = openStore(quest.url(prefix));
      await next.scan();
      const found = await next.examine({ now: NOON });
      expect(found.damages.map(({ path }) => path)).toEqual(['bars/1d/AAPL/all']);
      const { damages } = await next.examine({ now: NOON, fix: true });
      expect(damages.map(({ mended }) => mended)).toEqual([true]);
      expect((await next.examine({ now: NOON })).damages).toEqual([]);
      expect(await rowsIn(next, AAPL)).toEqual(WEEK);
    });

    it('and have fewer rows are refused, though the calendar were content', async () => {
      await store.upsert(update(WEEK, { learned }));
      await quest.sql(`UPDATE ${prefix}bars_1d SET gone = true WHERE ts = '2026-02-25'`);
      const next = openStore(quest.url(prefix));
      const corrupt = {
        code: 'store-corrupt',
        message: expect.stringContaining('bars/1d/AAPL/all in questdb:'),
      };
      await expect(next.readBars(AAPL)).rejects.toMatchObject(corrupt);
      await expect(next.edit(AAPL, WEEK_DAYS)).rejects.toMatchObject(corrupt);
      await quest.sql(`UPDATE ${prefix}bars_1d SET gone = true`);
      await expect(next.readBars(AAPL)).rejects.toMatchObject(corrupt);
    });

    it('and have a row of no source and time are found by the doctor, and mended', async () => {
      await store.upsert(update(WEEK, { learned }));
      await quest.sql(
        `INSERT INTO ${prefix}bars_1d (ts, ticker, session, open, high, low, close, volume, gone)
         VALUES ('2026-02-25T13:30:01Z', 'AAPL', '2026-02-25', 1, 1, 1, 1, 1, false)`,
      );
      const next = openStore(quest.url(prefix));
      expect((await next.readBars(AAPL)).fetchedAt).toContain(0);
      expect((await next.examine({ now: NOON })).damages.map(({ path }) => path)).toEqual([
        'bars/1d/AAPL/all',
      ]);
      await next.examine({ now: NOON, fix: true });
      expect((await next.examine({ now: NOON })).damages).toEqual([]);
      expect(await rowsIn(next, AAPL)).toEqual(WEEK);
    });

    it('have revisions of what they were', async () => {
      await store.upsert(update(WEEK, { learned }));
      await store.upsert(update(moved, { learned, fetchedAt: NOON + 1 }));
      expect(
        await one(`SELECT count(), min(close), max(new_close) FROM ${prefix}revisions WHERE NOT gone`),
      ).toEqual([...[5, 101, 101.5]]);
    });
  });
});
