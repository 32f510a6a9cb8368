import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { barsPath } from '../../../src/store/parquet/files/layout.ts';
import type { Damage } from '../../../src/store/damage.ts';
import type { BarStore } from '../../../src/store/store.ts';
import type { Scan, SeriesState } from '../../../src/store/scan.ts';
import { AAPL, absence, coverage, daily, days, NOON, temporaryFolder, update } from '../fixtures.ts';

export const BARS = [
  daily('2026-02-24', { volume: 1000 }),
  daily('2026-02-25', { volume: 2000, trades: 7 }),
  daily('2026-02-26', { volume: 3000 }),
];
export const LEARNED = coverage({
  present: [days('2026-02-24', '2026-02-27')],
  provisional: [days('2026-02-26', '2026-02-27')],
  absent: [absence(days('2026-02-23', '2026-02-24'))],
});
export const REBUILT = coverage({ present: LEARNED.present });
export const FILE = barsPath({ series: AAPL, period: 'all' });

/** A store of one series, new for each test, whose file is to be changed. */
export let root: string;
export let store: BarStore;
let remove: () => Promise<void>;

/** Has each test of a file begin with a store of its own. */
export function beginSealed(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
    store = openParquetStore(root);
    await store.upsert(update(BARS, { learned: LEARNED }));
  });
  afterEach(() => remove());
}

export const path = (): string => join(root, FILE);

export async function stateNow(): Promise<[SeriesState | undefined, Scan['distrusted']]> {
  const scan = await store.scan();
  return [scan.series.get('AAPL 1d'), scan.distrusted];
}

export async function damages(fix = false): Promise<Pick<Damage, 'path' | 'kind' | 'what' | 'mended'>[]> {
  const { damages: found } = await store.examine({ fix, now: NOON });
  return found.map(({ path: of, kind, what, mended }) => ({ path: of, kind, what, mended }));
}
