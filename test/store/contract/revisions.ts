import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Bar, Revision } from '../../../src/core/bars/bars.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import { utcDayOf } from '../../../src/core/session/day.ts';
import type { BarStore, UpsertResult } from '../../../src/store/store.ts';
import { AAPL, AAPL_5M, at, coverage, daily, days, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { RUNS, type StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

const FRIDAY = days('2026-02-27', '2026-02-28');

export function describeRevisions(open: () => Promise<StoreUnderTest>): void {
  describe('revisions', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());

    /** Commits one answer with the sessions of its bars as final, or as provisional. */
    const answer = (bars: readonly Bar[], provisional: readonly DayRange[] = []): Promise<UpsertResult> => {
      const present = bars.map(({ ts }) => ({ from: utcDayOf(ts), to: utcDayOf(ts) + 1 }));
      return store.upsert(update(bars, { learned: coverage({ present, provisional }) }));
    };

    it('keep the old bar whole, and of the new one its values, source and time', async () => {
      const before = daily('2026-02-27', { vwap: 100.5, trades: 7, source: 'first' });
      const after = daily('2026-02-27', {
        open: 100.1,
        high: 103,
        low: 98,
        close: 102,
        volume: 999_000,
        vwap: 100.6,
        trades: 8,
        source: 'second',
        fetchedAt: NOON + 5,
      });
      await answer([before]);
      expect(await answer([after])).toEqual({ inserted: 0, changed: 1, revised: 1, partitions: 1 });
      expect(await rowsIn(store, AAPL)).toEqual([after]);
      const kept = { before, after: { ...after, vwap: null, trades: null } };
      expect(await subject.reopen().readRevisions(AAPL)).toEqual([kept]);
    });

    it('are none where nothing was stored, and none of new or confirmed bars', async () => {
      expect(await store.readRevisions(AAPL)).toEqual([]);
      expect(await answer(WEEK)).toMatchObject({ revised: 0 });
      const close = 101 * (1 + 1.5e-7);
      expect(await answer([daily('2026-02-27', { close, fetchedAt: NOON + 5 })])).toMatchObject({
        changed: 0,
        revised: 0,
      });
      expect(await store.readRevisions(AAPL)).toEqual([]);
    });

    it('are kept of bars that stay too, once for each source and values, beside those that are replaced', async () => {
      const [before] = WEEK as [Bar, ...Bar[]];
      await answer(WEEK);
      const stay = (source: string, close: number, fetchedAt: number): Promise<UpsertResult> => {
        const after = { ...before, close, source, fetchedAt, vwap: null, trades: null };
        const stayed: Revision[] = [{ before, after, stayed: true }];
        return store.upsert(update([], { stayed, learned: coverage({}) }));
      };
      expect(await stay('second', 102, NOON + 1)).toMatchObject({ inserted: 0, changed: 0, revised: 0 });
      await stay('second', 102, NOON + 2);
      await stay('third', 102, NOON + 3);
      await stay('second', 103, NOON + 4);
      expect(await rowsIn(store, AAPL)).toEqual(WEEK);
      await answer([{ ...before, close: 102.5, fetchedAt: NOON + 5 }]);
      const kept = await subject.reopen().readRevisions(AAPL);
      expect(kept.map(({ stayed, after }) => [stayed, after.source, after.close, after.fetchedAt])).toEqual([
        [true, 'second', 102, NOON + 1],
        [true, 'third', 102, NOON + 3],
        [true, 'second', 103, NOON + 4],
        [undefined, before.source, 102.5, NOON + 5],
      ]);
      expect(kept.map((one) => one.before)).toEqual([before, before, before, before]);
      expect((await store.examine({ now: NOON })).damages).toEqual([]);
    });

    it('are none of a provisional bar, but are of the final one after it', async () => {
      await answer([daily('2026-02-27', { close: 100 })], [FRIDAY]);
      expect(await answer([daily('2026-02-27', { close: 100.5 })], [FRIDAY])).toMatchObject({ revised: 0 });
      const final = daily('2026-02-27', { close: 101 });
      expect(await answer([final])).toMatchObject({ changed: 1, revised: 0 });
      expect(await store.readRevisions(AAPL)).toEqual([]);
      const corrected = daily('2026-02-27', { close: 101.5, fetchedAt: NOON + 1 });
      expect(await answer([corrected])).toMatchObject({ changed: 1, revised: 1 });
      expect(await store.readRevisions(AAPL)).toEqual([{ before: final, after: corrected }]);
    });

    it('keep a final bar that a provisional one replaces', async () => {
      await answer(WEEK);
      const open_ = daily('2026-02-27', { close: 99.5 });
      expect(await answer([open_], [FRIDAY])).toMatchObject({ changed: 1, revised: 1 });
    });

    it('are none of a bar whose session is not known as present', async () => {
      await store.upsert(update(WEEK));
      expect(await answer([daily('2026-02-27', { close: 99.5 })])).toMatchObject({ changed: 1, revised: 0 });
      expect(await store.readRevisions(AAPL)).toEqual([]);
    });

    it('come ascending by stamp, then by when the bar was replaced', async () => {
      const [mon, fri] = ['2026-02-23', '2026-02-27'] as const;
      const version = (date: string, close: number, fetchedAt: number): Bar =>
        daily(date, { close, fetchedAt: NOON + fetchedAt });
      await answer([version(mon, 100, 0), version(fri, 100, 0)]);
      await answer([version(fri, 101, 1)]);
      await answer([version(mon, 101, 2), version(fri, 102, 2)]);
      await answer([version(mon, 102, 3)]);
      const closes = (await store.readRevisions(AAPL)).map(({ before, after }) => [
        before.ts === WEEK[0]?.ts ? mon : fri,
        before.close,
        after.close,
      ]);
      expect(closes).toEqual([
        [mon, 100, 101],
        [mon, 101, 102],
        [fri, 100, 101],
        [fri, 101, 102],
      ]);
    });

    it('come in the order of their times also where a clock was set back', async () => {
      for (const [close, minutes] of [
        [100, 0],
        [101, 2],
        [102, 1],
      ] as const)
        await answer([daily('2026-02-27', { close, fetchedAt: NOON + minutes * 60_000 })]);
      expect((await store.readRevisions(AAPL)).map(({ after }) => after.close)).toEqual([102, 101]);
    });

    it('tell every change of a vendor that goes back and forth', async () => {
      for (const [i, close] of [100, 101, 100, 101].entries())
        await answer([daily('2026-02-27', { close, fetchedAt: NOON + i })]);
      expect((await store.readRevisions(AAPL)).map(({ after }) => after.close)).toEqual([101, 100, 101]);
    });

    it('tell a change again that an interlude of provisional bars undid', async () => {
      const version = (close: number, n: number): Bar => daily('2026-02-27', { close, fetchedAt: NOON + n });
      await answer([version(101, 0)]);
      await answer([version(100, 1)], [FRIDAY]);
      await answer([version(101, 2)]);
      await answer([version(100, 3)]);
      expect((await store.readRevisions(AAPL)).map(({ after }) => after.fetchedAt - NOON)).toEqual([1, 3]);
    });

    it('of intraday bars lie in the periods of their sessions and are read as one series', async () => {
      const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z'), at('2026-01-02T14:35Z')];
      const learned = coverage({ present: [days('2025-12-31', '2026-01-03')] });
      await store.upsert(update(bars, { series: AAPL_5M, learned }));
      const moved = bars.map((bar) => ({ ...bar, close: 101.5, fetchedAt: NOON + 1 }));
      const changed = [moved[0], bars[1], moved[2]] as Bar[];
      const result = await store.upsert(update(changed, { series: AAPL_5M, learned }));
      expect(result).toMatchObject({ changed: 2, revised: 2, partitions: 2 });
      expect(await store.readRevisions(AAPL_5M)).toEqual([
        { before: bars[0], after: moved[0] },
        { before: bars[2], after: moved[2] },
      ]);
      expect(await store.readRevisions(AAPL)).toEqual([]);
    });

    it('stay when the bars are forgotten, and forgotten bars that come anew are no revision', async () => {
      await answer(WEEK);
      await answer([daily('2026-02-27', { close: 101.5 })]);
      await store.forget(AAPL);
      expect(await answer([daily('2026-02-27', { close: 99.5 })])).toMatchObject({ inserted: 1, revised: 0 });
      expect(await store.readRevisions(AAPL)).toHaveLength(1);
    });

    it('are none where a volume is the same within half of the step to which it is known', async () => {
      const volumes = { '2026-02-25': 1_000_010, '2026-02-26': 1_000_011, '2026-02-27': 1_000_010 };
      const bars = Object.entries(volumes).map(([date, volume]) => daily(date, { volume }));
      const learned = coverage({ present: [WEEK_DAYS] });
      await store.upsert(update(bars, { learned }));
      const again = bars.map((bar) => ({ ...bar, volume: 1_000_000, fetchedAt: NOON + 1 }));
      const { from } = FRIDAY;
      const volumeSteps = [
        { before: from - 1, step: 20 },
        { before: from, step: 4 },
      ];
      const result = await store.upsert(
        update(again, { learned, volumeSteps: [{ before: from, step: 20 }] }),
      );
      expect(result).toMatchObject({ changed: 2, revised: 2 });
      expect((await rowsIn(store, AAPL)).map(({ volume }) => volume)).toEqual([
        1_000_010, 1_000_000, 1_000_000,
      ]);
      // Where several steps apply, the largest does.
      const third = again.slice(0, 2).map((bar) => ({ ...bar, volume: 1_000_003 }));
      expect(await store.upsert(update(third, { learned, volumeSteps }))).toMatchObject({ changed: 1 });
      expect((await rowsIn(store, AAPL)).map(({ volume }) => volume)).toEqual([
        1_000_010, 1_000_003, 1_000_000,
      ]);
    });

    it('are a chain from the first final value of a session to the stored one', async () => {
      const row = fc.record({ day: fc.nat(4), close: fc.integer({ min: 99, max: 101 }) });
      const step = fc.record({
        rows: fc.uniqueArray(row, { selector: ({ day }) => day, minLength: 1, maxLength: 5 }),
        isFinal: fc.boolean(),
      });
      let round = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 6 }), async (steps) => {
          const series = { ticker: `T${round++}`, interval: '1d' } as const;
          const model = new Map<number, { bar: Bar; isFinal: boolean }>();
          const expected: Revision[] = [];
          for (const [i, { rows, isFinal }] of steps.entries()) {
            const bars = rows
              .toSorted((a, b) => a.day - b.day)
              .map(({ day, close }) => daily(`2026-02-${23 + day}`, { close, fetchedAt: NOON + i }));
            const present = bars.map(({ ts }) => ({ from: utcDayOf(ts), to: utcDayOf(ts) + 1 }));
            const learned = coverage({ present, provisional: isFinal ? [] : present });
            const { revised } = await store.upsert(update(bars, { series, learned }));
            const changes = bars.flatMap((after) => {
              const before = model.get(after.ts);
              const isRevised = before?.isFinal === true && before.bar.close !== after.close;
              return isRevised ? [{ before: before.bar, after }] : [];
            });
            for (const bar of bars) model.set(bar.ts, { bar, isFinal });
            expected.push(...changes);
            expect(revised).toBe(changes.length);
          }
          const found = await store.readRevisions(series);
          expect(found).toEqual(expected.toSorted((a, b) => a.before.ts - b.before.ts));
        }),
        { numRuns: subject.runs ?? RUNS },
      );
    });
  });
}
