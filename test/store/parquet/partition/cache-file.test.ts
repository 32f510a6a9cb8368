import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { actionsPath, SCAN_CACHE } from '../../../../src/store/parquet/files/layout.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openScanCache, ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { days } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';
import { notingDisk } from '../noting-disk.ts';
import {
  beginEmpty,
  file,
  filled,
  LONGEST_TICK_MS,
  MANY,
  pretend,
  root,
  rowsBy,
  scanBy,
  upsert,
} from './cached-store.ts';

beginEmpty();

describe('a cache', () => {
  beforeEach(async () => {
    await upsert('AAPL');
    await upsert('MSFT');
    const cache = await filled();
    await pretend(cache, 'AAPL');
    await cache.save(openFolder(root));
  });

  const path = (): string => join(root, SCAN_CACHE);

  it('is as good as none where it is torn, wherever', async () => {
    const whole = await readFile(path());
    for (let length = 0; length < whole.length; length += 7) {
      await writeFile(path(), whole.subarray(0, length));
      expect((await openScanCache(openFolder(root), MANY))?.size).toBe(0);
    }
    await writeFile(path(), Buffer.concat([whole, Buffer.from('x')]));
    expect((await openScanCache(openFolder(root), MANY))?.size).toBe(0);
    expect(await rowsBy(await openScanCache(openFolder(root), MANY))).toBe(2);
  });

  it('is as good as none with any byte rotten', async () => {
    const whole = await readFile(path());
    for (let at = 0; at < whole.length; at += 3) {
      const rotten = Buffer.from(whole);
      rotten[at] = (rotten[at] ?? 0) ^ 4;
      await writeFile(path(), rotten);
      expect((await openScanCache(openFolder(root), MANY))?.size).toBe(0);
    }
  });

  it('of another version is as good as none', async () => {
    const whole = await readFile(path());
    await writeFile(path(), whole.toString('latin1').replace(' 5.', ' 9.'), 'latin1');
    expect((await openScanCache(openFolder(root), MANY))?.size).toBe(0);
  });

  it('that is a folder hinders nobody', async () => {
    await rm(path());
    await mkdir(path());
    const store = openParquetStore(root);
    const lease = await store.acquire();
    expect((await store.scan()).series.get('AAPL 1d')?.rows).toBe(2);
    await upsert('AAPL', 101, store);
    await lease.release();
    expect(await readdir(path())).toEqual([]);
  });

  it('is written anew by the next run, whatever happened to it', async () => {
    await writeFile(path(), 'rot');
    await sleep(LONGEST_TICK_MS);
    const store = openParquetStore(root);
    const lease = await store.acquire();
    await store.scan();
    await lease.release();
    const cache = await openScanCache(openFolder(root), MANY);
    expect([cache?.has(file('AAPL')), cache?.has(file('MSFT'))]).toEqual([true, true]);
  });

  it('is not written for less than a hundredth of news', async () => {
    const cache = new ScanCache();
    for (let i = 0; i < 300; i++) cache.remember({ path: `bars/${i}`, version: '1', common: '{}', own: '' });
    await cache.save(openFolder(root));
    const steps: string[] = [];
    for (const i of [7, 8]) cache.remember({ path: `bars/${i}`, version: '1', common: '{}', own: '' });
    await cache.save(openFolder(root, notingDisk(root, steps)));
    expect(steps).toEqual([]);
    cache.forget('bars/9');
    await cache.save(openFolder(root, notingDisk(root, steps)));
    expect(steps).toContain('rename .scan.tmp');
    expect((await openScanCache(openFolder(root), MANY))?.size).toBe(299);
  });

  it('has a name that no glob for data matches, and that the doctor knows', async () => {
    expect(SCAN_CACHE).not.toMatch(/\.(parquet|json|csv|tmp)$/);
    const { damages } = await openParquetStore(root).examine({ now: 0 });
    expect(damages.map((damage) => damage.path)).not.toContain(SCAN_CACHE);
  });

  it('whose writing dies at any step is the old one or the new one, and leaves nothing for long', async () => {
    const said = async (): Promise<number | undefined> => rowsBy(await openScanCache(openFolder(root), MANY));
    const steps: string[] = [];
    const renewed = async (broken?: number): Promise<void> => {
      const cache = await openScanCache(openFolder(root), MANY);
      await cache?.save(openFolder(root, notingDisk(root, steps)));
      cache?.forget(file('MSFT'));
      await cache?.save(openFolder(root, notingDisk(root, [], broken)));
    };
    for (let step = 1; step <= 9; step++) {
      await renewed(step);
      expect(await said()).toBe(777);
    }
    await (await openParquetStore(root).acquire()).release();
    expect((await readdir(root)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('the run that writes', () => {
  it('remembers what it committed, unless its stamp might be of a later content too', async () => {
    const store = openParquetStore(root);
    const lease = await store.acquire();
    await store.scan();
    const tickers = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'];
    for (const ticker of tickers) await upsert(ticker, 100, store);
    await tellActions(store, 'A', [], days('2026-02-01', '2026-03-01'), 'sample', 0);
    await lease.release();
    const cache = await openScanCache(openFolder(root), MANY);
    for (const path of [...tickers.map(file), actionsPath('A')]) {
      const stamp = await stampAt(join(root, path));
      expect(cache?.has(path)).toBe((stamp?.changed ?? 0n) > (stamp?.modified ?? 0n));
    }
    expect(await scanBy(cache)).toEqual(await scanBy(undefined));
  });

  it('remembers what its threads committed, by their notes', async () => {
    const [main, thread] = [openParquetStore(root), openParquetStore(root)];
    // Until it is renamed in a later tick than it is written in: nearly always at once.
    while ((await openScanCache(openFolder(root), MANY))?.has(file('AAPL')) !== true) {
      const lease = await main.acquire();
      await main.scan();
      await upsert('AAPL', 100, thread);
      lease.note(structuredClone(thread.committed()));
      await lease.release();
    }
    expect(thread.committed()).toEqual([]);
    expect(await scanBy(await openScanCache(openFolder(root), MANY))).toEqual(await scanBy(undefined));
  });

  it('is fine without a cache to write to: a full disk fails no run that wrote nothing else', async () => {
    await upsert('AAPL');
    const full = {
      ...DISK,
      create: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC', syscall: 'open' })),
    };
    const store = openParquetStore(root, full);
    const lease = await store.acquire();
    await sleep(LONGEST_TICK_MS);
    await store.scan();
    await lease.release();
    expect(await readdir(root)).not.toContain(SCAN_CACHE);
  });
});
