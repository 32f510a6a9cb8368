import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach } from 'vitest';
import type { Series } from '../../../../src/core/bars/bars.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { scanStore } from '../../../../src/store/parquet/scan.ts';
import type { Scan } from '../../../../src/store/scan.ts';
import { absence, coverage, daily, days, temporaryFolder, update } from '../../fixtures.ts';

/** An empty folder of a store, new for each test. */
export let root: string;
let remove: () => Promise<void>;

/** Has each test of a file begin with a folder of its own. */
export function beginEmpty(): void {
  beforeEach(async () => {
    ({ path: root, remove } = await temporaryFolder());
  });
  afterEach(() => remove());
}

export const MANY = 1_000_000;

/** What the product takes for the longest tick of a file system's clock, and longer than one of this machine's. */
export const LONGEST_TICK_MS = 3000;
export const TICK_MS = 25;

/** An instant by the clock of the file system, such that what is older than a tick of this machine's counts as settled. */
export async function settling(): Promise<bigint> {
  const probe = join(root, 'probe');
  await writeFile(probe, '');
  const { changed = 0n } = (await stampAt(probe)) ?? {};
  await rm(probe);
  return changed + BigInt(LONGEST_TICK_MS - TICK_MS) * 1_000_000n;
}

/** A scan that believes the cache, and fills it if it has an instant. */
export function scanBy(cache: ScanCache | undefined, since?: bigint): Promise<Scan> {
  const tools = { mayMove: false, openCache: () => Promise.resolve(cache) };
  return scanStore(openFolder(root, DISK, since), {}, tools);
}

/** A cache of all that is there. */
export async function filled(): Promise<ScanCache> {
  await sleep(2 * TICK_MS);
  const cache = new ScanCache();
  await scanBy(cache, await settling());
  return cache;
}

export function file(ticker: string): string {
  return barsPath({ series: { ticker, interval: '1d' }, period: 'all' });
}

export function upsert(ticker: string, close = 100, store = openParquetStore(root)): Promise<unknown> {
  const series: Series = { ticker, interval: '1d' };
  const learned = coverage({
    present: [days('2026-02-23', '2026-02-25')],
    absent: [absence(days('2026-02-25', '2026-02-26'), { note: `${close}` })],
  });
  return store.upsert(update([daily('2026-02-23', { close }), daily('2026-02-24')], { series, learned }));
}

/** Says something else of a file than lies in it: a scan that says so has believed the cache. */
export async function pretend(cache: ScanCache, ticker: string): Promise<void> {
  const path = file(ticker);
  const version = await openFolder(root).version(path);
  const said = cache.recall(path, version ?? '');
  if (version === undefined || said === undefined) throw new Error(`${path} is not remembered`);
  cache.remember({ path, version, common: said.common, own: said.own.replace('[2,', '[777,') });
}

export async function rowsBy(cache: ScanCache | undefined, ticker = 'AAPL'): Promise<number | undefined> {
  return (await scanBy(cache)).series.get(`${ticker} 1d`)?.rows;
}
