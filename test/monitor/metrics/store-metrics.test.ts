import { describe, expect, it } from 'vitest';
import type { Freshness } from '../../../src/core/coverage/freshness.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { metricsOfNothing, samplesOf } from './watched.ts';

const DUE = Date.parse('2026-03-03T21:00:00Z');

/** New York without its session of the 3rd of March 2026. */
const BEHIND: Freshness = {
  unstored: [
    {
      ...{ calendar: 'XNYS', settleDelayMs: 0 },
      days: [{ from: parseDay('2026-03-03'), to: Number.POSITIVE_INFINITY }],
      behind: [{ from: parseDay('2026-03-03'), series: 7 }],
    },
  ],
  covered: [{ calendar: 'XNYS', series: 9, tradable: 200, stored: 193 }],
};

type Where = 'there' | 'not-yet' | 'gone' | 'unusable';

/** Metrics of a store that stands as `freshness` says, with what can be told of them. */
function watched(freshness: () => Promise<Freshness>, where: () => Where = () => 'there') {
  let [looks, now, elapsed] = [0, DUE - 1, 0];
  const metrics = metricsOfNothing({
    clock: () => now,
    elapsed: () => elapsed,
    look: async () => where(),
    freshness: () => {
      looks++;
      return freshness();
    },
  });
  return {
    metrics,
    looks: () => looks,
    setClock: (at: number) => void (now = at),
    pass: (ms: number) => void (elapsed += ms),
    scrape: async () => samplesOf(await metrics.registry.metrics()),
  };
}

describe('how fresh a store is', () => {
  it('is not told before it is known, and then by the clock', async () => {
    const { metrics, scrape, setClock, looks } = watched(() => Promise.resolve(BEHIND));
    expect((await scrape()).has('backfill_series{calendar="XNYS"}')).toBe(false);
    await metrics.refresh();
    const before = await scrape();
    expect(before.get('backfill_sessions_overdue{calendar="XNYS"}')).toBe(0);
    expect(before.get('backfill_series_overdue{calendar="XNYS"}')).toBe(0);
    expect(before.get('backfill_session_due_timestamp_seconds{calendar="XNYS"}')).toBe(DUE / 1000);
    expect(before.get('backfill_coverage_ratio{calendar="XNYS"}')).toBe(0.965);
    expect(before.get('backfill_series{calendar="XNYS"}')).toBe(9);
    setClock(DUE);
    const after = await scrape();
    expect(after.get('backfill_sessions_overdue{calendar="XNYS"}')).toBe(1);
    expect(after.get('backfill_series_overdue{calendar="XNYS"}')).toBe(7);
    expect(looks()).toBe(2);
  });

  it('is looked up again once something was stored, at most once a minute', async () => {
    const { metrics, scrape, pass, looks } = watched(() => Promise.resolve(BEHIND));
    await metrics.refresh();
    const observer = metrics.watch();
    for (let i = 0; i < 5; i++) {
      await scrape();
      pass(60_000);
    }
    // Nothing was stored.
    expect(looks()).toBe(1);
    observer.failed(new Error('a bug'));
    await scrape();
    await scrape();
    expect(looks()).toBe(2);
    observer.failed(new Error('a bug'));
    pass(59_999);
    await scrape();
    expect(looks()).toBe(2);
    pass(1);
    await scrape();
    expect(looks()).toBe(3);
  });

  it('is looked up for a hundredth of the time, where that takes long', async () => {
    const { metrics, scrape, pass, looks } = watched(() => {
      pass(5000);
      return Promise.resolve(BEHIND);
    });
    await metrics.refresh();
    metrics.watch().failed(new Error('a bug'));
    pass(499_999);
    await scrape();
    expect(looks()).toBe(1);
    pass(1);
    await scrape();
    expect(looks()).toBe(2);
  });

  it('stays as it was known where the store cannot be read', async () => {
    let isDamaged = false;
    const { metrics, scrape } = watched(() =>
      isDamaged ? Promise.reject(new Error('damaged')) : Promise.resolve(BEHIND),
    );
    await metrics.refresh();
    isDamaged = true;
    await metrics.refresh();
    expect((await scrape()).get('backfill_series{calendar="XNYS"}')).toBe(9);
  });
});

describe('a store that goes away', () => {
  const NOTHING: Freshness = { unstored: [], covered: [] };
  const [UP, SERIES, COVERAGE] = [
    'backfill_store_up',
    'backfill_series{calendar="XNYS"}',
    'backfill_coverage_ratio{calendar="XNYS"}',
  ];
  const OVERDUE = 'backfill_sessions_overdue{calendar="XNYS"}';

  it.each(['gone', 'unusable'] as const)(
    'is told to be %s, has no coverage, and what it lacked is overdue still',
    async (is) => {
      let where: Where = 'there';
      const { metrics, scrape, setClock, pass } = watched(
        () => Promise.resolve(where === 'there' ? BEHIND : NOTHING),
        () => where,
      );
      await metrics.refresh();
      const before = await scrape();
      expect([UP, SERIES, COVERAGE].map((name) => before.get(name))).toEqual([1, 9, 0.965]);
      where = is;
      setClock(DUE);
      // What is found at one scrape is told at the next.
      await scrape();
      metrics.watch().failed(new Error('no store'));
      pass(60_000);
      await scrape();
      await metrics.refresh();
      const gone = await scrape();
      expect([UP, SERIES, COVERAGE, OVERDUE].map((name) => gone.get(name))).toEqual([
        0,
        undefined,
        undefined,
        1,
      ]);
      where = 'there';
      await scrape();
      const back = await scrape();
      expect([UP, SERIES, COVERAGE, OVERDUE].map((name) => back.get(name))).toEqual([1, 9, 0.965, 1]);
    },
  );

  it('while it is looked into is not taken for an empty one', async () => {
    let where: Where = 'there';
    let goes = false;
    const { metrics, scrape } = watched(
      async () => {
        if (!goes) return BEHIND;
        where = 'gone';
        return NOTHING;
      },
      () => where,
    );
    await metrics.refresh();
    goes = true;
    await metrics.refresh();
    expect((await scrape()).get(OVERDUE)).toBe(0);
    expect((await scrape()).get(UP)).toBe(0);
  });

  it('is not told of one that was never there', async () => {
    const { metrics, scrape } = watched(
      () => Promise.resolve(NOTHING),
      () => 'not-yet',
    );
    await metrics.refresh();
    await scrape();
    expect((await scrape()).has(UP)).toBe(false);
  });
});
