import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Bar } from '../../src/core/bars.ts';
import { type Coverage, learn, NOTHING_KNOWN, stateOf, unlearn } from '../../src/core/coverage.ts';
import { parseDay } from '../../src/core/day.ts';
import type { BarStore, SeriesState } from '../../src/store/store.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  APPLE,
  at,
  coverage,
  daily,
  days,
  NO_DAYS,
  NOON,
  update,
} from './fixtures.ts';

/** A store under test: empty, over its own data. */
export interface StoreUnderTest {
  readonly store: BarStore;
  /** Another store object over the same data, as another thread or process would open it. */
  reopen(): BarStore;
  destroy(): Promise<void>;
}

const WEEK = [
  daily('2026-02-23'),
  daily('2026-02-24'),
  daily('2026-02-25'),
  daily('2026-02-26'),
  daily('2026-02-27'),
];
const WEEK_DAYS = days('2026-02-23', '2026-02-28');

/** What every store has to do, whatever it keeps its bars in. */
export function describeStore(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.destroy());

    const stateOfSeries = async (key: string): Promise<SeriesState | undefined> =>
      (await subject.reopen().scan()).series.get(key);

    describe('bars', () => {
      it('scans and reads nothing where nothing was stored', async () => {
        expect((await store.scan()).series.size).toBe(0);
        expect(await store.readBars(AAPL)).toEqual([]);
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
        expect(await store.upsert(update(bars))).toEqual({ inserted: 2, changed: 0, partitions: 1 });
        expect(await subject.reopen().readBars(AAPL)).toEqual(bars);
      });

      it('lets the newer bar win and deletes none that an answer lacks', async () => {
        await store.upsert(update(WEEK));
        const corrected = daily('2026-02-25', { close: 105, high: 106, fetchedAt: NOON + 1 });
        const added = daily('2026-03-02', { fetchedAt: NOON + 1 });
        const result = await store.upsert(update([corrected, added]));
        expect(result).toEqual({ inserted: 1, changed: 1, partitions: 1 });
        expect(await store.readBars(AAPL)).toEqual([WEEK[0], WEEK[1], corrected, WEEK[3], WEEK[4], added]);
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
        expect(await store.readBars(AAPL)).toEqual([expected]);
      });

      it.each(['open', 'high', 'low', 'close', 'volume'] as const)(
        'counts a %s that differs by more as changed',
        async (field) => {
          const before = daily('2026-02-27');
          await store.upsert(update([before]));
          const after = { ...before, [field]: before[field] * (1 + 3e-7) };
          expect(await store.upsert(update([after]))).toMatchObject({ inserted: 0, changed: 1 });
          expect(await store.readBars(AAPL)).toEqual([after]);
        },
      );

      it.each([
        ['descending', [daily('2026-02-27'), daily('2026-02-26')]],
        ['double', [daily('2026-02-27'), daily('2026-02-27')]],
      ])('refuses %s bars and stores none of them', async (_, bars) => {
        await expect(store.upsert(update(bars))).rejects.toMatchObject({ code: 'internal' });
        expect(await store.readBars(AAPL)).toEqual([]);
      });

      it('reads the bars of a half-open range of session dates', async () => {
        await store.upsert(update(WEEK));
        expect(await store.readBars(AAPL, days('2026-02-24', '2026-02-26'))).toEqual(WEEK.slice(1, 3));
        expect(await store.readBars(AAPL, days('2026-03-01', '2026-03-05'))).toEqual([]);
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
          expect(await store.readBars({ ticker, interval: '1d' })).toEqual([
            daily('2026-02-27', { volume: i }),
          ]);
        }
      });

      it('stores intraday bars over several years and reads them as one series', async () => {
        const bars = [at('2024-12-31T14:30Z'), at('2025-12-31T20:55Z'), at('2026-01-02T14:30Z')];
        const learned = coverage({
          present: [days('2024-12-31', '2025-01-01'), days('2025-12-31', '2026-01-03')],
        });
        const result = await store.upsert(update(bars, { series: AAPL_5M, learned }));
        expect(result).toEqual({ inserted: 3, changed: 0, partitions: 3 });
        expect(await store.readBars(AAPL_5M)).toEqual(bars);
        expect(await store.readBars(AAPL_5M, days('2025-12-31', '2026-01-02'))).toEqual([bars[1]]);
        const state = await stateOfSeries('AAPL 5m');
        expect(state?.rows).toBe(3);
        expect(state?.coverage).toEqual(learned);
      });

      it('gives a session that opens on the UTC day before to its session date', async () => {
        const series = { ticker: 'BHP.AX', interval: '1h' } as const;
        // 2026-01-02 10:00 in Sydney is 2026-01-01 23:00 UTC; the session before closes in the old year.
        const bars = [at('2025-12-31T01:00Z'), at('2026-01-01T23:00Z')];
        await store.upsert(update(bars, { series, calendar: 'XASX' }));
        expect(await store.readBars(series, days('2026-01-02', '2026-01-03'))).toEqual([bars[1]]);
        expect(await store.readBars(series)).toEqual(bars);
      });
    });

    describe('knowledge', () => {
      it('remembers what is present, provisional and absent, with its evidence', async () => {
        const learned = coverage({
          present: [WEEK_DAYS],
          provisional: [days('2026-02-27', '2026-02-28')],
          absent: [
            absence(days('2026-02-19', '2026-02-20'), {
              reason: 'vendor-empty',
              nextRetryAt: NOON + 86_400_000,
              note: 'empty "body"\n',
            }),
            absence(days('2026-02-20', '2026-02-21'), { reason: 'halted', attempts: 3 }),
          ],
        });
        await store.upsert(update(WEEK, { learned }));
        expect(await stateOfSeries('AAPL 1d')).toEqual({
          series: AAPL,
          calendar: 'XNYS',
          coverage: learned,
          identity: APPLE,
          rows: 5,
          fetchedAt: NOON,
        });
      });

      it('learns from answer to answer as the coverage algebra says', async () => {
        const sighting = absence(days('2026-02-20', '2026-02-21'), { reason: 'vendor-empty' });
        const first = coverage({
          present: [WEEK_DAYS],
          provisional: [days('2026-02-27', '2026-02-28')],
          absent: [sighting],
        });
        const second = coverage({
          present: [days('2026-02-27', '2026-02-28')],
          absent: [{ ...sighting, checkedAt: NOON + 1 }],
        });
        await store.upsert(update(WEEK, { learned: first }));
        await store.upsert(update([], { learned: second, fetchedAt: NOON + 1 }));
        const state = await stateOfSeries('AAPL 1d');
        expect(state?.coverage).toEqual(learn(first, second));
        expect(state?.fetchedAt).toBe(NOON + 1);
      });

      it('keeps a series without a single bar that nobody knows', async () => {
        const learned = coverage({
          absent: [absence(days('2026-02-23', '2026-02-28'), { reason: 'unknown-ticker' })],
        });
        const series = { ticker: 'NOPE', interval: '1d' } as const;
        expect(await store.upsert(update([], { series, learned }))).toEqual({
          inserted: 0,
          changed: 0,
          partitions: 1,
        });
        expect(await stateOfSeries('NOPE 1d')).toMatchObject({ rows: 0, coverage: learned });
        expect(await store.readBars(series)).toEqual([]);
      });

      it('joins present runs with no session between them', async () => {
        await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
        await store.upsert(
          update([daily('2026-03-02')], {
            learned: coverage({ present: [days('2026-03-02', '2026-03-03')] }),
          }),
        );
        expect((await stateOfSeries('AAPL 1d'))?.coverage.present).toEqual([
          days('2026-02-23', '2026-03-03'),
        ]);
      });

      it('joins present runs over a new year across partitions', async () => {
        const present = [days('2025-12-31', '2026-01-01'), days('2026-01-02', '2026-01-03')];
        const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
        await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
        expect((await stateOfSeries('AAPL 5m'))?.coverage.present).toEqual([
          days('2025-12-31', '2026-01-03'),
        ]);
      });

      it('keeps apart present runs with a session between them', async () => {
        const present = [days('2026-02-23', '2026-02-24'), days('2026-02-25', '2026-02-26')];
        await store.upsert(
          update([daily('2026-02-23'), daily('2026-02-25')], { learned: coverage({ present }) }),
        );
        expect((await stateOfSeries('AAPL 1d'))?.coverage.present).toEqual(present);
      });

      it('lets a newer answer add to the identity, and an answer without one take nothing away', async () => {
        const nothing = { currency: null, exchange: null, type: null, firstTrade: null };
        await store.upsert(update(WEEK, { identity: { ...APPLE, type: null } }));
        await store.upsert(
          update([], {
            identity: { ...nothing, type: 'equity' },
            learned: coverage({ present: [WEEK_DAYS] }),
          }),
        );
        await store.upsert(update([], { identity: nothing, learned: coverage({ present: [WEEK_DAYS] }) }));
        expect((await stateOfSeries('AAPL 1d'))?.identity).toEqual(APPLE);
      });

      it('takes the identity and the calendar of a series from its last answer, whatever partition it went to', async () => {
        await store.upsert(update([at('2026-01-02T14:30Z')], { series: AAPL_5M, fetchedAt: NOON }));
        const moved = { ...APPLE, exchange: 'XNYS' };
        await store.upsert(
          update([at('2025-12-31T14:30Z')], {
            series: AAPL_5M,
            identity: moved,
            calendar: 'XNAS',
            fetchedAt: NOON + 1,
          }),
        );
        expect(await stateOfSeries('AAPL 5m')).toMatchObject({
          identity: moved,
          calendar: 'XNAS',
          fetchedAt: NOON + 1,
        });
      });

      it('ends the being unknown of a ticker by whatever is learned later, in any partition', async () => {
        const run = days('2025-06-02', '2025-06-07');
        const unknown = coverage({ absent: [absence(run, { reason: 'unknown-ticker' })] });
        const bar = at('2026-01-02T14:30Z', { fetchedAt: NOON + 1 });
        const present = [days('2026-01-02', '2026-01-03')];
        await store.upsert(update([], { series: AAPL_5M, learned: unknown }));
        await store.upsert(
          update([bar], { series: AAPL_5M, learned: coverage({ present }), fetchedAt: NOON + 1 }),
        );
        expect((await stateOfSeries('AAPL 5m'))?.coverage).toEqual(coverage({ present }));
        await store.forget(AAPL_5M);
        const earlier = days('2026-06-01', '2026-06-06');
        const later = coverage({ absent: [absence(earlier, { reason: 'unknown-ticker' })] });
        await store.upsert(update([], { series: AAPL_5M, learned: later }));
        const old = coverage({ present: [run] });
        await store.upsert(update([], { series: AAPL_5M, learned: old, fetchedAt: NOON + 1 }));
        expect((await stateOfSeries('AAPL 5m'))?.coverage).toEqual(old);
      });

      it('writes nothing for an answer that says nothing', async () => {
        expect(await store.upsert(update([]))).toEqual({ inserted: 0, changed: 0, partitions: 0 });
        expect((await store.scan()).series.size).toBe(0);
      });

      it('holds, session by session, what learning and forgetting in memory would', async () => {
        const first = parseDay('2025-12-22');
        const range = fc
          .tuple(fc.nat(24), fc.nat(8))
          .map(([from, length]) => ({ from: first + from, to: first + from + length + 1 }));
        const step = fc.record({
          kind: fc.constantFrom('present', 'provisional', 'absent', 'forget'),
          range,
        });
        await fc.assert(
          fc.asyncProperty(
            fc.array(step, { maxLength: 6 }),
            fc.constantFrom(AAPL, AAPL_5M),
            async (steps, series) => {
              await store.forget(series);
              let model: Coverage = NOTHING_KNOWN;
              for (const [i, { kind, range: run }] of steps.entries()) {
                if (kind === 'forget') {
                  await store.forget(series, run);
                  model = unlearn(model, [run]);
                  continue;
                }
                const learned = coverage({
                  present: kind === 'absent' ? [] : [run],
                  provisional: kind === 'provisional' ? [run] : [],
                  absent:
                    kind === 'absent' ? [absence(run, { reason: 'vendor-empty', checkedAt: NOON + i })] : [],
                });
                await store.upsert(update([], { series, calendar: '24-7', learned, fetchedAt: NOON + i }));
                model = learn(model, learned);
              }
              const state = (await store.scan()).series.get(`AAPL ${series.interval}`);
              for (let day = first; day < first + 34; day++) {
                expect(stateBrief(state?.coverage ?? NOTHING_KNOWN, day)).toEqual(stateBrief(model, day));
              }
            },
          ),
          { numRuns: 25 },
        );
      });
    });

    describe('scan', () => {
      it('looks at the asked tickers and intervals only', async () => {
        await store.upsert(update(WEEK));
        await store.upsert(update(WEEK, { series: { ticker: 'MSFT', interval: '1d' } }));
        await store.upsert(update([at('2026-02-27T14:30Z')], { series: AAPL_5M }));
        const keys = async (options: Parameters<BarStore['scan']>[0]): Promise<string[]> => [
          ...(await store.scan(options)).series.keys(),
        ];
        expect((await keys({})).toSorted()).toEqual(['AAPL 1d', 'AAPL 5m', 'MSFT 1d']);
        expect((await keys({ tickers: ['AAPL', 'NOPE'] })).toSorted()).toEqual(['AAPL 1d', 'AAPL 5m']);
        expect((await keys({ intervals: ['1d'] })).toSorted()).toEqual(['AAPL 1d', 'MSFT 1d']);
        expect(await keys({ tickers: ['MSFT'], intervals: ['5m'] })).toEqual([]);
      });

      it('never shows a reader a half-done upsert', async () => {
        const reader = subject.reopen();
        const version = (n: number) =>
          update(
            WEEK.map((bar) => ({ ...bar, close: n + 1, volume: n })),
            {
              learned: coverage({
                absent: [absence(days('2026-01-05', '2026-01-06'), { checkedAt: NOON + n, note: `${n}` })],
              }),
              fetchedAt: NOON + n,
            },
          );
        await store.upsert(version(0));
        const progress = { writing: true };
        const writer = (async () => {
          for (let n = 1; n <= 60; n++) await store.upsert(version(n));
          progress.writing = false;
        })();
        const seen = new Set<number>();
        let last = 0;
        while (progress.writing) {
          const [scan, bars] = await Promise.all([reader.scan(), reader.readBars(AAPL)]);
          expect(scan.setAside).toEqual([]);
          const state = scan.series.get('AAPL 1d');
          expect(state?.rows).toBe(WEEK.length);
          expect(state?.coverage.absent[0]?.note).toBe(String((state?.fetchedAt ?? 0) - NOON));
          const closes = new Set(bars.map(({ close }) => close));
          expect([bars.length, closes.size]).toEqual([WEEK.length, 1]);
          const [close = 0] = closes;
          expect(close).toBeGreaterThanOrEqual(last);
          last = close;
          seen.add(close);
        }
        await writer;
        expect(seen.size).toBeGreaterThan(1);
      });
    });

    describe('forget', () => {
      it('removes rows and knowledge of a range and leaves the rest', async () => {
        await store.upsert(
          update(WEEK, {
            learned: coverage({ present: [WEEK_DAYS], absent: [absence(days('2026-02-17', '2026-02-21'))] }),
          }),
        );
        expect(await store.forget(AAPL, days('2026-02-20', '2026-02-25'))).toBe(2);
        expect(await store.readBars(AAPL)).toEqual(WEEK.slice(2));
        const state = await stateOfSeries('AAPL 1d');
        expect(state?.rows).toBe(3);
        expect(state?.coverage.present).toEqual([days('2026-02-25', '2026-02-28')]);
        expect(state?.coverage.absent).toEqual([absence(days('2026-02-17', '2026-02-20'))]);
      });

      it('removes a series whole', async () => {
        await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
        await store.upsert(update(WEEK, { series: { ticker: 'MSFT', interval: '1d' } }));
        expect(await store.forget(AAPL)).toBe(5);
        expect([...(await subject.reopen().scan()).series.keys()]).toEqual(['MSFT 1d']);
        expect(await store.forget(AAPL)).toBe(0);
      });

      it('works over several partitions', async () => {
        const bars = [at('2024-12-31T14:30Z'), at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
        const present = [days('2024-12-31', '2025-01-01'), days('2025-12-31', '2026-01-03')];
        await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
        expect(await store.forget(AAPL_5M, days('2025-06-01', '2026-01-02'))).toBe(1);
        expect(await store.readBars(AAPL_5M)).toEqual([bars[0], bars[2]]);
        expect((await stateOfSeries('AAPL 5m'))?.coverage.present).toEqual([
          days('2024-12-31', '2025-01-01'),
          days('2026-01-02', '2026-01-03'),
        ]);
      });

      it('forgets absences too, so that a series without a bar goes', async () => {
        const learned = coverage({
          absent: [absence(days('2026-02-23', '2026-02-28'), { reason: 'unknown-ticker' })],
        });
        await store.upsert(update([], { learned }));
        expect(await store.forget(AAPL)).toBe(0);
        expect((await store.scan()).series.size).toBe(0);
      });
    });

    describe('corporate actions', () => {
      const split = { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 } as const;
      const dividend = { kind: 'dividend', exDay: parseDay('2020-08-07'), amount: 0.82 } as const;

      it('gives them back ascending by ex-date, each with its kind', async () => {
        expect(await store.readActions('AAPL')).toEqual([]);
        const earlier = { kind: 'split', exDay: parseDay('2014-06-09'), ratio: 7 } as const;
        await store.upsertActions('AAPL', [split, dividend, earlier], NO_DAYS, 'sample', NOON);
        expect(await subject.reopen().readActions('AAPL')).toEqual([earlier, dividend, split]);
        expect(await store.readActions('MSFT')).toEqual([]);
      });

      it('lets the newer value win for the same kind and ex-date, and deletes none', async () => {
        const sameDay = { ...dividend, exDay: split.exDay };
        await store.upsertActions('AAPL', [split, dividend, sameDay], NO_DAYS, 'sample', NOON);
        await store.upsertActions('AAPL', [{ ...sameDay, amount: 0.9 }], NO_DAYS, 'sample', NOON + 1);
        expect(await store.readActions('AAPL')).toEqual([dividend, { ...sameDay, amount: 0.9 }, split]);
      });

      it('takes an empty list for no news', async () => {
        await store.upsertActions('AAPL', [split], NO_DAYS, 'sample', NOON);
        await store.upsertActions('AAPL', [], NO_DAYS, 'sample', NOON + 1);
        expect(await store.readActions('AAPL')).toEqual([split]);
      });

      const coveredOf = async (ticker: string): Promise<unknown> =>
        (await subject.reopen().scan()).actions.get(ticker);
      const year = days('2020-01-02', '2021-01-01');

      it('tell "none" from "nobody asked"', async () => {
        expect(await coveredOf('AAPL')).toBeUndefined();
        await store.upsertActions('AAPL', [], NO_DAYS, 'sample', NOON);
        expect(await coveredOf('AAPL')).toBeUndefined();
        await store.upsertActions('AAPL', [], year, 'sample', NOON);
        expect(await coveredOf('AAPL')).toEqual([year]);
        expect(await store.readActions('AAPL')).toEqual([]);
        await store.upsertActions('MSFT', [split], NO_DAYS, 'sample', NOON);
        expect(await coveredOf('MSFT')).toEqual([]);
      });

      it('are known of every ex-date that any answer spoke of', async () => {
        await store.upsertActions('AAPL', [split], year, 'sample', NOON);
        await store.upsertActions('AAPL', [], days('2022-01-03', '2022-02-01'), 'sample', NOON + 1);
        await store.upsertActions('AAPL', [dividend], days('2019-12-02', '2020-03-02'), 'other', NOON + 2);
        expect(await coveredOf('AAPL')).toEqual([
          days('2019-12-02', '2021-01-01'),
          days('2022-01-03', '2022-02-01'),
        ]);
        expect(await store.readActions('AAPL')).toEqual([dividend, split]);
      });

      it('are known of one run of days where only a week-end lies between two answers', async () => {
        await store.upsertActions('AAPL', [], days('2026-02-26', '2026-02-28'), 'sample', NOON);
        await store.upsertActions('AAPL', [], days('2026-03-02', '2026-03-03'), 'sample', NOON);
        expect(await coveredOf('AAPL')).toEqual([days('2026-02-26', '2026-03-03')]);
        await store.upsertActions('AAPL', [], days('2026-03-04', '2026-03-05'), 'sample', NOON);
        expect(await coveredOf('AAPL')).toHaveLength(2);
      });

      it('are scanned of the asked tickers only, whatever the interval', async () => {
        for (const ticker of ['AAPL', 'MSFT', '^GSPC'])
          await store.upsertActions(ticker, [], year, 'sample', NOON);
        const scanned = async (options: Parameters<BarStore['scan']>[0]): Promise<string[]> =>
          [...(await store.scan(options)).actions.keys()].toSorted();
        expect(await scanned({})).toEqual(['AAPL', 'MSFT', '^GSPC']);
        expect(await scanned({ tickers: ['^GSPC', 'NOPE'], intervals: ['5m'] })).toEqual(['^GSPC']);
      });

      it('stay known when bars are forgotten', async () => {
        await store.upsert(update(WEEK));
        await store.upsertActions('AAPL', [split], year, 'sample', NOON);
        await store.forget(AAPL);
        expect(await coveredOf('AAPL')).toEqual([year]);
        expect(await store.readActions('AAPL')).toEqual([split]);
      });
    });

    describe('records', () => {
      it('gives every run an id of its own that begins with its start', async () => {
        const startedAt = Date.UTC(2026, 10, 20, 21, 15, 0, 500);
        const first = await store.saveRun(startedAt, { fetched: 1 });
        const second = await store.saveRun(startedAt, { fetched: 2 });
        expect(first).toMatch(/^20261120T211500Z-[0-9a-f]{4}$/);
        expect(second).not.toBe(first);
      });

      it('knows no universe that was not stored', async () => {
        expect(await store.readUniverse('sp500')).toBeUndefined();
      });

      it('quarantines rejected rows without touching the series', async () => {
        await store.upsert(update(WEEK));
        await store.quarantine(
          AAPL,
          [{ row: { close: 'NaN' }, reason: 'close is not a number' }],
          'sample',
          NOON,
        );
        expect(await store.readBars(AAPL)).toEqual(WEEK);
        expect((await store.scan()).setAside).toEqual([]);
      });
    });

    describe('lock', () => {
      it('has one writer at a time, and the next one after it is released', async () => {
        const other = subject.reopen();
        const lock = await store.acquire();
        await expect(other.acquire()).rejects.toMatchObject({ code: 'store-locked' });
        await expect(other.acquire()).rejects.toThrow(String(process.pid));
        await expect(store.acquire()).rejects.toMatchObject({ code: 'store-locked' });
        await lock.release();
        const next = await other.acquire();
        await lock.release();
        await expect(store.acquire()).rejects.toMatchObject({ code: 'store-locked' });
        await next.release();
      });

      it("never stands in a reader's way", async () => {
        await store.upsert(update(WEEK));
        const lock = await store.acquire();
        const reader = subject.reopen();
        expect((await reader.scan()).series.size).toBe(1);
        expect(await reader.readBars(AAPL)).toEqual(WEEK);
        await lock.release();
      });
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
          expect(await store.readBars(AAPL)).toEqual([...model.values()].toSorted((a, b) => a.ts - b.ts));
        }),
        { numRuns: 25 },
      );
    });
  });
}

/** A session's state without the bookkeeping of how it was learned. */
function stateBrief(known: Coverage, day: number): unknown {
  const state = stateOf(known, day);
  return state.state === 'absent'
    ? { state: 'absent', attempts: state.absence.attempts, reason: state.absence.reason }
    : state;
}
