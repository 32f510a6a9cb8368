import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, AAPL_5M, at, coverage, daily, days, NOON, update, WEEK } from '../fixtures.ts';
import { RUNS, stateOf, type StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

export function describeBars(open: () => Promise<StoreUnderTest>): void {
  describe('bars', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());
    const stateOfSeries = (key: string) => stateOf(subject, key);

    it('scans and reads nothing where nothing was stored', async () => {
      expect((await store.scan()).series.size).toBe(0);
      expect(await rowsIn(store, AAPL)).toEqual([]);
    });

    it('gives back the bars of an update, all fields as they were', async () => {
      const bars = [
        daily('2026-02-26', {
          open: 0.1 + 0.2,
          volume: 0.00012345,
          vwap: 1.5,
          trades: 9_007_199_254_740_991,
        }),
        daily('2026-02-27', { source: 'other', fetchedAt: NOON + 1 }),
      ];
      expect(await store.upsert(update(bars))).toEqual({
        inserted: 2,
        changed: 0,
        revised: 0,
        partitions: 1,
      });
      expect(await rowsIn(subject.reopen(), AAPL)).toEqual(bars);
    });

    it('lets the newer bar win and deletes none that an answer lacks', async () => {
      await store.upsert(update(WEEK));
      const corrected = daily('2026-02-25', { close: 105, high: 106, fetchedAt: NOON + 1 });
      const added = daily('2026-03-02', { fetchedAt: NOON + 1 });
      const result = await store.upsert(update([corrected, added]));
      expect(result).toEqual({ inserted: 1, changed: 1, revised: 0, partitions: 1 });
      expect(await rowsIn(store, AAPL)).toEqual([WEEK[0], WEEK[1], corrected, WEEK[3], WEEK[4], added]);
    });

    it('keeps the old values where the new ones differ by no more than a float32 wire does', async () => {
      await store.upsert(update([daily('2026-02-27', { close: 101, vwap: null, trades: 7 })]));
      const again = daily('2026-02-27', {
        close: 101 * (1 + 1.5e-7),
        vwap: 100.5,
        source: 'other',
        fetchedAt: NOON + 5,
      });
      expect(await store.upsert(update([again]))).toMatchObject({ inserted: 0, changed: 0 });
      const expected = daily('2026-02-27', { vwap: 100.5, trades: 7, fetchedAt: NOON + 5 });
      expect(await rowsIn(store, AAPL)).toEqual([expected]);
    });

    it('keeps what a later answer that confirms a bar does not say of it', async () => {
      const before = daily('2026-02-27', { vwap: 100.5, trades: 7 });
      await store.upsert(update([before]));
      const again = daily('2026-02-27', { vwap: null, trades: null, fetchedAt: NOON + 5 });
      expect(await store.upsert(update([again]))).toMatchObject({ inserted: 0, changed: 0 });
      expect(await rowsIn(store, AAPL)).toEqual([{ ...before, fetchedAt: NOON + 5 }]);
    });

    it('keeps the vwap and trades of a bar that a later answer confirms, whatever that says of them', async () => {
      const before = daily('2026-02-27', { vwap: 100.5, trades: 7 });
      await store.upsert(update([before]));
      const again = daily('2026-02-27', { vwap: 99.5, trades: 8, source: 'other', fetchedAt: NOON + 5 });
      expect(await store.upsert(update([again]))).toMatchObject({ changed: 0, revised: 0 });
      expect(await rowsIn(store, AAPL)).toEqual([{ ...before, fetchedAt: NOON + 5 }]);
    });

    it('keeps a volume that is not known, and fills it in without a revision once somebody knows it', async () => {
      const unknown = daily('2026-02-27', { volume: Number.NaN });
      const learned = coverage({ present: [days('2026-02-27', '2026-02-28')] });
      const nothing = { inserted: 0, changed: 0, revised: 0 };
      await store.upsert(update([unknown], { learned }));
      expect(await rowsIn(subject.reopen(), AAPL)).toEqual([unknown]);
      expect(await store.upsert(update([unknown], { learned }))).toMatchObject(nothing);
      const known = daily('2026-02-27', { volume: 5000 });
      expect(await store.upsert(update([known], { learned }))).toMatchObject(nothing);
      expect(await rowsIn(store, AAPL)).toEqual([known]);
      expect(await store.upsert(update([unknown], { learned }))).toMatchObject(nothing);
      expect(await rowsIn(subject.reopen(), AAPL)).toEqual([known]);
      expect(await store.readRevisions(AAPL)).toEqual([]);
    });

    it('keeps the volume of a price that is corrected without one', async () => {
      await store.upsert(update([daily('2026-02-27')]));
      const corrected = daily('2026-02-27', { close: 100.5, volume: Number.NaN });
      expect(await store.upsert(update([corrected]))).toMatchObject({ changed: 1 });
      expect(await rowsIn(store, AAPL)).toEqual([daily('2026-02-27', { close: 100.5 })]);
    });

    it('names series of an interval that have a first bar of a month in common', async () => {
      const [one, other] = [
        { ticker: 'ONE', interval: '1d' } as const,
        { ticker: 'OTHER', interval: '1d' } as const,
      ];
      const same = [
        daily('2026-02-02', { close: 7 }),
        daily('2026-02-03'),
        daily('2026-03-02', { close: 8 }),
      ];
      await store.upsert({ ...update(same), series: one });
      await store.upsert({ ...update(same.slice(1)), series: other });
      await store.upsert(update([daily('2026-02-02', { close: 9 }), daily('2026-03-02', { close: 9 })]));
      expect([...(await subject.reopen().lookalikes([other]))]).toEqual([['OTHER 1d', [one]]]);
      expect(new Map(await store.lookalikes([one, other, AAPL]))).toEqual(
        new Map([
          ['ONE 1d', [other]],
          ['OTHER 1d', [one]],
        ]),
      );
      expect([...(await store.lookalikes([AAPL]))]).toEqual([]);
      expect([...(await store.lookalikes([]))]).toEqual([]);
      // A bar that is added counts as those that lay there.
      await store.upsert({ ...update([daily('2026-04-01', { close: 5 })]), series: one });
      await store.upsert(update([daily('2026-04-01', { close: 5 })]));
      expect([...(await store.lookalikes([AAPL]))]).toEqual([['AAPL 1d', [one]]]);
    });

    it('names them by the oldest months of a long series too, once later bars were added', async () => {
      const [one, other] = [
        { ticker: 'ONE', interval: '1d' } as const,
        { ticker: 'OTHER', interval: '1d' } as const,
      ];
      const long = Array.from({ length: 1500 }, (_, i) =>
        daily(formatDay(parseDay('2020-01-02') + i), { close: 50 + (i % 13) }),
      );
      await store.upsert({ ...update(long), series: one });
      await store.upsert({ ...update([daily('2026-02-27')]), series: one });
      await store.upsert({ ...update(long.slice(0, 20)), series: other });
      expect([...(await subject.reopen().lookalikes([other]))]).toEqual([['OTHER 1d', [one]]]);
    });

    it('keeps prices of 0 and below', async () => {
      const prices = { open: 0, high: 0.5, low: -40.32, close: -37.63 };
      await store.upsert(update([daily('2026-02-27', prices)]));
      expect(await rowsIn(subject.reopen(), AAPL)).toEqual([daily('2026-02-27', prices)]);
    });

    it.each(['open', 'high', 'low', 'close', 'volume'] as const)(
      'counts a %s that differs by more as changed',
      async (field) => {
        const before = daily('2026-02-27');
        await store.upsert(update([before]));
        const after = { ...before, [field]: before[field] * (1 + 3e-7) };
        expect(await store.upsert(update([after]))).toMatchObject({ inserted: 0, changed: 1 });
        expect(await rowsIn(store, AAPL)).toEqual([after]);
      },
    );

    it.each([
      ['descending', [daily('2026-02-27'), daily('2026-02-26')]],
      ['double', [daily('2026-02-27'), daily('2026-02-27')]],
    ])('refuses %s bars and stores none of them', async (_, bars) => {
      await expect(store.upsert(update(bars))).rejects.toMatchObject({ code: 'internal' });
      expect(await rowsIn(store, AAPL)).toEqual([]);
    });

    it('reads the bars of a half-open range of session dates', async () => {
      await store.upsert(update(WEEK));
      expect(await rowsIn(store, AAPL, days('2026-02-24', '2026-02-26'))).toEqual(WEEK.slice(1, 3));
      expect(await rowsIn(store, AAPL, days('2026-03-01', '2026-03-05'))).toEqual([]);
    });

    it('keeps tickers and intervals apart, whatever is in a ticker', async () => {
      const tickers = [
        'BTC-USD',
        '^GSPC',
        'EURUSD=X',
        'A/B',
        'CON',
        'NULL',
        'BRK-B',
        'AIR.PA',
        '../../X',
        '.HID',
        'A%2FB',
        'É B',
      ];
      for (const [i, ticker] of tickers.entries()) {
        await store.upsert(
          update([daily('2026-02-27', { volume: i })], { series: { ticker, interval: '1d' } }),
        );
      }
      await store.upsert(update([at('2026-02-27T14:30Z')], { series: AAPL_5M }));
      const { series } = await subject.reopen().scan();
      expect([...series.keys()].toSorted()).toEqual(
        [...tickers.map((ticker) => `${ticker} 1d`), 'AAPL 5m'].toSorted(),
      );
      for (const [i, ticker] of tickers.entries()) {
        expect(await rowsIn(store, { ticker, interval: '1d' })).toEqual([daily('2026-02-27', { volume: i })]);
      }
    });

    it('stores intraday bars over several years and reads them as one series', async () => {
      const bars = [at('2024-12-31T14:30Z'), at('2025-12-31T20:55Z'), at('2026-01-02T14:30Z')];
      const learned = coverage({
        present: [days('2024-12-31', '2025-01-01'), days('2025-12-31', '2026-01-03')],
      });
      const result = await store.upsert(update(bars, { series: AAPL_5M, learned }));
      expect(result).toEqual({ inserted: 3, changed: 0, revised: 0, partitions: 3 });
      expect(await rowsIn(store, AAPL_5M)).toEqual(bars);
      expect(await rowsIn(store, AAPL_5M, days('2025-12-31', '2026-01-02'))).toEqual([bars[1]]);
      const state = await stateOfSeries('AAPL 5m');
      expect(state?.rows).toBe(3);
      expect(state?.coverage).toEqual(learned);
    });

    it('gives a session that opens on the UTC day before to its session date', async () => {
      const series = { ticker: 'BHP.AX', interval: '1h' } as const;
      // 2026-01-02 10:00 in Sydney is 2026-01-01 23:00 UTC; the session before closes in the old year.
      const bars = [at('2025-12-31T01:00Z'), at('2026-01-01T23:00Z')];
      await store.upsert(update(bars, { series, calendar: 'XASX' }));
      expect(await rowsIn(store, series, days('2026-01-02', '2026-01-03'))).toEqual([bars[1]]);
      expect(await rowsIn(store, series)).toEqual(bars);
    });

    it('merges bars as a map by time does', async () => {
      const bar = fc.record({ day: fc.nat(20), volume: fc.nat(5) });
      const answer = fc.uniqueArray(bar, { selector: ({ day }) => day, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(fc.array(answer, { maxLength: 4 }), async (answers) => {
          await store.forget(AAPL);
          const model = new Map<number, Bar>();
          for (const rows of answers) {
            const bars = rows
              .toSorted((a, b) => a.day - b.day)
              .map(({ day, volume }) => daily(`2026-01-${String(day + 1).padStart(2, '0')}`, { volume }));
            const result = await store.upsert(update(bars));
            const changed = bars.filter(
              ({ ts, volume }) => (model.get(ts)?.volume ?? volume) !== volume,
            ).length;
            expect(result).toMatchObject({
              inserted: bars.filter(({ ts }) => !model.has(ts)).length,
              changed,
            });
            for (const row of bars) model.set(row.ts, row);
          }
          expect(await rowsIn(store, AAPL)).toEqual([...model.values()].toSorted((a, b) => a.ts - b.ts));
        }),
        { numRuns: subject.runs ?? RUNS },
      );
    });
  });
}
