import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import type { TopUps } from '../../../src/store/scan.ts';
import { AAPL_5M, NOON, at, coverage, days, update } from '../fixtures.ts';
import type { StoreUnderTest } from './subject.ts';

export function describeTopUps(open: () => Promise<StoreUnderTest>): void {
  describe('the count of top-ups', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());
    const noted = async (): Promise<TopUps | undefined> => (await store.scan()).series.get('AAPL 5m')?.topUps;
    const upsert = (day: string, fetchedAt: number, topUps?: number) =>
      store.upsert(
        update([at(`${day}T15:00Z`)], {
          series: AAPL_5M,
          learned: coverage({ present: [days(day, `${day.slice(0, 8)}${Number(day.slice(8)) + 1}`)] }),
          fetchedAt,
          ...(topUps !== undefined && { topUps }),
        }),
      );

    it('is none until it is noted, and then what was noted last, in whatever partition', async () => {
      await upsert('2025-12-29', NOON);
      expect(await noted()).toBeUndefined();
      await upsert('2026-02-23', NOON + 1, 7);
      expect(await noted()).toEqual({ count: 7, at: NOON + 1 });
      await upsert('2025-12-30', NOON + 2, 0);
      expect(await noted()).toEqual({ count: 0, at: NOON + 2 });
      await upsert('2026-02-24', NOON + 3, 1);
      expect(await noted()).toEqual({ count: 1, at: NOON + 3 });
    });

    it('stays as it is where an update or a forgetting says nothing of it', async () => {
      await upsert('2025-12-29', NOON, 3);
      await upsert('2026-02-23', NOON + 1, 4);
      await upsert('2025-12-30', NOON + 2);
      await upsert('2026-02-24', NOON + 3);
      expect(await noted()).toEqual({ count: 4, at: NOON + 1 });
      await store.forget(AAPL_5M, days('2026-02-23', '2026-02-24'));
      expect(await noted()).toEqual({ count: 4, at: NOON + 1 });
    });
  });
}
