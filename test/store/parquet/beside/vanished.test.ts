import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, afterEach, describe, expect, it } from 'vitest';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { openScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { AAPL, absence, coverage, daily, days, NOON, temporaryFolder, update } from '../../fixtures.ts';
import {
  ACTIONS,
  BARS,
  DAILY,
  DAYS,
  FEBRUARY,
  FIRST,
  holdCached,
  LAST,
  lostIn,
  MINUTES,
  MSFT,
  notesIn,
  remember,
  writerScans,
} from './cached.ts';

let root: string;
let store: BarStore;
let remove: () => Promise<void>;

beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  await holdCached(root);
});
afterEach(() => remove());

const take = (path: string): Promise<void> => rm(join(root, path), { recursive: true });
const learned = coverage({ present: [DAYS] });

describe('a file that is gone', () => {
  it.each<[string, string, [string, unknown][]]>([
    ['of daily bars', DAILY, [[DAILY, [DAYS]]]],
    ['of minutes', FEBRUARY, [[FEBRUARY, [LAST]]]],
    ['with its folder', dirname(FEBRUARY), [[FEBRUARY, [LAST]]]],
    ['of splits', ACTIONS, [[ACTIONS, [DAYS]]]],
    ['with all of its series', 'bars/interval=1d/ticker=AAPL', [[DAILY, [DAYS]]]],
  ])('%s is lost', async (_, path, lost) => {
    expect(await lostIn(root)).toEqual([]);
    await take(path);
    expect(await lostIn(root)).toEqual(lost);
    const { damages, partitions } = await store.examine({ now: NOON });
    expect(damages.map((damage) => [damage.kind, damage.path])).toEqual([['lost', lost[0]?.[0]]]);
    expect(partitions).toBe(path === ACTIONS ? 4 : 3);
  });

  it('is lost with all the others, where nothing but the cache is left', async () => {
    for (const name of await readdir(root)) if (name !== 'scan.cache') await take(name);
    expect(await lostIn(root)).toHaveLength(5);
    expect((await store.examine({ now: NOON })).damages).toHaveLength(5);
    await writerScans(root);
    expect(await lostIn(root)).toHaveLength(5);
  });

  it('is lost of a scan that it belongs to, and of no other', async () => {
    await take('bars');
    const paths = async (options: object): Promise<unknown> =>
      (await openParquetStore(root).scan(options)).lost?.map(({ path }) => path);
    expect(await paths({ tickers: ['AAPL'], intervals: ['1d'] })).toEqual([DAILY]);
    expect(await paths({ intervals: ['1m'] })).toHaveLength(2);
    expect(await paths({ tickers: ['AAP', 'MSF'] })).toEqual([]);
  });

  it('is lost of a scan of its ticker, where the store is not of very many', async () => {
    const blobs = openFolder(root);
    const cache = await openScanCache(blobs, Number.POSITIVE_INFINITY);
    const version = (await blobs.version(DAILY)) ?? '';
    const said = cache?.recall(DAILY, version);
    if (cache === undefined || said === undefined) throw new Error('it is not remembered');
    for (let i = 0; i < 500; i++)
      cache.remember({ path: DAILY.replace('AAPL', `T${i}`), version: `${version}${i}`, ...said });
    await cache.save(blobs);
    expect((await stat(join(root, 'scan.cache'))).size).toBeGreaterThan(50_000);
    await take(DAILY);
    const { lost } = await openParquetStore(root).scan({ tickers: ['AAPL'] });
    expect(lost?.map(({ path }) => path)).toEqual([DAILY]);
  });

  it('is told by a reader, who writes nothing', async () => {
    const before = await readFile(join(root, 'scan.cache'));
    await take(DAILY);
    for (const _ of [1, 2]) expect(await lostIn(root)).toEqual([[DAILY, [DAYS]]]);
    expect(await readFile(join(root, 'scan.cache'))).toEqual(before);
    expect(await notesIn(root)).toEqual([]);
  });

  it('is noted by a writer, so that it outlives the cache', async () => {
    await take(DAILY);
    await writerScans(root);
    await take('scan.cache');
    for (const _ of [1, 2]) {
      expect(await lostIn(root)).toEqual([[DAILY, [DAYS]]]);
      await writerScans(root);
    }
  });

  it('is told by the cache as long as a writer cannot note it', async () => {
    await take(DAILY);
    await writeFile(join(root, 'damaged'), '');
    await writerScans(root);
    await take('damaged');
    expect(await lostIn(root)).toEqual([[DAILY, [DAYS]]]);
  });

  it('is told by the cache as long as there is no room for a note of it', async () => {
    await take(DAILY);
    const full = openParquetStore(root, {
      ...DISK,
      rename: (from, to) =>
        /damaged.*json$/.test(to)
          ? Promise.reject(Object.assign(new Error('ENOSPC: full'), { code: 'ENOSPC', syscall: 'rename' }))
          : DISK.rename(from, to),
    });
    const lease = await full.acquire();
    expect((await full.scan()).lost).toHaveLength(1);
    await lease.release();
    expect(await lostIn(root)).toEqual([[DAILY, [DAYS]]]);
  });

  it('is lost until all that it held is known again, and once more when it is gone again', async () => {
    await take(DAILY);
    await writerScans(root);
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    await writerScans(root);
    expect(await lostIn(root)).toEqual([[DAILY, [FIRST]]]);
    await store.upsert(update([], { learned: coverage({ absent: [absence(FIRST)] }) }));
    expect(await lostIn(root)).toEqual([]);
    await writerScans(root);
    expect(await notesIn(root)).toEqual([]);
    await remember(root);
    await take(DAILY);
    expect(await lostIn(root)).toEqual([[DAILY, [LAST]]]);
  });

  it('is none where it is put back', async () => {
    await rename(join(root, DAILY), join(root, 'kept'));
    await writerScans(root);
    expect(await lostIn(root)).toHaveLength(1);
    await rename(join(root, 'kept'), join(root, DAILY));
    expect(await lostIn(root)).toEqual([]);
    await writerScans(root);
    expect(await notesIn(root)).toEqual([]);
  });

  it.each([true, false])(
    'is given up by forgetting, whether the cache is written anew or not (%s)',
    async (isSaved) => {
      const cache = await readFile(join(root, 'scan.cache'));
      await take(DAILY);
      await take(ACTIONS);
      await writerScans(root);
      if (!isSaved) await writeFile(join(root, 'scan.cache'), cache);
      await store.forget(AAPL, FIRST);
      await writerScans(root);
      if (!isSaved) await writeFile(join(root, 'scan.cache'), cache);
      expect(await lostIn(root)).toEqual([
        [ACTIONS, [DAYS]],
        [DAILY, [LAST]],
      ]);
      await store.forget(AAPL);
      await store.forgetActions('AAPL');
      expect(await lostIn(root)).toEqual([]);
      await writerScans(root);
      expect(await lostIn(root)).toEqual([]);
    },
  );

  it('is lost of the heir of a ticker, and no more of the ticker', async () => {
    const cache = await readFile(join(root, 'scan.cache'));
    await take(DAILY);
    await writerScans(root);
    await store.moveLost('AAPL', 'HEIR', days('2000-01-01', '2027-01-01'));
    await writeFile(join(root, 'scan.cache'), cache);
    expect(await lostIn(root)).toEqual([[DAILY.replace('AAPL', 'HEIR'), [DAYS]]]);
  });
});

describe('a file that is not there is not lost', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['no cache tells of it', () => take('scan.cache')],
    [
      'the cache is of a form that did not answer for that',
      async () => {
        const path = join(root, 'scan.cache');
        const text = await readFile(path, 'latin1');
        await writeFile(path, text.replace('scan 5.', 'scan 4.'), 'latin1');
      },
    ],
    ['it cannot be seen whether we took it', () => writeFile(join(root, 'damaged'), '')],
    [
      'it held no bar',
      async () => {
        await store.forget(MSFT);
        await store.upsert(update([], { series: MSFT, learned: coverage({ absent: [absence(FIRST)] }) }));
        await remember(root);
        // Of the forgetting, not of what came since.
        await take('damaged');
        await take(DAILY.replace('AAPL', 'MSFT'));
        return 'MSFT';
      },
    ],
  ])('where %s', async (_, change) => {
    const of = await change();
    if (of !== 'MSFT') await take(DAILY);
    expect(await lostIn(root)).toEqual([]);
    await writerScans(root);
    expect(await lostIn(root)).toEqual([]);
  });

  it('where only its folder is there, as a writer leaves it who dies', async () => {
    await mkdir(join(root, 'bars/interval=1d/ticker=NEW/period=all'), { recursive: true });
    await mkdir(join(root, dirname(FEBRUARY).replace('2026-02', '2026-01')), { recursive: true });
    expect(await lostIn(root)).toEqual([]);
  });

  it('where a series has another file of the same month', async () => {
    await store.forget(MINUTES, days('2026-02-01', '2026-03-01'));
    await remember(root);
    expect(await lostIn(root)).toEqual([]);
    expect((await store.scan()).series.get('AAPL 1m')?.rows).toBe(1);
    await store.upsert(update([daily('2026-03-02')], { learned }));
    expect(await lostIn(root)).toEqual([]);
  });
});
