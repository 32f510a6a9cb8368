import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../../src/core/session/day.ts';
import { rename } from '../../../../src/library/rename.ts';
import { undoRename } from '../../../../src/library/undo-rename.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import type { Blobs } from '../../../../src/store/parquet/files/blobs.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { openScanCache, type ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { scanStore } from '../../../../src/store/parquet/scan.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { engineOf } from '../../../library/engine-of.ts';
import { LONG_RUNS, sampled } from '../../../needs.ts';
import { AAPL, coverage, days, NOON, temporaryFolder, update } from '../../fixtures.ts';
import { rotRows } from '../../rot.ts';
import { notingDisk } from '../noting-disk.ts';
import {
  ACTIONS,
  afterTick,
  BARS,
  copyBack,
  DAILY,
  DAYS,
  goneIn,
  holdCached,
  lostIn,
  MINUTES,
  notesIn,
  remember,
  writerScans,
} from './cached.ts';

let root: string;
let removes: (() => Promise<void>)[] = [];

async function folder(): Promise<string> {
  const { path, remove } = await temporaryFolder();
  removes.push(remove);
  return path;
}
beforeEach(async () => {
  root = await folder();
  await holdCached(root);
});
afterEach(async () => {
  for (const remove of removes) await remove();
  removes = [];
});

const ALL = days('2000-01-01', '2027-01-01');
const RENAME = { from: 'AAPL', to: 'HEIR', start: null, end: parseDay('2026-12-01') };

async function locked(store: BarStore, work: () => Promise<unknown>): Promise<void> {
  const lease = await store.acquire();
  try {
    await work();
  } finally {
    await lease.release();
  }
}

interface Taking {
  readonly what: string;
  readonly take: (store: BarStore) => Promise<unknown>;
  readonly prepare?: () => Promise<unknown>;
}

const renamed = (store: BarStore): Promise<unknown> =>
  rename(engineOf(store), RENAME, { keepNew: true, at: NOON });

/** All that takes a file of data away, in every way that it can go. */
const TAKINGS: readonly Taking[] = [
  { what: 'bars, forgotten', take: (store) => locked(store, () => store.forget(AAPL)) },
  { what: 'minutes, forgotten', take: (store) => locked(store, () => store.forget(MINUTES, ALL)) },
  { what: 'splits, forgotten', take: (store) => locked(store, () => store.forgetActions('AAPL')) },
  {
    what: 'a ticker, kept and forgotten',
    take: (store) =>
      locked(store, async () => {
        await store.scan();
        await store.keepForgotten({ series: [AAPL], actionsOf: ['AAPL'], at: NOON });
        await store.forget(AAPL);
        await store.forgetActions('AAPL');
      }),
  },
  { what: 'a ticker, renamed', take: renamed },
  {
    what: 'a ticker, whose rename is taken back',
    take: (store) => undoRename(engineOf(store), RENAME),
    prepare: async () => {
      await renamed(openParquetStore(root));
      await remember(root);
    },
  },
  {
    what: 'damaged bars, by a scan',
    take: (store) => locked(store, () => store.scan()),
    prepare: () => truncate(join(root, DAILY), 9),
  },
  {
    what: 'damaged splits, by the doctor',
    take: (store) => store.examine({ now: NOON, fix: true }),
    prepare: () => rotRows(join(root, ACTIONS)),
  },
  {
    what: 'damaged bars, by who writes on top of them',
    take: (store) => locked(store, () => store.upsert(update(BARS)).catch(onlyDamage)),
    prepare: () => rotRows(join(root, DAILY)),
  },
];

function onlyDamage(error: unknown): void {
  if (!(error instanceof Error && error.message.includes('in quarantine now'))) throw error;
}

describe('what we take away ourselves is not gone', () => {
  it.each(TAKINGS)('$what: nor where we die at whatever step of the disk', async ({ take, prepare }) => {
    await prepare?.();
    const before = await folder();
    await copyBack(root, before);
    // Versions are of the copy: the cache tells of the same paths.
    const cache = await readFile(join(root, 'scan.cache'));
    const steps: string[] = [];
    await take(openParquetStore(root, notingDisk(root, steps)));
    expect(steps.some((step) => /^(remove|rename) (bars|actions)/.test(step))).toBe(true);
    expect(await goneIn(root)).toEqual([]);
    // A step that changes no name leaves what the one before it left.
    const telling = steps.flatMap((step, i) => (/^(remove|rename|mkdir|syncdir) /.test(step) ? [i + 1] : []));
    // One of four, but for the long form: those that follow each other leave much the same.
    const tried = [...sampled(telling.slice(0, -1), 4, take.toString()), ...telling.slice(-1)];
    for (const n of tried) {
      await copyBack(before, root);
      await take(openParquetStore(root, notingDisk(root, [], n))).catch(() => undefined);
      await writeFile(join(root, 'scan.cache'), cache);
      expect(await goneIn(root), `step ${n}: ${steps[n - 1]}`).toEqual([]);
      await writerScans(root);
      expect(await goneIn(root), `step ${n}, by a writer`).toEqual([]);
      await take(openParquetStore(root)).catch(() => undefined);
      await writeFile(join(root, 'scan.cache'), cache);
      expect(await goneIn(root), `step ${n}, done again`).toEqual([]);
    }
  });

  it('where the writer himself looks in between', async () => {
    let looks = 0;
    const store: BarStore = openParquetStore(root, {
      ...DISK,
      remove: async (path) => {
        if (path.endsWith('bars.parquet')) looks += (await store.scan()).lost?.length === 0 ? 1 : 0;
        await DISK.remove(path);
      },
    });
    await locked(store, () => store.forget(AAPL));
    expect(looks).toBe(1);
    expect(await goneIn(root)).toEqual([]);
  });

  it('where a writer cannot read the cache meanwhile', async () => {
    const cache = await readFile(join(root, 'scan.cache'));
    await openParquetStore(root).forget(AAPL);
    await afterTick();
    await rm(join(root, 'scan.cache'));
    await mkdir(join(root, 'scan.cache'));
    await writerScans(root);
    await rm(join(root, 'scan.cache'), { recursive: true });
    await writeFile(join(root, 'scan.cache'), cache);
    expect(await goneIn(root)).toEqual([]);
  });

  it('while its loss is given up, at whatever step: it is lost still, or it is not', async () => {
    await rm(join(root, DAILY));
    await writerScans(root);
    const before = await folder();
    await copyBack(root, before);
    const steps: string[] = [];
    await openParquetStore(root, notingDisk(root, steps)).forget(AAPL);
    const told = new Set<number>();
    for (let n = 1; n <= steps.length; n++) {
      await copyBack(before, root);
      await openParquetStore(root, notingDisk(root, [], n))
        .forget(AAPL)
        .catch(() => undefined);
      told.add((await lostIn(root)).length);
      await openParquetStore(root).forget(AAPL);
      expect(await lostIn(root), `step ${n}`).toEqual([]);
    }
    expect([...told]).toEqual([1, 0]);
  });

  it('however long ago somebody who holds no lock has read the cache', async () => {
    const store = openParquetStore(root);
    const blobs = openFolder(root, DISK);
    const cache = await openScanCache(blobs, Number.POSITIVE_INFINITY);
    await store.forget(AAPL);
    await remember(root);
    for (const name of await notesIn(root)) await rm(join(root, 'damaged', name));
    const { lost } = await scanStore(blobs, {}, { mayMove: false, openCache: async () => cache });
    expect(lost).toEqual([]);
  });

  it('to whoever looks just when it has come back and goes once more', async () => {
    const store = openParquetStore(root);
    await store.forget(AAPL);
    const blobs = openFolder(root, DISK);
    let isFirst = true;
    const version: Blobs['version'] = async (path) => {
      if (!isFirst || !path.endsWith('.taken')) return blobs.version(path);
      isFirst = false;
      for (const name of await notesIn(root)) await rm(join(root, 'damaged', name));
      const found = await blobs.version(path);
      await store.upsert(update(BARS, { learned: coverage({ present: [DAYS] }) }));
      await store.forget(AAPL);
      return found;
    };
    const own: Partial<Blobs> = { version, survey: async () => looking };
    const looking = new Proxy(blobs, {
      get: (_, name: keyof Blobs) => {
        const member = own[name] ?? blobs[name];
        return typeof member === 'function' ? member.bind(blobs) : member;
      },
    });
    const openCache = (): Promise<ScanCache | undefined> => openScanCache(blobs, Number.POSITIVE_INFINITY);
    const { lost } = await scanStore(looking, {}, { mayMove: false, openCache });
    expect([isFirst, lost]).toEqual([false, []]);
  });

  it('to whoever looks while it goes and comes back', async () => {
    const store = openParquetStore(root);
    const writing = { isOver: false };
    const write = async (): Promise<void> => {
      for (let i = 0; i < (LONG_RUNS ? 40 : 15); i++)
        await locked(store, async () => {
          await store.scan();
          await store.forget(AAPL);
          await store.upsert(update(BARS, { learned: coverage({ present: [DAYS] }) }));
        });
      writing.isOver = true;
    };
    let looks = 0;
    const look = async (): Promise<void> => {
      for (; !writing.isOver; looks++) expect(await goneIn(root)).toEqual([]);
    };
    await Promise.all([write(), look(), look()]);
    expect(looks).toBeGreaterThan(10);
  });
});

describe('that we took a file away', () => {
  it('is known no longer once there is another in its place, which can be lost', async () => {
    const store = openParquetStore(root);
    await locked(store, () => store.forget(AAPL));
    expect(await notesIn(root)).toHaveLength(1);
    await locked(store, () => store.upsert(update(BARS, { learned: coverage({ present: [DAYS] }) })));
    expect(await notesIn(root)).toEqual([]);
    await rm(join(root, DAILY));
    expect(await goneIn(root)).toEqual([DAILY]);
  });

  it('is known as long as the cache on the disk tells of it, and not much longer', async () => {
    const store = openParquetStore(root);
    const cache = await readFile(join(root, 'scan.cache'));
    await locked(store, () => store.forget(AAPL));
    await afterTick();
    for (const _ of [1, 2]) {
      await writeFile(join(root, 'scan.cache'), cache);
      await writerScans(root);
      expect(await notesIn(root)).toHaveLength(1);
    }
    await writerScans(root);
    expect(await notesIn(root)).toEqual([]);
    expect(await goneIn(root)).toEqual([]);
  });

  it('is no damage', async () => {
    const store = openParquetStore(root);
    await store.forget(AAPL);
    expect(await store.hasDamage()).toBe(false);
    expect((await store.examine({ now: NOON })).damages).toEqual([]);
  });
});
