import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, POSTGRES } from '../../needs.ts';
import { AAPL, coverage, daily, days, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { type Cluster, startCluster } from './cluster.ts';

describeWith(POSTGRES)('a commit to a PostgreSQL store', () => {
  let cluster: Cluster;
  let schema: string;
  let store: BarStore;
  let schemas = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());
  beforeEach(async () => {
    schema = `commits_${++schemas}`;
    store = openStore(cluster.url(schema));
    await (await store.acquire()).release();
  });
  const moved = WEEK.map((bar): Bar => ({ ...bar, close: 101.5 }));
  const learned = coverage({ present: [WEEK_DAYS] });

  it('is of all or of nothing, whatever the server refuses of it', async () => {
    await store.upsert(update(WEEK, { learned }));
    for (const table of ['backfill_parts', 'revisions', 'bars']) {
      await cluster.sql(`ALTER TABLE ${schema}.${table} ADD CONSTRAINT full_disk CHECK (false) NOT VALID`);
      await expect(store.upsert(update(moved, { learned }))).rejects.toMatchObject({
        code: 'store-unusable',
      });
      await cluster.sql(`ALTER TABLE ${schema}.${table} DROP CONSTRAINT full_disk`);
      expect([await rowsIn(store, AAPL), await store.readRevisions(AAPL)]).toEqual([WEEK, []]);
    }
    expect(await store.upsert(update(moved, { learned }))).toMatchObject({ changed: 5, revised: 5 });
    expect(await store.readRevisions(AAPL)).toHaveLength(5);
  });

  it('of many fails for one of them alone', async () => {
    await cluster.sql(`ALTER TABLE ${schema}.bars ADD CONSTRAINT no_b CHECK (ticker <> 'B')`);
    const edits = await Promise.all(
      ['A', 'B', 'C'].map((ticker) => store.edit({ ticker, interval: '1d' }, WEEK_DAYS)),
    );
    const results = await store.commitAll(
      edits.map((edit) => ({ edit, change: { bars: update(WEEK, { learned }) } })),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect([...(await store.scan()).series.keys()]).toEqual(['A 1d', 'C 1d']);
  });

  it('of many is one transaction', async () => {
    const tickers = ['A', 'B', 'C', 'D'];
    const edits = await Promise.all(
      tickers.map((ticker) => store.edit({ ticker, interval: '1d' }, WEEK_DAYS)),
    );
    await store.commitAll(edits.map((edit) => ({ edit, change: { bars: update(WEEK, { learned }) } })));
    expect(await cluster.sql(`SELECT count(DISTINCT xmin::text), count(*) FROM ${schema}.bars`)).toBe('1|20');
  });

  it.each([
    ['nothing', []],
    ['a bar of the day before', [daily('2026-02-20')]],
  ])(
    'counts and knows what another one committed since it was read, where there was %s',
    async (_, there) => {
      await store.upsert(update(there));
      const [early, late] = [days('2026-02-23', '2026-02-25'), days('2026-02-25', '2026-02-28')];
      const [first, second] = [
        await store.edit(AAPL, WEEK_DAYS),
        await openStore(cluster.url(schema)).edit(AAPL, WEEK_DAYS),
      ];
      await first.commit({ bars: update(WEEK.slice(0, 3), { learned: coverage({ present: [early] }) }) });
      const result = await second.commit({
        bars: update([...moved.slice(0, 1), ...WEEK.slice(2)], { learned: coverage({ present: [late] }) }),
      });
      expect(result).toMatchObject({ inserted: 2, changed: 1, revised: 1 });
      const state = (await store.scan()).series.get('AAPL 1d');
      expect([state?.rows, state?.coverage.present]).toEqual([5 + there.length, [WEEK_DAYS]]);
      expect(await rowsIn(store, AAPL)).toHaveLength(5 + there.length);
    },
  );

  it('sends the rows that are others, and no more', async () => {
    await store.upsert(update(WEEK, { learned }));
    await cluster.sql(
      `CREATE SEQUENCE ${schema}.sent; CREATE FUNCTION ${schema}.note() RETURNS trigger LANGUAGE plpgsql AS ` +
        `$$ BEGIN PERFORM nextval('${schema}.sent'); RETURN NEW; END $$; ` +
        `CREATE TRIGGER note BEFORE INSERT ON ${schema}.bars FOR EACH ROW EXECUTE FUNCTION ${schema}.note()`,
    );
    const sent = (): Promise<string> =>
      cluster.sql(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM ${schema}.sent`);
    await store.upsert(update(WEEK, { learned }));
    expect(await sent()).toBe('0');
    await store.upsert(update([...WEEK.slice(0, 4), ...moved.slice(4), daily('2026-03-02')], { learned }));
    expect(await sent()).toBe('2');
  });

  it('of a bar before the first one of its month tells by which one that is found', async () => {
    const [one, other] = [
      { ticker: 'ONE', interval: '1d' } as const,
      { ticker: 'OTHER', interval: '1d' } as const,
    ];
    const bars = [
      daily('2026-02-02', { close: 7 }),
      daily('2026-02-03', { close: 8 }),
      daily('2026-03-02', { close: 9 }),
    ];
    await store.upsert({ ...update(bars.slice(1, 2)), series: one });
    await store.upsert({ ...update(bars.slice(0, 1)), series: other });
    expect([...(await store.lookalikes([other]))]).toEqual([]);
    await store.upsert({ ...update(bars.slice(0, 1)), series: one });
    expect([...(await store.lookalikes([other]))]).toEqual([['OTHER 1d', [one]]]);
    await store.forget(one, days('2026-02-02', '2026-02-03'));
    expect([...(await store.lookalikes([other]))]).toEqual([]);
  });
});
