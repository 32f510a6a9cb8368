import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import type { Series } from '../../../../src/core/bars/bars.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { actionsPath, barsPath, revisionsPath } from '../../../../src/store/parquet/files/layout.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { partitionSaid } from '../../../../src/store/parquet/partition/said.ts';
import { ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import type { Scan, SetAside } from '../../../../src/store/scan.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { AAPL, coverage, daily, days, NOON, temporaryFolder, update } from '../../fixtures.ts';
import { rotRows } from '../../rot.ts';
import { tellActions } from '../../told-actions.ts';
import { ownWords } from '../own-words.ts';

export const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
export const BARS = [daily('2026-02-26'), daily('2026-02-27')];
export const DAYS = days('2026-02-26', '2026-02-28');
export const LEARNED = coverage({ present: [DAYS] });
export const SPLIT = { kind: 'split', exDay: 20_510, ratio: 4 } as const;

export const FILE = barsPath({ series: AAPL, period: 'all' });
export const ACTIONS = actionsPath('AAPL');
export const REVISIONS = revisionsPath({ series: AAPL, period: 'all' });
export const REASON = { reason: expect.stringMatching(/./), ticker: 'AAPL', interval: '1d' };
export const ROTTEN = { path: FILE, ...REASON, held: [DAYS] };

/** A store of two daily series, one of them with a split and a revision, new for each test. */
export let root: string;
export let store: BarStore;
let remove: () => Promise<void>;

/** Has each test of a file begin with a store of its own. */
export function beginStored(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
    store = openParquetStore(root);
    await store.upsert(update([daily('2026-02-26', { close: 100.5 })], { learned: LEARNED }));
    for (const series of [AAPL, MSFT]) await store.upsert(update(BARS, { series, learned: LEARNED }));
    await tellActions(store, 'AAPL', [SPLIT], DAYS, 'sample', NOON);
  });
  afterEach(() => remove());
}

/** Spoils a file of the store where no footer tells. */
export const rot = (path: string): Promise<void> => rotRows(join(root, path));

/** Reads the bars, which are damaged. */
export async function meet(): Promise<void> {
  await expect(store.readBars(AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
}

/** Files with what they held, where that is known. */
export function withHeld(files: readonly SetAside[] = [], { held }: Scan): object[] {
  return files.map((file) => ({ ...file, ...(held?.has(file.path) && { held: held.get(file.path) }) }));
}

export async function told(): Promise<object[]> {
  const scan = await openParquetStore(root).scan();
  return withHeld(scan.setAside, scan);
}

export async function toldToWriter(): Promise<object[]> {
  const lease = await store.acquire();
  try {
    const scan = await store.scan();
    return withHeld(scan.setAside, scan);
  } finally {
    await lease.release();
  }
}

export async function notes(): Promise<string[]> {
  return readdir(join(root, 'damaged')).catch(() => []);
}

/** A cache that knows the bars as they lie there. */
export async function remembered(): Promise<ScanCache> {
  const cache = new ScanCache();
  const said = partitionSaid(2, JSON.parse(await ownWords(join(root, FILE))) as Record<string, unknown>);
  cache.remember({ path: FILE, version: (await openFolder(root).version(FILE)) ?? '', ...said });
  return cache;
}
