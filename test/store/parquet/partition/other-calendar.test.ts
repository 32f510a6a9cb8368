import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import type { BarStore, SeriesContent } from '../../../../src/store/store.ts';
import { absence, at, coverage, daily, days, temporaryFolder, update } from '../../fixtures.ts';
import { rowsIn } from '../../rows.ts';

let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  const folder = await temporaryFolder();
  store = openParquetStore(folder.path);
  remove = folder.remove;
});
afterEach(() => remove());

async function scanned(key: string): Promise<Pick<SeriesContent, 'calendar' | 'coverage'> | undefined> {
  const scan = await store.scan();
  return scan.series.get(key);
}

describe('knowledge by another calendar than the ticker follows now', () => {
  it('is kept, save of the days that were no sessions then', async () => {
    // From Sunday 2025-03-02 to Thursday 2025-03-13, when Riyadh's calendar was a guess: Sundays were never asked for.
    const bars = ['2025-03-03', '2025-03-04', '2025-03-05', '2025-03-06', '2025-03-10'].map((day) =>
      daily(day),
    );
    const learned = coverage({
      present: [days('2025-03-03', '2025-03-11')],
      provisional: [days('2025-03-10', '2025-03-11')],
      absent: [absence(days('2025-03-11', '2025-03-13'))],
    });
    const series = { ticker: '2222.SR', interval: '1d' } as const;
    await store.upsert(update(bars, { series, calendar: 'weekdays', learned }));
    expect(await scanned('2222.SR 1d')).toMatchObject({
      calendar: 'XSAU',
      coverage: {
        present: [days('2025-03-03', '2025-03-09'), days('2025-03-10', '2025-03-11')],
        provisional: [days('2025-03-10', '2025-03-11')],
        absent: [{ ...days('2025-03-11', '2025-03-13'), by: [{ reason: 'no-trades' }] }],
      },
    });
    expect(await rowsIn(store, series)).toEqual(bars);
    // The Sunday, once it is answered, completes it.
    const sunday = coverage({ present: [days('2025-03-09', '2025-03-10')] });
    await store.upsert(update([daily('2025-03-09')], { series, calendar: 'XSAU', learned: sunday }));
    expect((await scanned('2222.SR 1d'))?.coverage.present).toEqual([days('2025-03-03', '2025-03-11')]);
    expect(await rowsIn(store, series)).toHaveLength(6);
  });

  it('is kept where a bare code was taken for a share in New York', async () => {
    const series = { ticker: '600519', interval: '1d' } as const;
    const bars = ['2025-07-03', '2025-07-07'].map((day) => daily(day));
    const learned = coverage({ present: [days('2025-07-03', '2025-07-08')] });
    await store.upsert(update(bars, { series, calendar: 'XNYS', learned }));
    // New York had a holiday on Friday 4 July; what the code's exchange did nobody asked.
    expect(await scanned('600519 1d')).toMatchObject({
      calendar: 'weekdays',
      coverage: { present: [days('2025-07-03', '2025-07-04'), days('2025-07-05', '2025-07-08')] },
    });
    expect(await rowsIn(store, series)).toEqual(bars);
  });

  it('is kept of intraday bars', async () => {
    const series = { ticker: 'VOLV-B.ST', interval: '1h' } as const;
    const bars = [at('2025-03-03T08:00Z'), at('2025-03-03T09:00Z')];
    const learned = coverage({ present: [days('2025-03-03', '2025-03-04')] });
    await store.upsert(update(bars, { series, calendar: 'weekdays', learned }));
    expect(await scanned('VOLV-B.ST 1h')).toMatchObject({
      calendar: 'XSTO',
      coverage: { present: learned.present },
    });
    expect(await rowsIn(store, series)).toEqual(bars);
  });

  it('is worth nothing where it is of another part of the world: the rows are the truth', async () => {
    const bars = [daily('2025-03-03'), daily('2025-03-04')];
    const learned = coverage({
      present: [days('2025-03-03', '2025-03-05')],
      absent: [absence(days('2025-03-05', '2025-03-06'))],
    });
    await store.upsert(update(bars, { series: { ticker: '7203.T', interval: '1d' }, learned }));
    expect(await scanned('7203.T 1d')).toMatchObject({
      calendar: 'XTKS',
      coverage: { present: [days('2025-03-03', '2025-03-05')], absent: [] },
    });
  });
});
