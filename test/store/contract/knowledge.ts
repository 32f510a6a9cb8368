import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Series } from '../../../src/core/bars/bars.ts';
import {
  type Coverage,
  learn,
  NOTHING_KNOWN,
  unlearn,
  stateOf as stateOfSession,
} from '../../../src/core/coverage/coverage.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { BarStore } from '../../../src/store/store.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  APPLE,
  at,
  coverage,
  daily,
  days,
  NOON,
  update,
  WEEK,
  WEEK_DAYS,
} from '../fixtures.ts';
import { RUNS, stateOf, type StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

export function describeKnowledge(open: () => Promise<StoreUnderTest>): void {
  describe('knowledge', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());
    const stateOfSeries = (key: string) => stateOf(subject, key);

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
          absence(days('2026-02-20', '2026-02-21'), {
            reason: 'halted',
            attempts: 3,
            since: NOON - 86_400_000,
          }),
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
        absent: [absence(sighting, { reason: 'vendor-empty', checkedAt: NOON + 1 })],
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
        revised: 0,
        partitions: 1,
      });
      expect(await stateOfSeries('NOPE 1d')).toMatchObject({ rows: 0, coverage: learned });
      expect(await rowsIn(store, series)).toEqual([]);
    });

    it('joins present runs with no session between them', async () => {
      await store.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
      await store.upsert(
        update([daily('2026-03-02')], {
          learned: coverage({ present: [days('2026-03-02', '2026-03-03')] }),
        }),
      );
      expect((await stateOfSeries('AAPL 1d'))?.coverage.present).toEqual([days('2026-02-23', '2026-03-03')]);
    });

    it('joins present runs over a new year across partitions', async () => {
      const present = [days('2025-12-31', '2026-01-01'), days('2026-01-02', '2026-01-03')];
      const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
      await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
      expect((await stateOfSeries('AAPL 5m'))?.coverage.present).toEqual([days('2025-12-31', '2026-01-03')]);
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

    it.each([
      ['sample', true],
      ['sample/flat', true],
      ['other', false],
    ])(
      'takes bars of %s beside them for a word of whom a ticker was unknown to: %s',
      async (source, isEnded) => {
        const run = days('2026-02-23', '2026-02-25');
        const unknown = coverage({ absent: [absence(run, { reason: 'unknown-ticker' })] });
        const present = [days('2026-02-26', '2026-02-27')];
        await store.upsert(update([], { learned: unknown }));
        const bars = [daily('2026-02-26', { source })];
        await store.upsert(update(bars, { learned: coverage({ present }), fetchedAt: NOON + 1 }));
        const { absent = [] } = (await stateOfSeries('AAPL 1d'))?.coverage ?? {};
        expect(absent).toHaveLength(isEnded ? 0 : 1);
      },
    );

    it('writes nothing for an answer that says nothing', async () => {
      expect(await store.upsert(update([]))).toEqual({ inserted: 0, changed: 0, revised: 0, partitions: 0 });
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
          fc.constantFrom<Series>(
            { ticker: 'BTC-USD', interval: '1d' },
            { ticker: 'BTC-USD', interval: '5m' },
          ),
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
            const state = (await store.scan()).series.get(`BTC-USD ${series.interval}`);
            for (let day = first; day < first + 34; day++) {
              expect(stateBrief(state?.coverage ?? NOTHING_KNOWN, day)).toEqual(stateBrief(model, day));
            }
          },
        ),
        { numRuns: subject.runs ?? RUNS },
      );
    });
  });
}

/** A session's state without the bookkeeping of how it was learned. */
function stateBrief(known: Coverage, day: number): unknown {
  const state = stateOfSession(known, day);
  return state.state === 'absent'
    ? { state: 'absent', attempts: state.claim.attempts, reason: state.claim.reason }
    : state;
}
