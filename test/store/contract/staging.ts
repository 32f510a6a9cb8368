import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { type Bars, NO_BARS, barAt as rowAt } from '../../../src/core/bars/columns.ts';
import { concatBars } from '../../../src/core/bars/concat-bars.ts';
import { apart } from '../../../src/core/bars/cross-section.ts';
import { BUCKETS, bucketOf } from '../../../src/core/plan/slice.ts';
import { grouped } from '../../../src/core/grouped.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { StagedGroup, StagedPart, StagedSlice } from '../../../src/store/staging.ts';
import { NOON, daily, stage } from '../fixtures.ts';
import type { StoreUnderTest } from './subject.ts';

const MONDAY: StagedSlice = {
  interval: '1d',
  session: parseDay('2026-02-23'),
  source: 'sample-1',
  fetchedAt: NOON,
};
const TUESDAY: StagedSlice = { ...MONDAY, session: parseDay('2026-02-24') };

const TICKERS = Array.from({ length: 300 }, (_, i) => `T${i}`);

/** Of every third ticker no bar, of every other two, one with and one without what may be unknown. */
const SERIES = TICKERS.map((ticker, i) => ({
  ticker,
  bars:
    i % 3 === 0
      ? NO_BARS
      : barsOf([daily('2026-02-23', { close: i, vwap: i + 0.1 }), daily('2026-02-24', { trades: i })]),
  // Of some the same.
  said: { i: Math.min(i, 250), note: `ünïcode ${'x'.repeat(Math.min(i, 250))}` },
}));

const GROUPS: readonly StagedGroup[] = [...grouped(SERIES, ({ said }) => said.i).values()].map((own) => ({
  tickers: own.map(({ ticker }) => ticker),
  counts: own.map(({ bars }) => bars.length),
  bars: concatBars<Bars>(own.map(({ bars }) => bars)),
  said: own[0]?.said ?? {},
}));

const rowsIn = (bars: Bars): object[] => Array.from({ length: bars.length }, (_, i) => rowAt(bars, i));
const plain = ({ ticker, bars, said }: (typeof SERIES)[number]): object => ({
  ...{ ticker, rows: rowsIn(bars), said },
});
const plainOf = (part: StagedPart | undefined): object[] =>
  part?.groups.flatMap(({ said, ...section }) =>
    apart(section).map(([ticker, bars]) => ({ ticker, rows: rowsIn(bars), said })),
  ) ?? [];

export function describeStaging(open: () => Promise<StoreUnderTest>): void {
  describe('staging', () => {
    let subject: StoreUnderTest;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.destroy());

    const readAll = async (slice: StagedSlice): Promise<StagedPart[]> => {
      const { staging } = subject.reopen();
      const parts = Array.from({ length: BUCKETS }, (_, bucket) => staging.read(slice, bucket));
      return (await Promise.all(parts)).flatMap((part) => part ?? []);
    };

    it('gives back what it was given, each ticker in its bucket', async () => {
      await stage(subject.store.staging, MONDAY, NOON - 1, GROUPS);
      const { staging } = subject.reopen();
      for (const bucket of [0, 1, BUCKETS - 1]) {
        const part = await staging.read(MONDAY, bucket);
        const own = SERIES.filter(({ ticker }) => bucketOf(ticker) === bucket);
        expect(part?.asOf).toBe(NOON - 1);
        // Of all buckets.
        expect(part?.tickers).toBe(SERIES.filter(({ bars }) => bars.length > 0).length);
        expect(plainOf(part)).toEqual(own.map(plain));
      }
      const all = (await readAll(MONDAY)).flatMap(({ groups }) => groups.flatMap(({ tickers }) => tickers));
      expect(all.toSorted()).toEqual(TICKERS.toSorted());
    });

    it('knows an answer without a ticker from one that is not there', async () => {
      await stage(subject.store.staging, MONDAY, NOON);
      expect(await readAll(MONDAY)).toHaveLength(BUCKETS);
      expect(await readAll(TUESDAY)).toEqual([]);
    });

    it('joins the pieces in which an answer came, in their order, one that has nothing among them', async () => {
      const [first, second] = [GROUPS.slice(0, 120), GROUPS.slice(80)];
      await stage(subject.store.staging, MONDAY, NOON, first, [], second);
      const { staging } = subject.reopen();
      for (let bucket = 0; bucket < BUCKETS; bucket++) {
        const own = (groups: readonly StagedGroup[]): object[] =>
          plainOf({ asOf: NOON, tickers: 0, groups }).filter(
            (one) => bucketOf((one as { ticker: string }).ticker) === bucket,
          );
        expect(plainOf(await staging.read(MONDAY, bucket))).toEqual([...own(first), ...own(second)]);
      }
    });

    it('has nothing of what came before it was begun again', async () => {
      await subject.store.staging.put(MONDAY, async ({ add, restart }) => {
        await add(GROUPS);
        restart();
        await add(GROUPS.slice(0, 3));
        return NOON;
      });
      const parts = await readAll(MONDAY);
      const counts = GROUPS.slice(0, 3).flatMap((group) => group.counts);
      expect(parts[0]?.tickers).toBe(counts.filter((bars) => bars > 0).length);
      const read = parts.flatMap(({ groups }) => groups.flatMap(({ tickers }) => tickers));
      expect(read.toSorted()).toEqual(
        GROUPS.slice(0, 3)
          .flatMap(({ tickers }) => tickers)
          .toSorted(),
      );
    });

    it('has nothing of an answer that did not come to its end, and says why', async () => {
      const cut = subject.store.staging.put(MONDAY, async ({ add }) => {
        await add(GROUPS);
        throw new Error('the connection broke');
      });
      await expect(cut).rejects.toThrow('the connection broke');
      expect(await subject.reopen().staging.list()).toEqual([]);
      expect(await readAll(MONDAY)).toEqual([]);
      await stage(subject.store.staging, MONDAY, NOON, GROUPS);
      expect(await readAll(MONDAY)).toHaveLength(BUCKETS);
    });

    it('lists what is there, and removes it', async () => {
      const { staging } = subject.store;
      const other = { ...MONDAY, source: 'other-2' };
      const later = { ...MONDAY, fetchedAt: NOON + 1, list: '20-3fa' };
      expect(await staging.list()).toEqual([]);
      for (const slice of [TUESDAY, later, other, MONDAY])
        await stage(staging, slice, NOON, GROUPS.slice(0, 3));
      expect(await subject.reopen().staging.list()).toEqual([other, MONDAY, later, TUESDAY]);
      await staging.remove([MONDAY, later, { ...TUESDAY, fetchedAt: 1 }]);
      expect(await subject.reopen().staging.list()).toEqual([other, TUESDAY]);
    });

    it('is no part of what is known', async () => {
      await stage(subject.store.staging, MONDAY, NOON, GROUPS);
      const scan = await subject.reopen().scan();
      expect([scan.series.size, scan.setAside]).toEqual([0, []]);
      expect(await subject.reopen().examine({ now: NOON })).toMatchObject({ damages: [], staged: 1 });
      expect(await subject.reopen().staging.examine(MONDAY)).toEqual({ is: 'whole' });
    });
  });
}
