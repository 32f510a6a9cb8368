import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BarStore } from '../../../src/store/store.ts';
import { AAPL, AAPL_5M, absence, at, coverage, days, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { stateOf, type StoreUnderTest } from './subject.ts';
import { rowsIn } from '../rows.ts';

export function describeForget(open: () => Promise<StoreUnderTest>): void {
  describe('forget', () => {
    let subject: StoreUnderTest;
    let store: BarStore;
    beforeEach(async () => {
      subject = await open();
      ({ store } = subject);
    });
    afterEach(() => subject.destroy());
    const stateOfSeries = (key: string) => stateOf(subject, key);

    it('removes rows and knowledge of a range and leaves the rest', async () => {
      await store.upsert(
        update(WEEK, {
          learned: coverage({ present: [WEEK_DAYS], absent: [absence(days('2026-02-17', '2026-02-21'))] }),
        }),
      );
      expect(await store.forget(AAPL, days('2026-02-20', '2026-02-25'))).toBe(2);
      expect(await rowsIn(store, AAPL)).toEqual(WEEK.slice(2));
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
      expect(await rowsIn(store, AAPL_5M)).toEqual([bars[0], bars[2]]);
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
}
