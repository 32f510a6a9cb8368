import { copyFile, mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { BackfillError } from '../../../../src/core/errors.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { notingDamage } from '../../../../src/store/parquet/partition/damage-notes.ts';
import { scanStore } from '../../../../src/store/parquet/scan.ts';
import { AAPL, NOON, update } from '../../fixtures.ts';
import {
  beginStored,
  ACTIONS,
  BARS,
  DAYS,
  FILE,
  LEARNED,
  meet,
  notes,
  REASON,
  remembered,
  REVISIONS,
  root,
  rot,
  ROTTEN,
  store,
  told,
  toldToWriter,
  withHeld,
} from './noted-store.ts';

beginStored();

/** Those that are not of files that lie in quarantine, or that we took away. */
async function notesOfReadings(): Promise<string[]> {
  const found = (await notes()).filter((name) => name.endsWith('.json'));
  const texts = found.map((name) => readFile(join(root, 'damaged', name), 'utf8'));
  return (await Promise.all(texts)).filter((text) => !text.includes('aside'));
}

async function query(sql: string): Promise<void> {
  await store.query(sql, { mode: 'none', asOf: undefined }, async ({ blocks }) => {
    for await (const _ of blocks());
  });
}

describe('a file that a reading found damaged where no footer tells', () => {
  it.each<[string, string, () => Promise<unknown>]>([
    ['bars, read', FILE, () => store.readBars(AAPL)],
    ['bars, read to be written on top of', FILE, () => store.edit(AAPL, DAYS)],
    ['bars, asked for in SQL', FILE, () => query('FROM bars')],
    ['bars, made a view of', FILE, () => store.views({ mode: 'none', asOf: undefined })],
    ['bars, examined', FILE, () => store.examine({ now: NOON })],
    ['splits, read', ACTIONS, () => store.readActions('AAPL')],
    ['splits, read with what bars tell', ACTIONS, () => store.readActionBook('AAPL')],
    ['splits, asked for in SQL', ACTIONS, () => query('FROM actions')],
    ['splits, examined', ACTIONS, () => store.examine({ now: NOON })],
    ['revisions, read', REVISIONS, () => store.readRevisions(AAPL)],
    ['revisions, asked for in SQL', REVISIONS, () => query('FROM revisions')],
    ['revisions, examined', REVISIONS, () => store.examine({ now: NOON })],
  ])('is told by the next scan: %s', async (_, path, read) => {
    await rot(path);
    expect(await told()).toEqual([]);
    await read().catch(() => undefined);
    const [file, ...more] = await told();
    expect(more).toEqual([]);
    expect(file).toMatchObject({ path, ticker: 'AAPL', reason: expect.stringMatching(/./) });
    expect(file).not.toHaveProperty('isLeft');
    expect(await store.listSetAside()).toEqual([]);
  });

  it('is told again and again, and its sessions are not there, until a writer sets it aside', async () => {
    await rot(FILE);
    await meet();
    await meet();
    expect(await notes()).toHaveLength(1);
    for (const _ of [1, 2]) {
      const scan = await openParquetStore(root).scan();
      expect(withHeld(scan.setAside, scan)).toEqual([ROTTEN]);
      expect([...scan.series.keys()]).toEqual(['MSFT 1d']);
    }
    expect(await toldToWriter()).toEqual([ROTTEN]);
    expect(await store.listSetAside()).toHaveLength(1);
    expect(await toldToWriter()).toEqual([]);
    await store.upsert(update(BARS, { learned: LEARNED }));
    expect(await toldToWriter()).toEqual([]);
    expect(await notes()).toEqual([]);
    expect([...(await store.scan()).series.keys()]).toEqual(['AAPL 1d', 'MSFT 1d']);
  });

  it('is not believed by a cache that knows it as it is', async () => {
    await rot(FILE);
    const cache = await remembered();
    const blobs = openFolder(root);
    const scan = () => scanStore(blobs, {}, { mayMove: false, openCache: () => Promise.resolve(cache) });
    expect((await scan()).setAside).toEqual([]);
    await meet();
    const found = await scan();
    expect(withHeld(found.setAside, found)).toEqual([ROTTEN]);
  });

  it('is left out of a scan of other tickers and intervals, and not forgotten by it', async () => {
    await rot(REVISIONS);
    await store.readRevisions(AAPL).catch(() => undefined);
    const lease = await store.acquire();
    for (const options of [{ tickers: ['MSFT'] }, { intervals: ['5m'] as const }])
      expect((await store.scan(options)).setAside).toEqual([]);
    expect((await store.scan({ tickers: ['AAPL'], intervals: ['1d'] })).setAside).toEqual([
      { path: REVISIONS, ...REASON, isRevisions: true },
    ]);
    await lease.release();
    expect(await store.readRevisions(AAPL)).toEqual([]);
  });
});

describe('what was found of a file', () => {
  beforeEach(async () => {
    await copyFile(join(root, FILE), join(root, 'sound'));
    await rot(FILE);
    await meet();
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is replaced', () => rename(join(root, 'sound'), join(root, FILE))],
    ['is written over', () => copyFile(join(root, 'sound'), join(root, FILE))],
    ['is gone', () => rm(join(root, FILE))],
    ['is another by its times', () => utimes(join(root, FILE), 1, 1)],
    ['was moved by the doctor', () => store.examine({ now: NOON, fix: true })],
  ])('means nothing once it %s, and goes with the next scan of a writer', async (_, change) => {
    await change();
    expect(await told()).toEqual([]);
    expect(await toldToWriter()).toEqual([]);
    expect(await notesOfReadings()).toEqual([]);
  });
});

it('a file that is sound after all is not moved, and what was found of it is taken back', async () => {
  const file = { version: (await openFolder(root).version(FILE)) ?? '' };
  const misread = (): Promise<void> =>
    notingDamage(openFolder(root), FILE, file, async () => {
      throw new BackfillError('store-corrupt', 'the memory of this machine is failing');
    });
  await expect(misread()).rejects.toMatchObject({ code: 'store-corrupt' });
  expect(await notes()).toHaveLength(1);
  expect(await told()).toEqual([]);
  expect(await toldToWriter()).toEqual([]);
  expect((await store.scan()).series.size).toBe(2);
  expect(await notes()).toEqual([]);
});

it('what is no damage is not noted', async () => {
  const file = { version: (await openFolder(root).version(FILE)) ?? '' };
  const fail = (): Promise<void> =>
    notingDamage(openFolder(root), FILE, file, async () => {
      throw new BackfillError('usage', 'no');
    });
  await expect(fail()).rejects.toMatchObject({ code: 'usage' });
  expect(await notes()).toEqual([]);
});

it('who may not write beside the store reads as before', async () => {
  await writeFile(join(root, 'damaged'), 'in the way');
  await rot(FILE);
  await meet();
  expect(await told()).toEqual([]);
  expect(await toldToWriter()).toEqual([]);
});

it('what is no note is passed over, and goes once it is old', async () => {
  await mkdir(join(root, 'damaged'));
  for (const name of ['x.json', '.x.1-0-0.tmp', 'strange.txt'])
    await writeFile(join(root, 'damaged', name), '{"path":"../../etc/passwd","version":"1.2.3.4"}');
  expect(await toldToWriter()).toEqual([]);
  // Somebody may be writing it.
  expect(await notes()).toHaveLength(3);
  const later = ((await stampAt(join(root, 'damaged', 'x.json')))?.changed ?? 0n) + 10_000_000_000n;
  const blobs = openFolder(root, DISK, later);
  await scanStore(blobs, {}, { mayMove: true, openCache: () => Promise.resolve(undefined) });
  expect(await notes()).toEqual(['strange.txt']);
});
