import { lstat, mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import { openParquetStore } from '../../src/store/parquet/index.ts';
import type { BarStore } from '../../src/store/store.ts';
import { AAPL, NOON, coverage, daily, days, temporaryFolder, update } from '../store/fixtures.ts';

const LEARNED = coverage({ present: [days('2026-02-26', '2026-02-28')] });
const BARS = [daily('2026-02-26'), daily('2026-02-27')];
const OURS = 'bars/interval=1d/ticker=AAPL';
const FILE = `${OURS}/period=all/bars.parquet`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let root = '';
let store: BarStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  root = join(folder.path, 'store');
  store = openParquetStore(root);
  for (const ticker of ['AAPL', 'MSFT'])
    await store.upsert(update(BARS, { series: { ticker, interval: '1d' }, learned: LEARNED }));
});
afterEach(() => folder.remove());

const history = () => openHistory({ store: root, clock: () => NOON });
const damages = async (fix: boolean) =>
  (await history().doctor({ fix })).damages.map(({ path, mended }) => [path, mended]);

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await symlink(target, join(root, path));
}

/** A folder of somebody else's. */
async function foreign(name: string): Promise<string> {
  const path = join(folder.path, name);
  await mkdir(join(path, 'period=all'), { recursive: true });
  await writeFile(join(path, 'notes.txt'), 'mine');
  return path;
}

/** Links that lead to what is not their own, by what they are. */
const STRAY: readonly (readonly [what: string, path: string, target: () => string | Promise<string>])[] = [
  ['another interval', 'bars/interval=1h', () => 'interval=1d'],
  ['another ticker', 'bars/interval=1d/ticker=ALIA', () => 'ticker=AAPL'],
  ['the ticker at another interval', 'bars/interval=5m/ticker=AAPL', () => join(root, OURS)],
  [
    'the period of another ticker',
    'bars/interval=1d/ticker=ALIA/period=all',
    () => '../ticker=AAPL/period=all',
  ],
  [
    'a folder of its name elsewhere in the store',
    'bars/interval=1h/ticker=AAPL',
    () => `../interval=1d/ticker=AAPL`,
  ],
  ['a folder of somebody else', 'bars/interval=1d/ticker=USER', () => foreign('user')],
];

describe.each(STRAY)('a link in the store to %s', (_, path, target) => {
  let bytes: Buffer;
  beforeEach(async () => {
    bytes = await readFile(join(root, FILE));
    await link(await target(), path);
  });
  /** What is really there is as it was. */
  const expectWhole = async (): Promise<void> => {
    expect(await readFile(join(root, FILE))).toEqual(bytes);
    // Where an interval is such a link, nothing is read before it is gone.
    const scan = await store.scan().catch((error: Error) => error);
    if (scan instanceof Error)
      expect(scan.message).toMatch(/doctor --fix moves it.*interval=1h: it is a link to another folder/);
    else expect(scan.series.get('AAPL 1d')?.rows).toBe(2);
    const user = join(folder.path, 'user');
    const theirs: string[] = await readdir(user).catch(() => []);
    expect(theirs.length === 0 || theirs.includes('notes.txt')).toBe(true);
  };

  it('is named by the doctor, and moved as a link', async () => {
    expect(await damages(false)).toEqual([[path, false]]);
    await expectWhole();
    expect(await damages(true)).toEqual([[path, true]]);
    await expectWhole();
    expect(await lstat(join(root, path)).catch(() => 'gone')).toBe('gone');
    expect(await damages(false)).toEqual([]);
  });

  it('leads no writer to what it points at', async () => {
    const ticker = /ticker=(\w+)/.exec(path)?.[1] ?? 'AAPL';
    const interval = (/interval=(\w+)/.exec(path)?.[1] ?? '1d') as '1d' | '1h' | '5m';
    const series = { ticker, interval };
    await history()
      .forget(ticker, { intervals: [interval] })
      .catch(() => undefined);
    await expectWhole();
    const lease = await store.acquire().catch(() => undefined);
    if (interval === '1d')
      await store.upsert(update(BARS.slice(1), { series, learned: LEARNED })).catch(() => undefined);
    await lease?.release();
    await expectWhole();
    await history()
      .rename('AAPL', ticker === 'AAPL' ? 'NEWA' : ticker, { on: '2026-02-28' })
      .catch(() => undefined);
    // Where the rename was refused, nothing went; else it is all under the new name.
    await history().doctor({ fix: true });
    const { series: known } = await openParquetStore(root).scan();
    const rows = [...known.values()].reduce((sum, one) => sum + one.rows, 0);
    expect(rows).toBeGreaterThanOrEqual(4);
  });
});

it('a series of a store may lie on another disk, under its own name', async () => {
  const elsewhere = join(folder.path, 'disk', 'ticker=AAPL');
  await mkdir(dirname(elsewhere));
  await rename(join(root, OURS), elsewhere);
  await symlink(elsewhere, join(root, OURS));
  expect(await damages(true)).toEqual([]);
  await store.upsert(update([daily('2026-02-27', { close: 101 })], { series: AAPL, fetchedAt: NOON + 1 }));
  expect((await lstat(join(root, OURS))).isSymbolicLink()).toBe(true);
  expect((await history().read(AAPL)).map(({ close }) => close)).toEqual([BARS[0]?.close, 101]);
});
