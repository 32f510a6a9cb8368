import {
  appendFile,
  cp,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import type { Series } from '../../../../src/core/bars/bars.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { actionsPath, barsPath, SCAN_CACHE } from '../../../../src/store/parquet/files/layout.ts';
import { scanStore } from '../../../../src/store/parquet/scan.ts';
import { openScanCache, ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import type { Scan } from '../../../../src/store/scan.ts';
import { AAPL, absence, coverage, daily, days, temporaryFolder, update } from '../../fixtures.ts';
import { notingDisk } from '../noting-disk.ts';
import { ownWords } from '../own-words.ts';
import { tellActions } from '../../told-actions.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
});
afterEach(() => remove());

const MANY = 1_000_000;

/** What the product takes for the longest tick of a file system's clock, and longer than one of this machine's. */
const LONGEST_TICK_MS = 3000;
const TICK_MS = 25;

/** An instant by the clock of the file system, such that what is older than a tick of this machine's counts as settled. */
async function settling(): Promise<bigint> {
  const probe = join(root, 'probe');
  await writeFile(probe, '');
  const { changed = 0n } = (await stampAt(probe)) ?? {};
  await rm(probe);
  return changed + BigInt(LONGEST_TICK_MS - TICK_MS) * 1_000_000n;
}

/** A scan that believes the cache, and fills it if it has an instant. */
function scanBy(cache: ScanCache | undefined, since?: bigint): Promise<Scan> {
  const tools = { mayMove: false, openCache: () => Promise.resolve(cache) };
  return scanStore(openFolder(root, DISK, since), {}, tools);
}

/** A cache of all that is there. */
async function filled(): Promise<ScanCache> {
  await sleep(2 * TICK_MS);
  const cache = new ScanCache();
  await scanBy(cache, await settling());
  return cache;
}

function file(ticker: string): string {
  return barsPath({ series: { ticker, interval: '1d' }, period: 'all' });
}

function upsert(ticker: string, close = 100, store = openParquetStore(root)): Promise<unknown> {
  const series: Series = { ticker, interval: '1d' };
  const learned = coverage({
    present: [days('2026-02-23', '2026-02-25')],
    absent: [absence(days('2026-02-25', '2026-02-26'), { note: `${close}` })],
  });
  return store.upsert(update([daily('2026-02-23', { close }), daily('2026-02-24')], { series, learned }));
}

/** Says something else of a file than lies in it: a scan that says so has believed the cache. */
async function pretend(cache: ScanCache, ticker: string): Promise<void> {
  const path = file(ticker);
  const version = await openFolder(root).version(path);
  const said = cache.recall(path, version ?? '');
  if (version === undefined || said === undefined) throw new Error(`${path} is not remembered`);
  cache.remember({ path, version, common: said.common, own: said.own.replace('[2,', '[777,') });
}

async function rowsBy(cache: ScanCache | undefined, ticker = 'AAPL'): Promise<number | undefined> {
  return (await scanBy(cache)).series.get(`${ticker} 1d`)?.rows;
}

describe('a scan', () => {
  it('takes what a file said from the cache, while it is the same file', async () => {
    await upsert('AAPL');
    const cache = await filled();
    await pretend(cache, 'AAPL');
    expect(await rowsBy(cache)).toBe(777);
    await cache.save(openFolder(root));
    expect(await rowsBy(await openScanCache(openFolder(root), MANY))).toBe(777);
    await upsert('AAPL', 101);
    expect(await rowsBy(cache)).toBe(2);
  });

  it.each([
    [
      'edited in place, its size and times as before',
      async (path: string) => {
        const { atime, mtime } = await stat(path);
        const bytes = await readFile(path);
        bytes[40] = (bytes[40] ?? 0) ^ 1;
        await writeFile(path, bytes);
        await utimes(path, atime, mtime);
      },
    ],
    [
      'replaced by a copy with its size and times',
      async (path: string) => {
        await cp(path, `${path}.copy`, { preserveTimestamps: true });
        await rename(`${path}.copy`, path);
      },
    ],
    ['longer by a byte', (path: string) => appendFile(path, 'x')],
    ['shorter by a byte', async (path: string) => truncate(path, (await stat(path)).size - 1)],
    ['touched', (path: string) => utimes(path, new Date(), new Date())],
  ])('reads a file again that was %s', async (_how, change) => {
    await upsert('AAPL');
    // A whole second, which can be set again to the last digit.
    await utimes(join(root, file('AAPL')), new Date(0), new Date(0));
    const cache = await filled();
    await pretend(cache, 'AAPL');
    await sleep(TICK_MS);
    await change(join(root, file('AAPL')));
    expect(await rowsBy(cache)).not.toBe(777);
  });

  it('does not remember a file that is younger than the longest tick of a clock', async () => {
    await upsert('AAPL');
    const { changed = 0n } = (await stampAt(join(root, file('AAPL')))) ?? {};
    const cache = new ScanCache();
    await scanBy(cache, changed + BigInt(LONGEST_TICK_MS) * 1_000_000n);
    expect(cache.has(file('AAPL'))).toBe(false);
    await scanBy(cache, changed + BigInt(LONGEST_TICK_MS) * 1_000_000n + 1n);
    expect(cache.has(file('AAPL'))).toBe(true);
  });

  it('remembers nothing without the lease', async () => {
    await upsert('AAPL');
    const cache = new ScanCache();
    await scanBy(cache);
    expect(cache.size).toBe(0);
  });

  it('remembers no file whose own word it does not believe: it is named every time', async () => {
    await upsert('AAPL');
    const path = join(root, file('AAPL'));
    const bytes = await readFile(path);
    const at = bytes.indexOf('"checkedAt":"2026');
    bytes[at + 13] = 0x31;
    await writeFile(path, bytes);
    const cache = await filled();
    expect(cache.has(file('AAPL'))).toBe(false);
    const { distrusted } = await scanBy(cache);
    expect(distrusted?.map((one) => one.path)).toEqual([file('AAPL')]);
  });

  it('believes no entry that it cannot read', async () => {
    await upsert('AAPL');
    const cache = await filled();
    const version = await openFolder(root).version(file('AAPL'));
    if (version === undefined) throw new Error('there is no file');
    for (const said of [
      { common: '{}', own: '[2,null,null,null]' },
      { common: '', own: '' },
    ]) {
      cache.remember({ path: file('AAPL'), version, ...said });
      expect(await rowsBy(cache)).toBe(2);
    }
  });

  it('forgets files that are gone', async () => {
    await upsert('AAPL');
    await upsert('MSFT');
    await tellActions(openParquetStore(root), 'AAPL', [], days('2026-02-01', '2026-03-01'), 'sample', 0);
    const cache = await filled();
    expect(cache.size).toBe(3);
    await rm(join(root, file('AAPL')));
    await rm(join(root, actionsPath('AAPL')));
    const { series, actions } = await scanBy(cache);
    expect([[...series.keys()], [...actions.keys()], cache.size]).toEqual([['MSFT 1d'], [], 1]);
  });

  it('reads a copy of a store anew', async () => {
    await upsert('AAPL');
    const cache = await filled();
    await pretend(cache, 'AAPL');
    await cache.save(openFolder(root));
    const copy = await temporaryFolder();
    await cp(root, copy.path, { recursive: true, preserveTimestamps: true });
    expect((await openParquetStore(root).scan()).series.get('AAPL 1d')?.rows).toBe(777);
    expect((await openParquetStore(copy.path).scan()).series.get('AAPL 1d')?.rows).toBe(2);
    await copy.remove();
  });

  it('leaves a cache alone whose reading would take longer than that of the files', async () => {
    for (const ticker of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') await upsert(ticker);
    await (await filled()).save(openFolder(root));
    const { size } = await stat(join(root, SCAN_CACHE));
    await appendFile(join(root, SCAN_CACHE), Buffer.alloc(20_000 - size));
    expect(await openScanCache(openFolder(root), 1)).toBeUndefined();
    expect(await openScanCache(openFolder(root), 2)).toBeDefined();
  });
});

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
    await writeFile(path(), whole.toString('latin1').replace(' 3.', ' 9.'), 'latin1');
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

/** What may happen to a store between two scans. */
const EVENT = fc.oneof(
  fc.record({ do: fc.constant('upsert' as const), ticker: fc.constantFrom('A', 'B', 'C'), n: fc.nat(3) }),
  fc.record({
    do: fc.constantFrom('delete', 'edit', 'swap', 'forget', 'actions', 'reload'),
    ticker: fc.constantFrom('A', 'B', 'C'),
    n: fc.nat(3),
  }),
);

it(
  'with a cache says what it says without, whatever happens to the files',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(EVENT, { minLength: 1, maxLength: 12 }), async (events) => {
        await rm(root, { recursive: true, force: true });
        await mkdir(root);
        let cache = new ScanCache();
        for (const event of events) {
          await happen(event);
          await sleep(2 * TICK_MS);
          if (event.do === 'reload') {
            await cache.save(openFolder(root));
            cache = (await openScanCache(openFolder(root), MANY)) ?? cache;
          }
          expect(await scanBy(cache, await settling())).toEqual(await scanBy(undefined));
        }
      }),
      { numRuns: 25 },
    );
  },
);

async function happen({ do: what, ticker, n }: { do: string; ticker: string; n: number }): Promise<void> {
  const path = join(root, file(ticker));
  const store = openParquetStore(root);
  try {
    if (what === 'upsert') await upsert(ticker, 100 + n);
    if (what === 'delete') await rm(path);
    if (what === 'forget') await store.forget({ ticker, interval: '1d' }, days('2026-02-24', '2026-02-26'));
    if (what === 'actions')
      await tellActions(store, ticker, [], days(`2026-0${n + 1}-01`, `2026-0${n + 2}-01`), 'sample', 0);
    if (what === 'edit') {
      const bytes = await readFile(path);
      const at = bytes.indexOf('"note":"1') + 10 + n;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
    }
    if (what === 'swap') await cp(path, join(root, file('A')));
  } catch (error) {
    // There may be nothing to change, or what is there may be damaged by then.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
  await mkdir(dirname(path), { recursive: true });
}

it('is told by the words in the file alone what the cache holds of it', async () => {
  await upsert(AAPL.ticker);
  const cache = await filled();
  const version = await openFolder(root).version(file('AAPL'));
  const said = cache.recall(file('AAPL'), version ?? '');
  const words = JSON.parse(await ownWords(join(root, file('AAPL')))) as Record<string, unknown>;
  expect(JSON.parse(said?.common ?? '')).toMatchObject({
    present: words['present'],
    absent: words['absent'],
  });
  expect(JSON.parse(said?.own ?? '')).toEqual([2, '1980-12-12', words['fetchedAt'], null]);
});
