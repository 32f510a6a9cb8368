import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionEntry } from '../../../../src/core/actions/action-book.ts';
import { encodeActions } from '../../../../src/store/parquet/codec/encode.ts';
import { openParquetStore } from '../../../../src/store/parquet/index.ts';
import { actionsPath } from '../../../../src/store/parquet/files/layout.ts';
import type { BarStore } from '../../../../src/store/store.ts';
import { days, NO_DAYS, NOON, temporaryFolder } from '../../fixtures.ts';
import { unsealedWords } from '../own-words.ts';
import { tellActions } from '../../told-actions.ts';

const SPLIT = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
const YEAR = days('2020-01-02', '2021-01-01');
const FILE = actionsPath('AAPL');

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  await tellActions(store, 'AAPL', [SPLIT], YEAR, 'sample', NOON);
});
afterEach(() => remove());

const path = (): string => join(root, FILE);
const covered = async (): Promise<unknown> => (await store.scan()).actions.get('AAPL');

/** What `tellActions` is told, but for where. */
type Told = Parameters<typeof tellActions> extends [BarStore, ...infer Rest] ? Rest : never;

describe('an answer', () => {
  const writes = async (...answer: Told): Promise<boolean> => {
    const { ino } = await stat(path());
    await tellActions(store, ...answer);
    return (await stat(path())).ino !== ino;
  };

  it('that says nothing new is not written', async () => {
    expect(await writes('AAPL', [SPLIT], YEAR, 'other', NOON + 1)).toBe(false);
    expect(await writes('AAPL', [], days('2020-06-01', '2020-07-01'), 'other', NOON + 1)).toBe(false);
    expect(await writes('AAPL', [], NO_DAYS, 'other', NOON + 1)).toBe(false);
  });

  it('that only reaches into a week-end is not written', async () => {
    // 2026-02-27 is a Friday.
    await tellActions(store, 'AAPL', [], days('2026-02-23', '2026-03-02'), 'sample', NOON);
    expect(await writes('AAPL', [], days('2026-02-25', '2026-02-28'), 'sample', NOON + 1)).toBe(false);
  });

  it('with another value of its own source, or of one more day, is written', async () => {
    expect(await writes('AAPL', [{ ...SPLIT, ratio: 5 }], YEAR, 'other', NOON + 1)).toBe(false);
    expect(await writes('AAPL', [{ ...SPLIT, ratio: 5 }], YEAR, 'sample', NOON + 1)).toBe(true);
    expect(await writes('AAPL', [], days('2021-01-04', '2021-01-05'), 'other', NOON + 1)).toBe(true);
  });

  it('without an action makes a file without rows', async () => {
    await tellActions(store, 'MSFT', [], YEAR, 'sample', NOON);
    expect((await stat(join(root, actionsPath('MSFT')))).size).toBeGreaterThan(0);
  });
});

describe.each<[string, () => Promise<void>]>([
  ['damaged', () => writeFile(path(), 'damaged')],
  ['cut short', async () => writeFile(path(), (await readFile(path())).subarray(0, -10))],
])('a file of corporate actions that is %s', (_, damage) => {
  beforeEach(() => damage());

  it('is reported and left alone by a reader', async () => {
    await expect(store.readActions('AAPL')).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    const scan = await store.scan();
    expect(scan.setAside).toEqual([
      { path: FILE, reason: expect.stringMatching(/./), ticker: 'AAPL', interval: null },
    ]);
    expect(scan.actions.has('AAPL')).toBe(false);
    expect(await quarantined()).toEqual([]);
  });

  it('is moved to quarantine by the scan of a writer', async () => {
    const lock = await store.acquire();
    expect((await store.scan()).setAside).toHaveLength(1);
    await lock.release();
    expect(await quarantined()).toEqual([expect.stringContaining(`${FILE}.`)]);
    expect((await store.scan()).setAside).toEqual([]);
  });
});

describe('a file of corporate actions', () => {
  it('with broken rows behind a sound footer is set aside when it is merged into, and nothing is written', async () => {
    const bytes = await readFile(path());
    bytes.fill(0xff, 4, 30);
    await writeFile(path(), bytes);
    expect(await covered()).toEqual([YEAR]);
    const merge = tellActions(store, 'AAPL', [], days('2021-01-04', '2021-01-05'), 'sample', NOON);
    await expect(merge).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await expect(merge).rejects.toThrow(/splits and dividends in it are missing until the same backfill/);
    expect(await quarantined()).toHaveLength(1);
    expect(await covered()).toBeUndefined();
  });

  /** Writes rows with the knowledge that the file has, changed, as an older version had it: without a seal. */
  async function rewrite(
    rows: readonly ActionEntry[],
    change: (json: Record<string, unknown>) => object,
  ): Promise<void> {
    await writeFile(path(), encodeActions(rows, JSON.stringify(change(await unsealedWords(path())))));
  }

  const row: ActionEntry = { action: SPLIT, source: 'sample', fetchedAt: NOON };
  const rotten: ActionEntry = { ...row, action: { ...SPLIT, ratio: 5 } };

  it.each<[string, () => Promise<unknown>]>([
    ['merged into', () => tellActions(store, 'AAPL', [], days('2021-01-04', '2021-01-05'), 'sample', NOON)],
    ['forgotten in part', () => store.forgetActions('AAPL', days('2020-01-02', '2020-01-03'))],
  ])('whose rows are not those that were written is set aside when it is %s', async (_, write) => {
    await rewrite([rotten], (json) => json);
    expect(await covered()).toEqual([YEAR]);
    await expect(store.readActions('AAPL')).rejects.toThrow('its rows are not those that were written');
    expect(await quarantined()).toEqual([]);
    await expect(write()).rejects.toThrow(/splits and dividends in it are missing until the same backfill/);
    expect(await quarantined()).toHaveLength(1);
  });

  it.each<[string, (json: Record<string, unknown>) => object]>([
    ['states no digest, as older ones', (json) => ({ ...json, digest: undefined })],
    ['has knowledge of other rows', (json) => ({ ...json, rows: 2 })],
  ])('that %s is read as it is', async (_, change) => {
    await rewrite([rotten], change);
    expect(await store.readActions('AAPL')).toEqual([rotten.action]);
  });

  it('goes when it holds nothing any more, and stays while it holds anything', async () => {
    expect(await store.forgetActions('AAPL', { from: SPLIT.exDay, to: SPLIT.exDay + 1 })).toBe(1);
    expect((await stat(path())).size).toBeGreaterThan(0);
    await store.forgetActions('AAPL', YEAR);
    await expect(stat(path())).rejects.toThrow('ENOENT');
    await tellActions(store, 'AAPL', [SPLIT], NO_DAYS, 'sample', NOON);
    await store.forgetActions('AAPL', days('2020-01-02', '2020-02-03'));
    expect(await store.readActions('AAPL')).toEqual([SPLIT]);
  });

  it.each([
    ['after all that is known', days('2021-01-04', '2022-01-03')],
    ['of no day', { from: SPLIT.exDay, to: SPLIT.exDay }],
  ])('is not written where a range %s is forgotten', async (_, range) => {
    const { ino } = await stat(path());
    await store.forgetActions('AAPL', range);
    expect((await stat(path())).ino).toBe(ino);
  });

  it('that is gone leaves nothing known', async () => {
    await rm(path());
    expect(await covered()).toBeUndefined();
  });

  it.each([
    ['of a store from before there was any', { version: 1 }],
    ['that is no JSON', 'nonsense'],
    ['of another version', { version: 4, ticker: 'AAPL', covered: [['2020-01-02', '2021-01-01']], rows: 1 }],
    [
      'of another number of rows',
      { version: 1, ticker: 'AAPL', covered: [['2020-01-02', '2021-01-01']], rows: 2 },
    ],
    [
      'with an impossible date',
      { version: 1, ticker: 'AAPL', covered: [['2020-02-30', '2021-01-01']], rows: 1 },
    ],
    ['without ranges', { version: 1, ticker: 'AAPL', rows: 1 }],
  ])('with knowledge %s keeps its rows and proves no ex-date', async (_, knowledge) => {
    const rows = [{ action: SPLIT, source: 'sample', fetchedAt: NOON }];
    const text = typeof knowledge === 'string' ? knowledge : JSON.stringify(knowledge);
    await mkdir(dirname(path()), { recursive: true });
    await writeFile(path(), encodeActions(rows, text));
    expect(await covered()).toEqual([]);
    expect(await store.readActions('AAPL')).toEqual([SPLIT]);
    await tellActions(store, 'AAPL', [], YEAR, 'sample', NOON);
    expect(await covered()).toEqual([YEAR]);
    expect(await store.readActions('AAPL')).toEqual([SPLIT]);
  });
});

async function quarantined(): Promise<string[]> {
  const names = await readdir(join(root, 'quarantine'), { recursive: true }).catch(() => []);
  return names.filter((name) => name.includes('.parquet.'));
}
