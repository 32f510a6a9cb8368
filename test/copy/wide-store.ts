import type { Series } from '../../src/core/bars/bars.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import type { BarStore } from '../../src/store/store.ts';
import { barAt, coverage, days, NOON, update } from '../store/fixtures.ts';
import { tellActions } from '../store/told-actions.ts';

const FIRST = parseDay('2022-01-03');
const ROWS = 500;

/** The series of such a store. */
export function wideSeries(n: number): Series {
  return { ticker: `T${n}`, interval: '1d' };
}

/** A store of many series, of each of which some bars were replaced: enough to be copied for a while. */
export async function fillWide(store: BarStore, count: number): Promise<void> {
  const lease = await store.acquire();
  const present = [{ from: FIRST, to: FIRST + ROWS }];
  for (let n = 0; n < count; n++) {
    const series = wideSeries(n);
    const rows = Array.from({ length: ROWS }, (_, i) =>
      barAt(startOfDay(FIRST + i), { volume: n * 1000 + i, fetchedAt: NOON }),
    );
    await store.upsert(update(rows, { series, learned: coverage({ present }) }));
    await replaceBars(store, n, 5, NOON + 1000);
    const split = { kind: 'split', exDay: FIRST + n, ratio: 2 } as const;
    await tellActions(store, series.ticker, [split], days('2022-01-01', '2022-03-01'), 'sample', NOON);
  }
  await store.saveRun(NOON, { fetched: count });
  await lease.release();
}

/** Gives the first so many bars of a series another close, and adds one behind the last. */
export async function replaceBars(store: BarStore, n: number, count: number, at: number): Promise<void> {
  const bars = Array.from({ length: count }, (_, i) =>
    barAt(startOfDay(FIRST + i), { close: 101.5 + (at % 7) / 100, volume: n * 1000 + i, fetchedAt: at }),
  );
  const last = barAt(startOfDay(FIRST + ROWS + (at % 97)), { fetchedAt: at });
  const present = [
    { from: FIRST, to: FIRST + count },
    { from: FIRST + ROWS + (at % 97), to: FIRST + ROWS + (at % 97) + 1 },
  ];
  await store.upsert(
    update([...bars, last], { series: wideSeries(n), learned: coverage({ present }), fetchedAt: at }),
  );
}
