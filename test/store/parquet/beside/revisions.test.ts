import { copyFile, mkdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Series } from '../../../../src/core/bars/bars.ts';
import { encodeRevisions } from '../../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { barsPath, revisionsPath } from '../../../../src/store/parquet/files/layout.ts';
import { findRevisions } from '../../../../src/library/issues.ts';
import type { BarStore, SeriesUpdate } from '../../../../src/store/store.ts';
import { AAPL, AAPL_5M, at, coverage, daily, days, NOON, temporaryFolder, update } from '../../fixtures.ts';
import { notingDisk } from '../noting-disk.ts';
import { ownWords } from '../own-words.ts';
import { rowsIn } from '../../rows.ts';

const LEARNED = coverage({ present: [days('2026-02-26', '2026-02-28')] });
const FILE = revisionsPath({ series: AAPL, period: 'all' });

/** Version `n` of two sessions, all of them final. */
function version(n: number, series: Series = AAPL): SeriesUpdate {
  const bars = ['2026-02-26', '2026-02-27'].map((date) =>
    daily(date, { close: 100 + n / 2, fetchedAt: NOON + n }),
  );
  return update(bars, { series, learned: LEARNED, fetchedAt: NOON + n });
}

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  await store.upsert(version(0));
});
afterEach(() => remove());

const path = (): string => join(root, FILE);
const closes = async (): Promise<number[]> => (await rowsIn(store, AAPL)).map(({ close }) => close);
const pairs = async (series = AAPL): Promise<[number, number][]> =>
  (await store.readRevisions(series)).map(({ before, after }) => [before.close, after.close]);

describe('a commit with revisions', () => {
  it('has them durable before it touches the bars', async () => {
    const steps: string[] = [];
    await openParquetStore(root, notingDisk(root, steps)).upsert(version(1));
    const folder = dirname(FILE);
    const bars = dirname(barsPath({ series: AAPL, period: 'all' }));
    const renamed = steps.indexOf(`rename ${folder}/.revisions.tmp`);
    const durable = steps.indexOf(`syncdir ${folder}`, renamed);
    expect(steps.indexOf(`fsync ${folder}/.revisions.tmp`)).toBeLessThan(renamed);
    expect(renamed).toBeGreaterThan(0);
    expect(durable).toBeGreaterThan(renamed);
    expect(steps.indexOf(`create ${bars}/.bars.tmp`)).toBeGreaterThan(durable);
  });

  it('that dies anywhere loses no old value, and its repetition records none twice', async () => {
    const steps: string[] = [];
    const twin = await temporaryFolder();
    const other = openParquetStore(twin.path, notingDisk(twin.path, steps));
    await openParquetStore(twin.path).upsert(version(0));
    await other.upsert(version(1));
    await twin.remove();
    expect(steps.length).toBeGreaterThan(15);
    for (let n = 1; n <= steps.length; n++) {
      const series = { ticker: `DIES${n}`, interval: '1d' } as const;
      await store.upsert(version(0, series));
      const dying = openParquetStore(root, notingDisk(root, [], n));
      await expect(dying.upsert(version(1, series))).rejects.toMatchObject({ code: 'store-unusable' });
      const [bar] = await rowsIn(store, series);
      const kept = await pairs(series);
      if (bar?.close !== 100) expect(kept).toContainEqual([100, 100.5]);
      await store.upsert(version(1, series));
      expect(await pairs(series)).toEqual([
        [100, 100.5],
        [100, 100.5],
      ]);
      expect((await store.readRevisions(series))[0]?.after.fetchedAt).toBe(NOON + 1);
    }
  });

  it('that died keeps the first record of what it is when it is repeated later', async () => {
    const dying = openParquetStore(root, notingDisk(root, [], 12));
    await expect(dying.upsert(version(1))).rejects.toThrow('EIO');
    expect(await pairs()).toHaveLength(2);
    expect(await closes()).toEqual([100, 100]);
    const { ino } = await stat(path());
    const { bars } = version(1);
    const later = { ...bars, fetchedAt: bars.fetchedAt.map(() => NOON + 99) };
    expect(await store.upsert({ ...version(1), bars: later })).toMatchObject({ changed: 2, revised: 2 });
    expect((await stat(path())).ino).toBe(ino);
    expect((await store.readRevisions(AAPL)).map(({ after }) => after.fetchedAt)).toEqual([
      NOON + 1,
      NOON + 1,
    ]);
  });

  it('that died and is repeated with yet other values records these in their place', async () => {
    const dying = openParquetStore(root, notingDisk(root, [], 12));
    await expect(dying.upsert(version(1))).rejects.toThrow('EIO');
    await store.upsert(version(2));
    expect(await pairs()).toEqual([
      [100, 101],
      [100, 101],
    ]);
  });

  it('that died before it came to the bars is told as no change until it is repeated', async () => {
    await store.upsert(version(1));
    const dying = openParquetStore(root, notingDisk(root, [], 12));
    await expect(dying.upsert(version(2))).rejects.toThrow('EIO');
    const told = async (): Promise<[number, number][]> =>
      (await findRevisions(store, {})).map(({ before, after }) => [before.close, after.close]);
    expect([await closes(), (await pairs()).length]).toEqual([[100.5, 100.5], 4]);
    expect(await told()).toEqual([
      [100, 100.5],
      [100, 100.5],
    ]);
    await store.upsert(version(2));
    expect(await told()).toHaveLength(4);
  });

  it('of several partitions keeps each in its own', async () => {
    const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
    const learned = coverage({ present: [days('2025-12-31', '2026-01-03')] });
    await store.upsert(update(bars, { series: AAPL_5M, learned }));
    const changed = bars.map((bar) => ({ ...bar, close: 101.5 }));
    await store.upsert(update(changed, { series: AAPL_5M, learned }));
    for (const period of ['2025', '2026']) {
      const bytes = await readFile(join(root, revisionsPath({ series: AAPL_5M, period })), 'latin1');
      expect(bytes).toContain(`"period":"${period}","rows":1,"digest":"`);
    }
  });

  it('is refused if its file does not read back as it was written', async () => {
    const disk = notingDisk(root, []);
    let stale: Uint8Array | undefined;
    const lossy = openParquetStore(root, {
      ...disk,
      async create(file) {
        const made = await disk.create(file);
        if (!file.includes('.revisions.')) return made;
        return { ...made, write: (content) => made.write(stale ?? (stale = content)) };
      },
    });
    await lossy.upsert(version(1));
    await expect(lossy.upsert(version(2))).rejects.toThrow(`${FILE} does not read back`);
    expect(await closes()).toEqual([100.5, 100.5]);
  });
});

describe.each<[string, () => Promise<void>, string]>([
  ['text', () => writeFile(path(), 'replaced,bars\n'), ''],
  ['cut short', async () => truncate(path(), (await stat(path())).size - 20), ''],
  [
    "another ticker's",
    async () => {
      const series = { ticker: 'MSFT', interval: '1d' } as const;
      for (const n of [0, 1]) await store.upsert(version(n, series));
      await copyFile(join(root, revisionsPath({ series, period: 'all' })), path());
    },
    'by its own knowledge it is of ticker MSFT',
  ],
  [
    'of changed rows',
    async () => {
      const [first, ...rest] = await store.readRevisions(AAPL);
      if (first === undefined) throw new Error('no revision');
      const metadata = await ownWords(path());
      const rotten = { ...first, after: { ...first.after, volume: 3 } };
      await writeFile(path(), encodeRevisions([rotten, ...rest], metadata));
    },
    'its rows are not those that were written',
  ],
])('a file of revisions that is %s', (_, damage, reason) => {
  beforeEach(async () => {
    await store.upsert(version(1));
    await damage();
  });

  it('is a store-corrupt error with its path to who reads it, and is left alone', async () => {
    expect((await store.scan()).setAside).toEqual([]);
    await expect(store.readRevisions(AAPL)).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await expect(store.readRevisions(AAPL)).rejects.toThrow(`${FILE} is damaged: ${reason}`);
    expect(await store.listSetAside()).toEqual([]);
  });

  it('is set aside by an upsert that adds to it, which says so and writes nothing', async () => {
    const bytes = await readFile(path());
    const upsert = store.upsert(version(2));
    await expect(upsert).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await expect(upsert).rejects.toThrow(
      /in quarantine now; the replaced values in it are lost to queries; run the same backfill again$/,
    );
    expect(await closes()).toEqual([100.5, 100.5]);
    const [aside = '', ...more] = await store.listSetAside();
    expect(more).toEqual([]);
    expect(aside).toMatch(
      /^quarantine\/revisions\/interval=1d\/ticker=AAPL\/period=all\/revisions\.parquet\./,
    );
    expect(await readFile(join(root, aside))).toEqual(bytes);
    expect(await store.upsert(version(2))).toMatchObject({ revised: 2 });
    expect(await pairs()).toEqual([
      [100.5, 101],
      [100.5, 101],
    ]);
  });

  it("is in nobody's way who does not add to it", async () => {
    expect(await store.upsert(version(1))).toMatchObject({ changed: 0 });
    expect(await store.listSetAside()).toEqual([]);
  });
});

describe('a file of revisions', () => {
  it('without a word of its own is read, and added to', async () => {
    await store.upsert(version(1));
    await writeFile(path(), encodeRevisions(await store.readRevisions(AAPL), 'nonsense'));
    expect(await pairs()).toHaveLength(2);
    await store.upsert(version(2));
    expect(await pairs()).toHaveLength(4);
  });

  it('in a folder of none of ours is passed over', async () => {
    const foreign = join(root, 'revisions/interval=5m/ticker=AAPL/period=all/revisions.parquet');
    await mkdir(dirname(foreign), { recursive: true });
    await writeFile(foreign, 'foreign');
    expect(await store.readRevisions(AAPL_5M)).toEqual([]);
  });
});
