import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { utcDayOf } from '../../../src/core/session/day.ts';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, AAPL_5M, at, coverage, daily, days, NOON, temporaryFolder, update } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { startTimescale, type TimescaleServer } from './server.ts';
import { rounds } from '../../needs.ts';

const YEARS = days('2024-01-01', '2026-01-01');
/** Of two chunks, far enough apart for two batches to be told from one. */
const BARS: readonly Bar[] = ['2024-03-04', '2024-03-05', '2024-07-08', '2025-03-04', '2025-03-05'].map(
  (date) => daily(date),
);

describe('compressed bars of TimescaleDB', () => {
  let server: TimescaleServer;
  let schema: string;
  let store: BarStore;
  let schemas = 0;
  beforeAll(async () => {
    server = await startTimescale();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    schema = `compressed_${++schemas}`;
    store = openStore(server.url(schema));
    await (await store.acquire()).release();
  });

  const compress = async (): Promise<void> => {
    for (const interval of ['1d', '5m'])
      await server.sql(
        `SELECT compress_chunk(chunk, recompress => true) FROM show_chunks('${schema}.bars_${interval}') AS chunk`,
      );
  };
  /** Chunks that are compressed, and those of them that have rows beside. */
  const chunks = async () => {
    const [row] = await server.sql(
      `SELECT count(*) FILTER (WHERE c.status & 1 = 1)::int AS compressed, count(*) FILTER (WHERE c.status & 8 = 8)::int AS touched
       FROM _timescaledb_catalog.chunk AS c JOIN _timescaledb_catalog.hypertable AS h ON h.id = c.hypertable_id
       WHERE h.schema_name = '${schema}'`,
    );
    return [row?.['compressed'], row?.['touched']];
  };
  const learned = coverage({ present: [YEARS] });

  it('are replaced by newer ones, with the old values as revisions, and others come beside them', async () => {
    await store.upsert(update(BARS, { learned }));
    await compress();
    expect(await chunks()).toEqual([2, 0]);
    const later = NOON + 1;
    const changed = { ...(BARS[1] as Bar), close: 101.5, fetchedAt: later };
    const added = daily('2024-03-06', { fetchedAt: later });
    const result = await store.upsert(update([changed, added], { learned, fetchedAt: later }));
    expect(result).toMatchObject({ inserted: 1, changed: 1, revised: 1 });
    expect(await rowsIn(store, AAPL)).toEqual([BARS[0], changed, added, ...BARS.slice(2)]);
    expect(await store.readRevisions(AAPL)).toMatchObject([{ before: BARS[1], after: changed }]);
    expect(await chunks()).toEqual([2, 1]);
    expect(
      await server.sql(`SELECT count(*)::int, count(DISTINCT ts)::int AS stamps FROM ${schema}.bars`),
    ).toEqual([{ count: 6, stamps: 6 }]);
  });

  it('are left as they lie by an answer that says the same', async () => {
    await store.upsert(update(BARS, { learned }));
    await compress();
    expect(await store.upsert(update(BARS, { learned, fetchedAt: NOON + 1 }))).toMatchObject({ changed: 0 });
    expect(await chunks()).toEqual([2, 0]);
  });

  it('are written however many of them one transaction touches', async () => {
    await store.upsert(update(BARS, { learned }));
    await compress();
    await server.sql('SET timescaledb.max_tuples_decompressed_per_dml_transaction = 1');
    const changed = BARS.map((bar) => ({ ...bar, close: 101.5, fetchedAt: NOON + 1 }));
    try {
      await expect(
        server.sql(`UPDATE ${schema}.bars_1d SET close = 5 WHERE ticker = 'AAPL'`),
      ).rejects.toThrow('limit');
      expect(await store.upsert(update(changed, { learned }))).toMatchObject({ revised: 5 });
    } finally {
      await server.sql('RESET timescaledb.max_tuples_decompressed_per_dml_transaction');
    }
    expect(await rowsIn(store, AAPL)).toEqual(changed);
  });

  it('go when they are forgotten, counted, and come back when they are restored', async () => {
    await store.upsert(update(BARS, { learned }));
    await store.upsert(update(BARS, { series: { ticker: 'B', interval: '1d' }, learned }));
    await compress();
    const range = days('2024-03-05', '2025-03-05');
    const kept = await store.keepForgotten({ series: [AAPL], actionsOf: [], range, at: NOON });
    expect(await store.forget(AAPL, range)).toBe(3);
    expect(await rowsIn(store, AAPL)).toEqual([BARS[0], BARS[4]]);
    expect(await rowsIn(store, { ticker: 'B', interval: '1d' })).toEqual(BARS);
    expect((await store.scan()).series.get('AAPL 1d')?.rows).toBe(2);
    await compress();
    expect(await store.restoreForgotten(kept?.id ?? '', NOON)).toMatchObject({ rows: 3 });
    expect(await rowsIn(store, AAPL)).toEqual(BARS);
  });

  it('are put right by the doctor', async () => {
    const present = BARS.map(({ ts }) => utcDayOf(ts)).map((day) => ({ from: day, to: day + 1 }));
    await store.upsert(update(BARS, { learned: coverage({ present }) }));
    await compress();
    await server.sql(`UPDATE ${schema}.bars_1d SET high = 1 WHERE ts = '2024-07-08'`);
    await compress();
    const found = await store.examine({ now: NOON, fix: true });
    expect(new Set(found.damages.map(({ path, mended }) => [path, mended].join(' ')))).toEqual(
      new Set(['bars/1d/AAPL/all true']),
    );
    expect(await rowsIn(store, AAPL)).toEqual([...BARS.slice(0, 2), ...BARS.slice(3)]);
  });

  it('hold what files hold, whatever came, went and was compressed between', async () => {
    const STAMPS = ['2024-12-27', '2024-12-30', '2024-12-31', '2025-01-02', '2025-01-03', '2025-12-30'];
    const bar = (i: number, close: number, fetchedAt: number): Bar => ({
      ...daily(STAMPS[i] as string),
      close,
      fetchedAt,
    });
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.array(fc.tuple(fc.nat(5), fc.constantFrom(100, 101, 102)), {
          minLength: 1,
          maxLength: 6,
        }),
      },
      { weight: 2, arbitrary: fc.constant('compress' as const) },
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.nat(5), fc.nat(5))
          .map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) })),
      },
    );
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (steps) => {
        const series = { ticker: `T${++runs}`, interval: '1d' } as const;
        const folder = await temporaryFolder();
        const files = openStore(`${folder.path}/data`);
        let now = NOON;
        const both = <T>(work: (one: BarStore) => Promise<T>): Promise<T[]> =>
          Promise.all([store, files].map((one) => work(one)));
        for (const one of steps) {
          now += 1000;
          if (one === 'compress') {
            await compress();
          } else if (Array.isArray(one)) {
            const rows = [...new Map(one)]
              .toSorted(([a], [b]) => a - b)
              .map(([i, close]) => bar(i, close, now));
            const present = [{ from: YEARS.from, to: YEARS.to }];
            const [here, there] = await both((each) =>
              each.upsert(update(rows, { series, learned: coverage({ present }), fetchedAt: now })),
            );
            expect(here).toEqual(there);
          } else {
            const range = days(STAMPS[one.from] as string, '2026-01-01');
            const [here, there] = await both((each) => each.forget(series, range));
            expect(here).toBe(there);
          }
          const [here, there] = await both(async (each) => [
            await rowsIn(each, series),
            await each.readRevisions(series),
            (await each.scan({ tickers: [series.ticker] })).series.get(`${series.ticker} 1d`)?.rows,
          ]);
          expect(here).toEqual(there);
        }
        await rm(folder.path, { recursive: true });
      }),
      { numRuns: rounds(10), endOnFailure: true },
    );
  });

  it('lie by interval: a bar of a minute and one of a day of one stamp are two', async () => {
    const bars = [at('2025-03-04T00:00Z')];
    await store.upsert(update(bars, { learned }));
    await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({}) }));
    await compress();
    expect(await chunks()).toEqual([2, 0]);
    await store.forget(AAPL_5M);
    expect([await rowsIn(store, AAPL), await rowsIn(store, AAPL_5M)]).toEqual([bars, []]);
  });
});
