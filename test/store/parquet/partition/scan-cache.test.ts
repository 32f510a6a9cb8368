import { appendFile, cp, readFile, rename, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { actionsPath, SCAN_CACHE } from '../../../../src/store/parquet/files/layout.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { openScanCache, ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { AAPL, days, temporaryFolder } from '../../fixtures.ts';
import { tellActions } from '../../told-actions.ts';
import { ownWords } from '../own-words.ts';
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
  TICK_MS,
  upsert,
} from './cached-store.ts';

beginEmpty();

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
  expect(JSON.parse(said?.own ?? '')).toEqual([
    ...[2, '1980-12-12', words['fetchedAt'], null, null],
    words['marks'],
  ]);
  expect(words['marks']).toMatchObject([expect.any(Number), expect.stringMatching(/^[\w-]{4}$/)]);
});
