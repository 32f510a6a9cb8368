import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { daily, temporaryFolder, update } from '../../fixtures.ts';
import { notingDisk } from '../noting-disk.ts';
import { fallibleDisk } from '../power-loss.ts';
import { rounds } from '../../../needs.ts';

let root: string;
let remove: () => Promise<void>;
beforeEach(async () => ({ path: root, remove } = await temporaryFolder()));
afterEach(() => remove());

const of = (ticker: string, day = '2026-02-27') =>
  update([daily(day)], { series: { ticker, interval: '1d' } });
const folderOf = (ticker: string): string => `bars/interval=1d/ticker=${ticker}/period=all`;
const fileOf = (ticker: string): string => `${folderOf(ticker)}/bars.parquet`;
const above = (ticker: string): string[] => [folderOf(ticker), `bars/interval=1d/ticker=${ticker}`];

/** More than a tick of any clock of files here. */
const aTick = (): Promise<void> => setTimeout(30);

/** Steps of some work that are about folders. */
async function folderSteps(steps: string[], work: () => Promise<unknown>): Promise<string[]> {
  steps.length = 0;
  await work();
  return steps.filter((step) => /^(mkdir|syncdir) /.test(step));
}

describe('a writer', () => {
  it('flushes a folder above once, and the one of the file each time', async () => {
    const steps: string[] = [];
    const store = openParquetStore(root, notingDisk(root, steps));
    const lease = await store.acquire();
    expect(await folderSteps(steps, () => store.upsert(of('A')))).toEqual([
      `mkdir ${folderOf('A')}`,
      ...[...above('A'), 'bars/interval=1d', 'bars', '.'].map((path) => `syncdir ${path}`),
    ]);
    expect(await folderSteps(steps, () => store.upsert(of('B')))).toEqual([
      `mkdir ${folderOf('B')}`,
      ...[...above('B'), 'bars/interval=1d'].map((path) => `syncdir ${path}`),
    ]);
    expect(await folderSteps(steps, () => store.upsert(of('A', '2026-03-02')))).toEqual([
      `syncdir ${folderOf('A')}`,
    ]);
    await lease.release();
  });

  it('relies on the folders of files that were there before it, in whatever thread', async () => {
    await openParquetStore(root).upsert(of('A'));
    await (await openParquetStore(root).acquire()).release();
    await aTick();
    const lease = await openParquetStore(root).acquire();
    const steps: string[] = [];
    const other = openParquetStore(root, notingDisk(root, steps));
    expect(await folderSteps(steps, () => other.upsert(of('A', '2026-03-02')))).toEqual([
      `syncdir ${folderOf('A')}`,
    ]);
    await lease.release();
  });

  it('does not rely on what another thread put in place a moment ago', async () => {
    const lease = await openParquetStore(root).acquire();
    await aTick();
    await openParquetStore(root).upsert(of('A'));
    const steps: string[] = [];
    const other = openParquetStore(root, notingDisk(root, steps));
    const synced = await folderSteps(steps, () => other.upsert(of('A', '2026-03-02')));
    expect(synced.filter((step) => step.startsWith('syncdir'))).toEqual(
      [...above('A'), 'bars/interval=1d', 'bars', '.'].map((path) => `syncdir ${path}`),
    );
    await lease.release();
  });

  it('relies on nothing while it does not hold the lock', async () => {
    const steps: string[] = [];
    const store = openParquetStore(root, notingDisk(root, steps));
    await store.upsert(of('A'));
    await aTick();
    const lease = await store.acquire();
    await store.upsert(of('A', '2026-03-02'));
    await lease.release();
    for (const day of ['2026-03-03', '2026-03-04']) {
      const synced = await folderSteps(steps, () => store.upsert(of('A', day)));
      expect(synced.at(-1)).toBe('syncdir .');
    }
  });

  it('makes a folder again that was removed under it, and flushes it', async () => {
    const steps: string[] = [];
    const store = openParquetStore(root, notingDisk(root, steps));
    const lease = await store.acquire();
    await store.upsert(of('A'));
    await rm(join(root, 'bars/interval=1d/ticker=A'), { recursive: true });
    expect(await folderSteps(steps, () => store.upsert(of('A')))).toEqual([
      `mkdir ${folderOf('A')}`,
      ...[...above('A'), 'bars/interval=1d'].map((path) => `syncdir ${path}`),
    ]);
    await lease.release();
  });
});

describe('the writer after one that did not let go in good order', () => {
  it('flushes the folders of what that one put in place, before it is the writer', async () => {
    const store = openParquetStore(root);
    const first = await store.acquire();
    await store.upsert(of('OLD'));
    await first.release();
    await aTick();
    const dead = await store.acquire();
    await store.upsert(of('YOUNG'));
    dead.noteTrouble();
    await dead.release();
    const steps: string[] = [];
    const next = openParquetStore(root, notingDisk(root, steps));
    let lease: Awaited<ReturnType<typeof store.acquire>> | undefined;
    const synced = await folderSteps(steps, async () => (lease = await next.acquire()));
    for (const path of [...above('YOUNG'), 'bars/interval=1d', 'bars', '.'])
      expect(synced).toContain(`syncdir ${path}`);
    expect(synced.join()).not.toContain('OLD');
    await lease?.release();
  });

  it('is one too if the disk fails it, and if it dies before it has flushed them', async () => {
    const store = openParquetStore(root);
    await writeFile(join(root, '.lock'), '{"pid":1,"host":"h","command":"c"}\n');
    await store.upsert(of('A'));
    await aTick();
    const failing = openParquetStore(root, {
      ...DISK,
      syncDirectory: async (path) => {
        if (path.includes('period')) throw Object.assign(new Error('EIO'), { code: 'EIO', syscall: 'fsync' });
        await DISK.syncDirectory(path);
      },
    });
    for (let i = 0; i < 2; i++)
      await expect(failing.acquire()).rejects.toMatchObject({ code: 'store-unusable' });
    const steps: string[] = [];
    const next = openParquetStore(root, notingDisk(root, steps));
    await (await next.acquire()).release();
    expect(steps).toContain(`syncdir ${folderOf('A')}`);
    steps.length = 0;
    await (await next.acquire()).release();
    expect(steps).not.toContain(`syncdir ${folderOf('A')}`);
  });

  it('is one if a commit failed', async () => {
    const store = openParquetStore(root);
    const lease = await store.acquire();
    await mkdir(join(root, fileOf('A')), { recursive: true });
    await expect(store.upsert(of('A'))).rejects.toMatchObject({ code: 'store-unusable' });
    await lease.release();
    expect(await readFile(join(root, '.lock'), 'utf8')).not.toBe('released\n');
  });
});

describe('what was acknowledged', () => {
  const commands = fc.array(
    fc.record({
      ticker: fc.constantFrom('A', 'B', 'C'),
      thread: fc.nat(1),
      ends: fc.oneof(
        { weight: 6, arbitrary: fc.constant('nothing' as const) },
        fc.constantFrom('release' as const, 'die' as const),
      ),
      after: fc.nat(14),
    }),
    { minLength: 1, maxLength: 14 },
  );

  it('survives a power loss, whoever wrote, died or began anew', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const { path, remove: removeIt } = await temporaryFolder();
        const disk = fallibleDisk(path);
        const open = () => [openParquetStore(path, disk), openParquetStore(path, disk)] as const;
        let threads = open();
        let lease = await threads[0].acquire();
        for (const { ticker, thread, ends, after } of list) {
          if (ends === 'die') disk.dieAfter(after);
          const acknowledged = await threads[thread]?.upsert(of(ticker)).then(
            () => true,
            () => false,
          );
          if (acknowledged) expect(disk.lost(join(path, fileOf(ticker)))).toEqual([]);
          if (ends === 'nothing') continue;
          disk.dieAfter(Number.POSITIVE_INFINITY);
          if (ends === 'die') lease.noteTrouble();
          await lease.release();
          threads = open();
          lease = await threads[0].acquire();
          // What a run finds it takes for stored.
          for (const { series } of (await threads[1].scan()).series.values())
            expect(disk.lost(join(path, fileOf(series.ticker)))).toEqual([]);
        }
        await lease.release();
        await removeIt();
      }),
      { numRuns: rounds(60) },
    );
  });
});
