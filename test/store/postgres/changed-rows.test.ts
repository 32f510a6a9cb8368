import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { periodRange } from '../../../src/core/bars/partition.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, POSTGRES } from '../../needs.ts';
import { AAPL, coverage, daily, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { type Cluster, startCluster } from './cluster.ts';

const CHANGED = 'bars/1d/AAPL/all damaged-rows';
const ALL = periodRange('all');
const ORDER = { series: [AAPL], actionsOf: [], at: NOON };
const NEXT_WEEK = update([daily('2026-03-02')], {
  learned: coverage({ present: [{ from: WEEK_DAYS.to + 2, to: WEEK_DAYS.to + 3 }] }),
});

describeWith(POSTGRES)('rows of a PostgreSQL store that another hand', () => {
  let cluster: Cluster;
  let schema: string;
  let store: BarStore;
  let schemas = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());
  beforeEach(async () => {
    schema = `changed_${++schemas}`;
    store = openStore(cluster.url(schema));
    await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
  });

  const damages = async (fix = false): Promise<string[]> =>
    (await store.examine({ now: NOON, fix })).damages.map(({ path, kind }) => `${path} ${kind}`);

  it.each([
    ['changes in a price', 'UPDATE bars SET close = close + 0.01 WHERE ts = $day', [CHANGED]],
    ['changes in a volume', 'UPDATE bars SET volume = volume + 1 WHERE ts = $day', [CHANGED]],
    ['makes unknown in a volume', 'UPDATE bars SET volume = NULL WHERE ts = $day', [CHANGED]],
    ['says to be of another source', `UPDATE bars SET source = 'mine' WHERE ts = $day`, [CHANGED]],
    ['says to be fetched at another time', 'UPDATE bars SET fetched_at = now() WHERE ts = $day', [CHANGED]],
    [
      'exchanges for each other',
      `UPDATE bars AS b SET close = o.close FROM bars AS o WHERE (b.ts = $day AND o.ts = '2026-02-26') OR (b.ts = '2026-02-26' AND o.ts = $day)`,
      [CHANGED],
    ],
    ['removes', 'DELETE FROM bars WHERE ts = $day', ['bars/1d/AAPL/all coverage-mismatch', CHANGED]],
  ])('%s are found by the doctor, and refused where all are read', async (_, statement, found) => {
    if (statement.includes('o.close')) {
      const apart = WEEK.map((bar, i) => ({ ...bar, close: 100.5 + i / 10 }));
      await store.upsert(update(apart, { learned: coverage({ present: [WEEK_DAYS] }) }));
    }
    await rowsIn(store, AAPL);
    expect(await damages()).toEqual([]);
    await cluster.sql(`SET search_path TO ${schema}; ${statement.replaceAll('$day', `'2026-02-25'`)}`);
    expect(await damages()).toEqual(found);
    for (const read of [
      () => store.readBars(AAPL),
      () => store.edit(AAPL, ALL),
      () => store.upsert(update(WEEK)),
    ])
      await expect(read()).rejects.toMatchObject({
        code: 'store-corrupt',
        message: expect.stringContaining('bars/1d/AAPL/all in postgres://tester@127.0.0.1'),
      });
  });

  it('changes stay found after a commit that read only others, and after others were forgotten', async () => {
    await cluster.sql(`UPDATE ${schema}.bars SET close = 101.5 WHERE ts = '2026-02-23'`);
    await store.upsert(NEXT_WEEK);
    expect(await damages()).toEqual([CHANGED]);
    expect(await store.forget(AAPL, { from: WEEK_DAYS.to - 1, to: WEEK_DAYS.to })).toBe(1);
    expect(await damages()).toEqual([CHANGED]);
  });

  it('changes stay found where an answer puts another value in its place', async () => {
    await cluster.sql(`UPDATE ${schema}.bars SET close = 101.5 WHERE ts = '2026-02-27'`);
    const [last] = WEEK.slice(-1);
    await store.upsert(update([{ ...(last as (typeof WEEK)[0]), close: 100.25, fetchedAt: NOON + 1 }]));
    expect(await damages()).toEqual([CHANGED]);
  });

  it('changes are mended: they stay, and are asked for again, and what comes is what is written', async () => {
    await cluster.sql(`UPDATE ${schema}.bars SET close = 101.5 WHERE ts = '2026-02-25'`);
    expect(await damages(true)).toEqual([CHANGED]);
    expect(await damages()).toEqual([]);
    const state = (await store.scan()).series.get('AAPL 1d');
    expect(state?.coverage.present).toEqual([WEEK_DAYS]);
    expect(state?.coverage.provisional).toEqual([WEEK_DAYS]);
    expect((await rowsIn(store, AAPL))[2]?.close).toBe(101.5);
    await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
    expect(await rowsIn(store, AAPL)).toEqual(WEEK);
    expect(await damages()).toEqual([]);
  });

  it('changes may be forgotten, and nothing comes back over them', async () => {
    const range = { from: WEEK_DAYS.to - 1, to: WEEK_DAYS.to };
    const { id = '' } = (await store.keepForgotten({ ...ORDER, range })) ?? {};
    expect(await store.forget(AAPL, range)).toBe(1);
    await cluster.sql(`UPDATE ${schema}.bars SET close = 101.5 WHERE ts = '2026-02-25'`);
    await expect(store.restoreForgotten(id, NOON)).rejects.toMatchObject({ code: 'store-corrupt' });
    const again = await store.keepForgotten(ORDER);
    expect(again?.series[0]?.rows).toBe(4);
    expect(await store.forget(AAPL)).toBe(4);
    expect(await damages()).toEqual([]);
  });

  it('changes of a part that an earlier version wrote are not known; its next commit seals it', async () => {
    // What it wrote had no such sum, and a seal over the rest.
    await cluster.sql(`UPDATE ${schema}.bars SET close = 101.5 WHERE ts = '2026-02-25'`);
    const { known, seal } = await withoutSum();
    await cluster.sql(
      `UPDATE ${schema}.backfill_parts SET known = '${known.slice(0, -1)},"seal":"${seal}"}'`,
    );
    expect(await damages()).toEqual([]);
    await store.upsert(NEXT_WEEK);
    expect(await damages()).toEqual([]);
    await cluster.sql(`UPDATE ${schema}.bars SET close = 102 WHERE ts = '2026-02-25'`);
    expect(await damages()).toEqual([CHANGED]);
  });

  /** What the part says of itself without the sum of its rows, closed as it was. */
  async function withoutSum(): Promise<{ known: string; seal: string }> {
    const { createHash } = await import('node:crypto');
    const said = await cluster.sql(`SELECT known::text FROM ${schema}.backfill_parts`);
    expect(said).toMatch(/,"sum":"[\da-f]{16}"/);
    const known = said.replace(/,"sum":"[\da-f]{16}"/, '').replace(/,"seal":"[\da-f]{32}"\}$/, '}');
    return { known, seal: createHash('sha256').update(known).digest('hex').slice(0, 32) };
  }
});
