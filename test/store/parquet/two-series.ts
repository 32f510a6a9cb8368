import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Series } from '../../../src/core/bars/bars.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { barsPath } from '../../../src/store/parquet/files/layout.ts';
import type { BarStore } from '../../../src/store/store.ts';
import type { SeriesState } from '../../../src/store/scan.ts';
import { AAPL, absence, coverage, daily, days, temporaryFolder, update } from '../fixtures.ts';
import { rotRows } from '../rot.ts';

export const BARS = [daily('2026-02-26'), daily('2026-02-27')];
export const LEARNED = coverage({
  present: [days('2026-02-26', '2026-02-28')],
  absent: [absence(days('2026-02-25', '2026-02-26'))],
});
export const SPLIT = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
export const AAPL_FILE = barsPath({ series: AAPL, period: 'all' });

/** A store of two daily series, new for each test. */
export let root: string;
export let store: BarStore;
let remove: () => Promise<void>;

/** Has each test of a file begin with a store of its own of the two. */
export function beginWithTwo(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
    store = openParquetStore(root);
    await store.upsert(update(BARS, { learned: LEARNED }));
    await store.upsert(update(BARS, { series: { ticker: 'MSFT', interval: '1d' }, learned: LEARNED }));
  });
  afterEach(() => remove());
}

export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

export async function stateOf(series: Series): Promise<SeriesState | undefined> {
  return (await store.scan()).series.get(`${series.ticker} ${series.interval}`);
}

/** Damages the rows of a file behind its footer. */
export const breakRows = (path: string): Promise<void> => rotRows(join(root, path));

/** Expects a call to fail with one line that says what was damaged, where it went and how what it held comes back. */
export async function expectSetAside(call: Promise<unknown>, path: string, holds: string): Promise<void> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
  expect(String(error)).toMatch(/^[^\n]+$/);
  expect(String(error)).toContain(`${path} is damaged: `);
  expect(String(error)).toContain(
    `in quarantine now; the ${holds} in it are missing until the same backfill is run again`,
  );
}
