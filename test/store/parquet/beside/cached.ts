import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Series } from '../../../../src/core/bars/bars.ts';
import type { DayRange } from '../../../../src/core/session/day.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { actionsPath, barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { scanStore } from '../../../../src/store/parquet/scan.ts';
import { AAPL, at, coverage, daily, days, NOON, update } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';

export const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
export const MINUTES: Series = { ticker: 'AAPL', interval: '1m' };
export const DAYS = days('2026-02-26', '2026-02-28');
export const [FIRST, LAST] = [days('2026-02-26', '2026-02-27'), days('2026-02-27', '2026-02-28')];
export const BARS = [daily('2026-02-26'), daily('2026-02-27')];
export const DAILY = barsPath({ series: AAPL, period: 'all' });
export const ACTIONS = actionsPath('AAPL');
export const FEBRUARY = barsPath({ series: MINUTES, period: '2026-02' });

/** Stores two daily series, splits of one, and its minutes in two months, in a folder, with a cache that knows all of it. */
export async function holdCached(root: string): Promise<void> {
  const store = openParquetStore(root);
  const learned = coverage({ present: [DAYS] });
  for (const series of [AAPL, MSFT]) await store.upsert(update(BARS, { series, learned }));
  await tellActions(store, 'AAPL', [{ kind: 'split', exDay: 20_510, ratio: 4 }], DAYS, 'sample', NOON);
  await store.upsert(
    update([at('2026-02-27T14:30Z'), at('2026-03-02T14:30Z')], {
      series: MINUTES,
      learned: coverage({ present: [LAST, days('2026-03-02', '2026-03-03')] }),
    }),
  );
  await remember(root);
}

/** Has the cache know all that is there. */
export async function remember(root: string): Promise<void> {
  const cache = new ScanCache();
  // As if it had been locked long after that was written.
  const { changed = 0n } = (await stampAt(root)) ?? {};
  const blobs = openFolder(root, DISK, changed + 3_600_000_000_000n);
  await scanStore(blobs, {}, { mayMove: false, openCache: async () => cache });
  await cache.save(blobs);
}

/** What is lost, as a reader finds it: paths with the days. */
export async function lostIn(root: string): Promise<[string, readonly DayRange[] | undefined][]> {
  const { lost = [], held } = await openParquetStore(root).scan();
  return lost.map(({ path }) => [path, held?.get(path)]);
}

/** What a reader takes for gone without our doing. */
export async function goneIn(root: string): Promise<string[]> {
  const { lost = [] } = await openParquetStore(root).scan();
  return lost.filter(({ reason }) => reason.startsWith('gone')).map(({ path }) => path);
}

/** The store is scanned by its writer. */
export async function writerScans(root: string): Promise<void> {
  const store = openParquetStore(root);
  const lease = await store.acquire();
  await store.scan();
  await lease.release();
}

/** Everything below a folder, copied back in place of what is there. */
export async function copyBack(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true, preserveTimestamps: true });
}

export async function notesIn(root: string): Promise<string[]> {
  return (await readdir(join(root, 'damaged')).catch((): string[] => [])).toSorted();
}

/** Longer than a file system's clock may tick: what was written before it is settled. */
export const afterTick = (): Promise<void> => sleep(3100);
