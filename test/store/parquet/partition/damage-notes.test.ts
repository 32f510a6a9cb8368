import {
  copyFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Series, UNKNOWN_IDENTITY } from '../../../../src/core/bars/bars.ts';
import { BackfillError } from '../../../../src/core/errors.ts';
import { HeldDays } from '../../../../src/store/parquet/beside/held-days.ts';
import { DISK } from '../../../../src/store/parquet/files/disk.ts';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { actionsPath, barsPath, revisionsPath } from '../../../../src/store/parquet/files/layout.ts';
import { stampAt } from '../../../../src/store/parquet/files/stamp.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { notingDamage } from '../../../../src/store/parquet/partition/damage-notes.ts';
import { partitionSaid } from '../../../../src/store/parquet/partition/said.ts';
import { ScanCache } from '../../../../src/store/parquet/partition/scan-cache.ts';
import { scanStore } from '../../../../src/store/parquet/scan.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import type { Scan, SetAside } from '../../../../src/store/scan.ts';
import { AAPL, absence, coverage, daily, days, NOON, temporaryFolder, update } from '../../fixtures.ts';
import { ownWords } from '../own-words.ts';
import { tellActions } from '../../told-actions.ts';

const MSFT: Series = { ticker: 'MSFT', interval: '1d' };
const BARS = [daily('2026-02-26'), daily('2026-02-27')];
const DAYS = days('2026-02-26', '2026-02-28');
const LEARNED = coverage({ present: [DAYS] });
const SPLIT = { kind: 'split', exDay: 20_510, ratio: 4 } as const;

const FILE = barsPath({ series: AAPL, period: 'all' });
const ACTIONS = actionsPath('AAPL');
const REVISIONS = revisionsPath({ series: AAPL, period: 'all' });
const REASON = { reason: expect.stringMatching(/./), ticker: 'AAPL', interval: '1d' };
const ROTTEN = { path: FILE, ...REASON, held: [DAYS] };

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  await store.upsert(update([daily('2026-02-26', { close: 100.5 })], { learned: LEARNED }));
  for (const series of [AAPL, MSFT]) await store.upsert(update(BARS, { series, learned: LEARNED }));
  await tellActions(store, 'AAPL', [SPLIT], DAYS, 'sample', NOON);
});
afterEach(() => remove());

/** Spoils the first rows of a file, and leaves its footer alone. */
async function rot(path: string): Promise<void> {
  const bytes = await readFile(join(root, path));
  bytes.fill(0xff, 4, 60);
  await writeFile(join(root, path), bytes);
}

/** Reads the bars, which are damaged. */
async function meet(): Promise<void> {
  await expect(store.readBars(AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
}

/** Files with what they held, where that is known. */
function withHeld(files: readonly SetAside[] = [], { held }: Scan): object[] {
  return files.map((file) => ({ ...file, ...(held?.has(file.path) && { held: held.get(file.path) }) }));
}

async function told(): Promise<object[]> {
  const scan = await openParquetStore(root).scan();
  return withHeld(scan.setAside, scan);
}

async function toldToWriter(): Promise<object[]> {
  const lease = await store.acquire();
  try {
    const scan = await store.scan();
    return withHeld(scan.setAside, scan);
  } finally {
    await lease.release();
  }
}

async function notes(): Promise<string[]> {
  return readdir(join(root, 'damaged')).catch(() => []);
}

/** Those that are not of files that lie in quarantine. */
async function notesOfReadings(): Promise<string[]> {
  const texts = (await notes()).map((name) => readFile(join(root, 'damaged', name), 'utf8'));
  return (await Promise.all(texts)).filter((text) => !text.includes('aside'));
}

async function query(sql: string): Promise<void> {
  await store.query(sql, { mode: 'none', asOf: undefined }, async ({ blocks }) => {
    for await (const _ of blocks());
  });
}

/** A cache that knows the bars as they lie there. */
async function remembered(): Promise<ScanCache> {
  const cache = new ScanCache();
  const said = partitionSaid(2, JSON.parse(await ownWords(join(root, FILE))) as Record<string, unknown>);
  cache.remember({ path: FILE, version: (await openFolder(root).version(FILE)) ?? '', ...said });
  return cache;
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

describe('a partition that was set aside', () => {
  const LOST = {
    path: FILE,
    reason: expect.stringContaining('in quarantine'),
    ticker: 'AAPL',
    interval: '1d',
    held: [DAYS],
  };
  const [FIRST, LAST] = [days('2026-02-26', '2026-02-27'), days('2026-02-27', '2026-02-28')];

  async function lost(): Promise<object[]> {
    const scan = await openParquetStore(root).scan();
    return withHeld(scan.lost, scan);
  }

  it.each<[string, () => Promise<unknown>]>([
    ['a scan', async () => [await meet(), await toldToWriter()]],
    ['an upsert', () => store.upsert(update(BARS, { learned: LEARNED }))],
    ['the doctor', () => store.examine({ now: NOON, fix: true })],
  ])('by %s is lost until all that it held is known again', async (_, set) => {
    await rot(FILE);
    await set().catch(() => undefined);
    for (const __ of [1, 2]) {
      expect(await toldToWriter()).toEqual([]);
      expect(await lost()).toEqual([LOST]);
    }
    expect((await openParquetStore(root).scan({ tickers: ['MSFT'] })).lost).toEqual([]);
    expect((await openParquetStore(root).scan({ intervals: ['5m'] })).lost).toEqual([]);
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    expect(await toldToWriter()).toEqual([]);
    expect(await lost()).toEqual([{ ...LOST, held: [FIRST] }]);
    // That there was nothing is known too.
    await store.upsert(update([], { learned: coverage({ absent: [absence(FIRST)] }) }));
    expect(await lost()).toEqual([]);
    expect(await toldToWriter()).toEqual([]);
    expect(await notes()).toEqual([]);
    // On purpose.
    await store.forget(AAPL);
    expect(await lost()).toEqual([]);
  });

  it('is lost with what its place held since, where that is damaged too', async () => {
    await rot(FILE);
    await meet();
    await toldToWriter();
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    for (const path of [ACTIONS, 'scan.cache']) await rm(join(root, path), { force: true });
    await truncate(join(root, FILE), 20);
    expect(await told()).toEqual([ROTTEN]);
    expect(await lost()).toEqual([]);
    await toldToWriter();
    expect(await lost()).toEqual([LOST]);
  });

  it('held what its last scan knew, where its end is gone', async () => {
    await rm(join(root, ACTIONS));
    await (await remembered()).save(openFolder(root));
    await truncate(join(root, FILE), 20);
    expect(await told()).toEqual([ROTTEN]);
    await toldToWriter();
    expect(await lost()).toEqual([LOST]);
  });

  it('held not what another hand wrote into its end', async () => {
    await rm(join(root, ACTIONS));
    await rot(FILE);
    const bytes = await readFile(join(root, FILE));
    bytes.write('1999', bytes.indexOf('"present":[["2026') + '"present":[["'.length);
    await writeFile(join(root, FILE), bytes);
    await meet();
    const { held: _, ...unknown } = ROTTEN;
    expect(await told()).toEqual([unknown]);
  });

  it('held what was known from its first bar to its last, but for what a plan did not reach', async () => {
    const present = [days('2026-02-19', '2026-02-20'), DAYS];
    const absent = [
      absence(days('2026-02-17', '2026-02-19'), { reason: 'pre-listing' }),
      absence(days('2026-02-23', '2026-02-24')),
      absence(days('2026-02-24', '2026-02-25'), { reason: 'plan-limited' }),
      absence(days('2026-03-02', '2026-03-03')),
    ];
    const bars = [daily('2026-02-19'), ...BARS];
    await store.upsert(update(bars, { series: MSFT, learned: coverage({ present, absent }) }));
    const held = await new HeldDays(openFolder(root)).of(barsPath({ series: MSFT, period: 'all' }));
    expect(held).toEqual([present[0], days('2026-02-23', '2026-02-24'), DAYS]);
  });

  it('held what splits were asked for, where nothing else tells', async () => {
    await rm(join(root, 'scan.cache'), { force: true });
    await truncate(join(root, FILE), 20);
    expect(await told()).toEqual([ROTTEN]);
  });

  it('is lost until all that it can have held is known, where nobody knows what that was', async () => {
    for (const path of [ACTIONS, 'scan.cache']) await rm(join(root, path), { force: true });
    await truncate(join(root, FILE), 20);
    await utimes(join(root, FILE), 1_772_200_000, 1_772_200_000);
    await toldToWriter();
    const { held: _, ...unknown } = { ...LOST, reason: expect.stringContaining('nobody knows') };
    expect(await lost()).toEqual([unknown]);
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }) }));
    expect(await lost()).toEqual([unknown]);
    await store.forget(AAPL, LAST);
    expect(await lost()).toEqual([unknown]);
    await store.upsert(update(BARS, { learned: LEARNED }));
    expect(await lost()).toEqual([unknown]);
    // Whoever asked for more than there was has it all.
    await store.upsert(
      update([], { learned: coverage({ absent: [absence(days('2026-02-25', '2026-02-26'))] }) }),
    );
    expect(await lost()).toEqual([]);
  });

  it('is lost from the first listed day on, where nobody knows more', async () => {
    for (const path of [ACTIONS, 'scan.cache']) await rm(join(root, path), { force: true });
    await truncate(join(root, FILE), 20);
    await utimes(join(root, FILE), 1_772_200_000, 1_772_200_000);
    await toldToWriter();
    const identity = { ...UNKNOWN_IDENTITY, firstTrade: DAYS.from };
    await store.upsert(update(BARS.slice(1), { learned: coverage({ present: [LAST] }), identity }));
    expect(await lost()).toHaveLength(1);
    await store.upsert(update(BARS, { learned: LEARNED, identity }));
    expect(await lost()).toEqual([]);
  });

  it('is lost no longer once it is given up, or gone from quarantine too', async () => {
    for (const give of [
      async () => void (await store.forget(AAPL)),
      async () => rm(join(root, 'quarantine'), { recursive: true }),
    ]) {
      await store.upsert(update(BARS, { learned: LEARNED }));
      await truncate(join(root, FILE), 20);
      await toldToWriter();
      expect(await lost()).toEqual([LOST]);
      await store.forget(AAPL, days('2026-02-26', '2026-02-27'));
      await store.forget(MSFT);
      expect(await lost()).toEqual([{ ...LOST, held: [LAST] }]);
      await give();
      expect(await lost()).toEqual([]);
    }
  });

  it('is none while a writer that died had not moved it yet', async () => {
    await rot(FILE);
    await meet();
    const renameUnlessKilled = (from: string, to: string): Promise<void> =>
      to.includes('quarantine') ? Promise.reject(new Error('killed')) : DISK.rename(from, to);
    const stopped = openParquetStore(root, { ...DISK, rename: renameUnlessKilled });
    const lease = await stopped.acquire();
    await expect(stopped.scan()).rejects.toThrow('killed');
    await lease.release();
    expect(await lost()).toEqual([]);
    expect(await told()).toEqual([ROTTEN]);
    expect(await toldToWriter()).toEqual([ROTTEN]);
    expect(await lost()).toEqual([LOST]);
  });

  it('of splits is lost for all series of the ticker, and of revisions not', async () => {
    for (const path of [ACTIONS, REVISIONS]) await rot(path);
    await store.examine({ now: NOON, fix: true });
    expect(await store.listSetAside()).toHaveLength(2);
    expect(await lost()).toEqual([{ ...LOST, path: ACTIONS, interval: null, held: [DAYS] }]);
    expect((await openParquetStore(root).scan({ intervals: ['5m'] })).lost).toHaveLength(1);
    expect((await openParquetStore(root).scan({ tickers: ['MSFT'] })).lost).toEqual([]);
    await tellActions(store, 'AAPL', [], LAST, 'sample', NOON);
    expect(await lost()).toEqual([{ ...LOST, path: ACTIONS, interval: null, held: [FIRST] }]);
    await store.forgetActions('AAPL', DAYS);
    await store.forgetActions('MSFT');
    expect(await lost()).toHaveLength(1);
    await store.forgetActions('AAPL');
    expect(await lost()).toEqual([]);
  });

  it('of splits is lost no longer once those of all stored daily bars are known', async () => {
    await rot(ACTIONS);
    await store.examine({ now: NOON, fix: true });
    await tellActions(store, 'AAPL', [], FIRST, 'sample', NOON);
    expect(await lost()).toHaveLength(1);
    await tellActions(store, 'AAPL', [SPLIT], LAST, 'sample', NOON);
    expect(await lost()).toEqual([]);
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
