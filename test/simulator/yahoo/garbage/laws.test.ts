import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAULT_GROUPS } from '../../../../src/simulator/faults/faults.ts';
import type { Distortions } from '../../../../src/simulator/distortion.ts';
import { resultOf } from '../../chart.ts';
import { answer, daily, distort, distorted, HOURLY, market, marketOf, rowsOf } from './distorting.ts';

const garbage = FAULT_GROUPS.garbage as readonly (keyof Distortions)[];
const BY_CHANCE: ReadonlySet<string> = new Set([
  ...['crossed', 'negative-price', 'zero-price', 'not-a-number', 'negative-volume', 'contradicting'],
  ...['jump', 'spike', 'gross-spike', 'constant', 'interpolated', 'unit-flip'],
]);

/** What is done to the several rows of a session. */
const OF_SESSIONS: ReadonlySet<string> = new Set(['thin', 'stretch']);

/** Every tenth row is without values. */
const holed = marketOf((row, i) =>
  i % 10 === 3 ? { ...row, open: null, high: null, low: null, close: null, volume: null } : row,
);

describe('garbage', () => {
  it.each([1e6, 1e9])('stamps of rows and events times %d, values are kept', (factor) => {
    const how = factor === 1e6 ? 'microseconds' : 'nanoseconds';
    const { good, bad, goodResult, badResult } = distorted(how);
    expect(bad).toEqual(good.map((row) => ({ ...row, stamp: row.stamp * factor })));
    expect(badResult.meta).toEqual(goodResult.meta);
    type Events = Record<string, Record<string, { date: number }>>;
    const dates = (events: unknown): number[] =>
      Object.values(events as Events).flatMap((byStamp) => Object.values(byStamp).map(({ date }) => date));
    expect(dates(badResult.events)).toEqual(dates(goodResult.events).map((date) => date * factor));
    expect(JSON.stringify(badResult.timestamp?.[0])).toBe(
      String(goodResult.timestamp?.[0]) + '0'.repeat(how === 'microseconds' ? 6 : 9),
    );
  });

  it.each(garbage)('%s: the same for the same seed; by chance only where the rows are its choice', (how) => {
    const query = OF_SESSIONS.has(how) ? HOURLY : daily('2020-01-01', '2020-12-31');
    const bodies = [1, 1, 2, 3, 4, 5].map((seed) => distort(how, { seed, query })?.body);
    expect(bodies[0]).toBeTypeOf('string');
    expect(bodies[1]).toBe(bodies[0]);
    expect(new Set(bodies).size > 1).toBe(BY_CHANCE.has(how) || OF_SESSIONS.has(how));
  });

  it.each(garbage)('%s: none of an error or of an answer without rows', (how) => {
    expect(distort(how, { ticker: 'NOPE' })).toBe(null);
    expect(distort(how, { query: daily('2026-03-07', '2026-03-08') })).toBe(null);
  });

  it('is never the good answer, and keeps its status and headers, whatever is asked', () => {
    const tickers = fc.constantFrom(...market.tickers());
    const queries = fc.constantFrom(
      ...[daily('2020-01-01', '2020-12-31'), daily('2026-03-02', '2026-03-02'), HOURLY],
      daily('2026-11-18', '2026-11-20'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...garbage), tickers, queries, (how, ticker, query) => {
        const good = answer({ ticker, query });
        const bad = distort(how, { ticker, query });
        if (bad === null) return;
        expect(bad.body).not.toBe(good.body);
        expect([bad.status, bad.headers]).toEqual([good.status, good.headers]);
        expect(bad.rows).toBe(rowsOf(resultOf(bad)).length);
      }),
      { numRuns: 150 },
    );
  });

  it.each(garbage.filter((how) => how !== 'empty' && how !== 'half' && how !== 'other-series'))(
    '%s: rows without values stay as they are',
    (how) => {
      const asked = {
        market: holed,
        query: OF_SESSIONS.has(how) ? HOURLY : daily('2020-01-01', '2020-12-31'),
      };
      const { good, bad } = distorted(how, asked);
      const nulls = (rows: typeof good): number => rows.filter(({ close }) => close === null).length;
      expect(nulls(good)).toBeGreaterThan(3);
      if (how !== 'thin') expect(nulls(bad)).toBe(nulls(good));
      for (const row of bad) {
        const empty = Object.entries(row).filter(([, one]) => one === null);
        expect([0, 5, 6]).toContain(empty.length);
      }
    },
  );

  it.each(
    garbage.filter((how) => !['empty', 'microseconds', 'nanoseconds', 'other-series', 'half'].includes(how)),
  )('%s: most rows of a longer answer stay sound', (how) => {
    for (let seed = 0; seed < 5; seed++) {
      const query = OF_SESSIONS.has(how) ? HOURLY : daily('2020-01-01', '2020-12-31');
      const { good, bad } = distorted(how, { seed, query });
      const kept = new Set(bad.map((row) => JSON.stringify(row)));
      const sound = good.filter((row) => kept.has(JSON.stringify(row)));
      expect(sound.length).toBeGreaterThanOrEqual(good.length / 2);
    }
  });
});
