import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFolder } from '../../../src/store/parquet/files/folder.ts';
import type { Bar, Series } from '../../../src/core/bars/bars.ts';
import { openParquetStore } from '../../../src/store/parquet/index.ts';
import { actionsPath, barsPath } from '../../../src/store/parquet/files/layout.ts';
import { setAside } from '../../../src/store/parquet/beside/quarantine.ts';
import type { BarStore } from '../../../src/store/store.ts';
import type { SeriesState } from '../../../src/store/scan.ts';
import {
  AAPL,
  AAPL_5M,
  absence,
  at,
  coverage,
  daily,
  days,
  NOON,
  temporaryFolder,
  update,
} from '../fixtures.ts';
import { unsealedWords } from './own-words.ts';
import { fileOf, rowsIn } from '../rows.ts';

const BARS = [daily('2026-02-26'), daily('2026-02-27')];
const LEARNED = coverage({
  present: [days('2026-02-26', '2026-02-28')],
  absent: [absence(days('2026-02-25', '2026-02-26'))],
});
const SPLIT = { kind: 'split', exDay: 18_505, ratio: 4 } as const;
const AAPL_FILE = barsPath({ series: AAPL, period: 'all' });

let root: string;
let store: BarStore;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ path: root, remove } = await temporaryFolder());
  store = openParquetStore(root);
  await store.upsert(update(BARS, { learned: LEARNED }));
  await store.upsert(update(BARS, { series: { ticker: 'MSFT', interval: '1d' }, learned: LEARNED }));
});
afterEach(() => remove());

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
}

async function stateOf(series: Series): Promise<SeriesState | undefined> {
  return (await store.scan()).series.get(`${series.ticker} ${series.interval}`);
}

/** Damages the rows of a file behind its footer. */
async function breakRows(path: string): Promise<void> {
  const bytes = await readFile(join(root, path));
  bytes.fill(0xff, 4, 60);
  await writeFile(join(root, path), bytes);
}

/** Expects a call to fail with one line that says what was damaged, where it went and how what it held comes back. */
async function expectSetAside(call: Promise<unknown>, path: string, holds: string): Promise<void> {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
  expect(String(error)).toMatch(/^[^\n]+$/);
  expect(String(error)).toContain(`${path} is damaged: `);
  expect(String(error)).toContain(
    `in quarantine now; the ${holds} in it are missing until the same backfill is run again`,
  );
}

const DAMAGES: [string, (path: string) => Promise<void>][] = [
  ['empty', (path) => truncate(path, 0)],
  ['cut in its footer', async (path) => truncate(path, (await readFile(path)).length - 20)],
  ['cut in its rows', (path) => truncate(path, 100)],
  ['text', (path) => writeFile(path, 'ts,open\n2026-02-27,100\n')],
  [
    'zeros, as a power loss leaves them',
    async (path) => writeFile(path, new Uint8Array((await readFile(path)).length)),
  ],
  [
    'a broken footer',
    async (path) => {
      const bytes = await readFile(path);
      bytes.fill(0xff, bytes.length - 200, bytes.length - 8);
      await writeFile(path, bytes);
    },
  ],
  [
    'Parquet of something else',
    async (path) => {
      const other = parquetWriteBuffer({ columnData: [{ name: 'ts', data: ['x'], type: 'STRING' }] });
      await writeFile(path, new Uint8Array(other));
    },
  ],
];

describe.each(DAMAGES)('a partition that is %s', (_, damage) => {
  beforeEach(() => damage(join(root, AAPL_FILE)));

  it('is reported and left alone by a reader, and the rest is scanned', async () => {
    const scan = await store.scan();
    expect([...scan.series.keys()]).toEqual(['MSFT 1d']);
    expect(scan.setAside).toEqual([
      { path: AAPL_FILE, reason: expect.stringMatching(/./), ticker: 'AAPL', interval: '1d' },
    ]);
    expect(await filesBelow('quarantine')).toEqual([]);
  });

  it('is moved to quarantine by the scan of a writer, once', async () => {
    const bytes = await readFile(join(root, AAPL_FILE));
    const lock = await store.acquire();
    expect((await store.scan()).setAside).toHaveLength(1);
    expect((await store.scan()).setAside).toEqual([]);
    await lock.release();
    const [kept = '', ...more] = await filesBelow('quarantine');
    expect(more).toEqual([]);
    expect(kept).toMatch(
      /^quarantine\/bars\/interval=1d\/ticker=AAPL\/period=all\/bars\.parquet\.\d{8}T\d{6}Z-1$/,
    );
    expect(await readFile(join(root, kept))).toEqual(bytes);
  });

  it('is a store-corrupt error, with its path, to who reads its bars', async () => {
    await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await expect(rowsIn(store, AAPL)).rejects.toThrow(AAPL_FILE);
  });

  it('is set aside by an upsert, which says so and writes nothing; the next one starts afresh', async () => {
    const learned = coverage({ present: [days('2026-02-27', '2026-02-28')] });
    const answer = update(BARS.slice(1), { learned });
    await expectSetAside(store.upsert(answer), AAPL_FILE, 'sessions');
    expect(await filesBelow('quarantine')).toHaveLength(1);
    expect([...(await store.scan()).series.keys()]).toEqual(['MSFT 1d']);
    expect(await store.upsert(answer)).toMatchObject({ inserted: 1 });
    expect((await stateOf(AAPL))?.coverage).toEqual(learned);
  });

  it('is set aside by forgetting, which says so', async () => {
    await expectSetAside(store.forget(AAPL, days('2026-02-27', '2026-02-28')), AAPL_FILE, 'sessions');
    expect(await filesBelow('quarantine')).toHaveLength(1);
    expect(await store.forget(AAPL)).toBe(0);
  });
});

describe('quarantine', () => {
  it('lists the damaged files that it holds, and no rejected rows', async () => {
    await store.quarantine(AAPL, [{ row: {}, reason: 'none' }], 'sample', NOON);
    for (const path of [AAPL_FILE, actionsPath('MSFT')]) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), 'damaged');
    }
    const lock = await store.acquire();
    await store.scan();
    await lock.release();
    expect(await store.listSetAside()).toEqual([
      expect.stringMatching(/^quarantine\/actions\/ticker=MSFT\/actions\.parquet\.\d{8}T\d{6}Z-1$/),
      expect.stringMatching(/^quarantine\/bars\/interval=1d\/ticker=AAPL\/period=all\/bars\.parquet\./),
    ]);
  });

  it.each([
    ['text', 'nonsense'],
    ['an empty file', ''],
    ['no object', 'null'],
    ['of another ticker', { ticker: 'MSFT' }],
    ['of another interval', { interval: '5m' }],
    ['without a time', { fetchedAt: 'noon' }],
    ['without a source', { source: null }],
    ['without rows', { rows: {} }],
    ['with a row without a reason', { rows: [{ row: {} }] }],
  ])('names a record of rejected rows that is %s, and reads the others', async (_, content) => {
    for (const fetchedAt of [NOON, NOON + 1000])
      await store.quarantine(AAPL, [{ row: {}, reason: 'none' }], 'sample', fetchedAt);
    const path = 'quarantine/rows/interval=1d/ticker=AAPL/20260302T120000Z-1.json';
    const sound: unknown = JSON.parse(await readFile(join(root, path), 'utf8'));
    const text = typeof content === 'string' ? content : JSON.stringify({ ...(sound as object), ...content });
    await writeFile(join(root, path), text);
    await writeFile(join(root, dirname(path), 'notes.txt'), 'of another hand');
    const lock = await store.acquire();
    const { records, unreadable } = await store.readRejected();
    await lock.release();
    expect(records.map(({ fetchedAt }) => fetchedAt)).toEqual([NOON + 1000]);
    expect(unreadable).toEqual([
      { path, reason: expect.stringContaining('no record of rejected rows'), ...AAPL },
    ]);
    expect(await readFile(join(root, path), 'utf8')).toBe(text);
  });

  it('keeps every damaged version, also of the same second', async () => {
    for (const text of ['first', 'second', 'third']) {
      await writeFile(join(root, AAPL_FILE), text);
      await expectSetAside(store.upsert(update(BARS)), AAPL_FILE, 'sessions');
    }
    const kept = await Promise.all(
      (await filesBelow('quarantine')).map((path) => readFile(join(root, path), 'utf8')),
    );
    expect(kept.toSorted()).toEqual(['first', 'second', 'third']);
  });

  it('takes a partition with sound footer and broken rows when the rows are needed', async () => {
    await breakRows(AAPL_FILE);
    expect((await store.scan()).setAside).toEqual([]);
    await expectSetAside(store.upsert(update(BARS.slice(1))), AAPL_FILE, 'sessions');
    await store.upsert(update(BARS.slice(1)));
    expect(await rowsIn(store, AAPL)).toEqual(BARS.slice(1));
    expect(await filesBelow('quarantine')).toHaveLength(1);
  });

  it('takes every damaged partition of an answer, and the sound ones stay as they were', async () => {
    const years = ['2024-12-31T14:30Z', '2025-06-02T14:30Z', '2026-01-02T14:30Z'].map((instant) =>
      at(instant),
    );
    await store.upsert(update(years, { series: AAPL_5M }));
    const of = (period: string): string => barsPath({ series: AAPL_5M, period });
    await breakRows(of('2025'));
    await breakRows(of('2026'));
    const changed = years.map((bar) => ({ ...bar, close: 101.5 }));
    const upsert = store.upsert(update(changed, { series: AAPL_5M }));
    await expect(upsert).rejects.toThrow(of('2026'));
    await expectSetAside(upsert, of('2025'), 'sessions');
    expect(await filesBelow('quarantine')).toHaveLength(2);
    expect(await rowsIn(store, AAPL_5M)).toEqual(years.slice(0, 1));
  });

  it('takes a damaged partition from forgetting, which forgets nothing of the sound ones', async () => {
    const years = [at('2025-06-02T14:30Z'), at('2026-01-02T14:30Z')];
    await store.upsert(update(years, { series: AAPL_5M }));
    const damaged = barsPath({ series: AAPL_5M, period: '2026' });
    await breakRows(damaged);
    await expectSetAside(store.forget(AAPL_5M), damaged, 'sessions');
    expect(await rowsIn(store, AAPL_5M)).toEqual(years.slice(0, 1));
    expect(await store.forget(AAPL_5M)).toBe(1);
  });

  it('never takes a file that a writer has put in place of the damaged one meanwhile', async () => {
    const damaged = await openFolder(root).written(AAPL_FILE);
    await store.upsert(update([daily('2026-03-02')]));
    await setAside(openFolder(root), AAPL_FILE, damaged);
    expect(await rowsIn(store, AAPL)).toHaveLength(3);
    expect(await filesBelow('quarantine')).toEqual([]);
  });

  it('takes a partition whose rows do not ascend', async () => {
    await writeFile(join(root, AAPL_FILE), fileOf(BARS.toReversed(), '{}'));
    await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
  });

  it('holds rejected rows with where they came from, one file a call', async () => {
    const rows = [{ row: { close: 'NaN' }, reason: 'close is not a number' }];
    await store.quarantine(AAPL, rows, 'sample', NOON);
    await store.quarantine(AAPL, rows, 'sample', NOON);
    const folder = 'quarantine/rows/interval=1d/ticker=AAPL';
    expect((await filesBelow('quarantine')).toSorted()).toEqual([
      `${folder}/20260302T120000Z-1.json`,
      `${folder}/20260302T120000Z-2.json`,
    ]);
    expect(JSON.parse(await readFile(join(root, folder, '20260302T120000Z-1.json'), 'utf8'))).toEqual({
      ticker: 'AAPL',
      interval: '1d',
      source: 'sample',
      fetchedAt: '2026-03-02T12:00:00.000Z',
      rows,
    });
  });
});

it('passes over what other hands put into the tree', async () => {
  const foreign = [
    'bars/notes.txt',
    'bars/interval=2d/ticker=X/period=all/bars.parquet',
    'bars/interval=1d/ticker=A%41/period=all/bars.parquet',
    'bars/interval=1d/.DS_Store',
    'bars/interval=5m/ticker=AAPL/period=all/bars.parquet',
    'bars/interval=5m/ticker=AAPL/period=20x6/bars.parquet',
    'bars/interval=1d/ticker=AAPL/period=all/bars.parquet.bak',
  ];
  for (const path of foreign) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), 'foreign');
  }
  const lock = await store.acquire();
  const scan = await store.scan();
  await lock.release();
  expect([...scan.series.keys()]).toEqual(['AAPL 1d', 'MSFT 1d']);
  expect(scan.setAside).toEqual([]);
  for (const path of foreign) expect(await readFile(join(root, path), 'utf8')).toBe('foreign');
});

it("reports a folder in a partition's place and leaves it there", async () => {
  await mkdir(join(root, barsPath({ series: { ticker: 'DIR', interval: '1d' }, period: 'all' })), {
    recursive: true,
  });
  const lock = await store.acquire();
  const scan = await store.scan();
  await lock.release();
  expect(scan.series.size).toBe(2);
  expect(scan.setAside).toMatchObject([{ path: expect.stringContaining('ticker=DIR') }]);
  expect(await filesBelow('quarantine')).toEqual([]);
});

describe('rows that are not those that were written', () => {
  /** Writes other rows with the knowledge of the file, as an older version had it, perhaps changed. */
  async function rot(
    bars: readonly Bar[],
    change: (json: Record<string, unknown>) => object = (json) => json,
  ): Promise<void> {
    const metadata = JSON.stringify(change(await unsealedWords(join(root, AAPL_FILE))));
    await writeFile(join(root, AAPL_FILE), fileOf(bars, metadata));
  }
  const [first = daily('2026-02-26'), second = daily('2026-02-27')] = BARS;
  const REASON = 'its rows are not those that were written';

  it.each<[string, Partial<Bar>]>([
    ['price', { close: 101.000_000_000_000_01 }],
    ['volume', { volume: 0 }],
    ['number of trades', { trades: 0 }],
    ['source', { source: 'other' }],
    ['time', { fetchedAt: NOON + 1 }],
  ])('are told by a changed %s from sound ones', async (_, values) => {
    await rot([first, { ...second, ...values }]);
    await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt', ticker: 'AAPL' });
    await expect(store.readBars(AAPL)).rejects.toThrow(`${AAPL_FILE} is damaged: ${REASON}`);
  });

  it('never pass into a new version of the file', async () => {
    const rotten = [first, { ...second, close: 101.5 }];
    for (const write of [
      () => store.upsert(update([daily('2026-03-02')])),
      () => store.forget(AAPL, days('2026-02-26', '2026-02-27')),
    ]) {
      await store.upsert(update(BARS, { learned: LEARNED }));
      await rot(rotten);
      await expectSetAside(write(), AAPL_FILE, 'sessions');
    }
    expect(await store.listSetAside()).toHaveLength(2);
  });

  it('are no matter to a scan, which reads no rows', async () => {
    await rot([first, { ...second, close: 101.5 }]);
    expect((await store.scan()).setAside).toEqual([]);
    expect(await stateOf(AAPL)).toMatchObject({ coverage: LEARNED });
  });

  it('are found also where the rest of the knowledge is malformed', async () => {
    await rot([first, { ...second, close: 101.5 }], (json) => ({ ...json, absent: 'nonsense' }));
    await expect(rowsIn(store, AAPL)).rejects.toThrow(REASON);
  });

  it.each<[string, (json: Record<string, unknown>) => object]>([
    ['states no digest, as older ones', (json) => ({ ...json, digest: undefined })],
    ['has knowledge of another number of rows', (json) => ({ ...json, rows: 3 })],
    ['has knowledge of another version', (json) => ({ ...json, version: 4 })],
  ])('are accepted of a file that %s', async (_, change) => {
    const bars = [first, { ...second, close: 101.5 }];
    await rot(bars, change);
    expect(await rowsIn(store, AAPL)).toEqual(bars);
  });
});

describe('knowledge that cannot be trusted is rebuilt from the rows', () => {
  /** As the file has it. */
  const CLAIM = {
    ...{ reason: 'vendor-empty', provider: 'sample', attempts: 1, nextRetryAt: null },
    checkedAt: new Date(NOON).toISOString(),
  };
  const rebuilt = {
    coverage: coverage({ present: LEARNED.present }),
    rows: 2,
    fetchedAt: null,
    calendar: 'XNYS',
  };

  /** Writes the same rows with other knowledge, as an older version had it: without a seal. */
  async function rewrite(change: (json: Record<string, unknown>) => unknown): Promise<void> {
    const changed = change(await unsealedWords(join(root, AAPL_FILE)));
    await writeFile(
      join(root, AAPL_FILE),
      fileOf(BARS, typeof changed === 'string' ? changed : JSON.stringify(changed)),
    );
  }

  it('but not if it is as it was', async () => {
    await rewrite((json) => json);
    expect(await stateOf(AAPL)).toMatchObject({ coverage: LEARNED, fetchedAt: NOON });
  });

  it('but not if it is of the first version, in which an absence was the word of one provider', async () => {
    const first = { from: '2026-02-25', to: '2026-02-26', ...CLAIM };
    await rewrite((json) => ({ ...json, version: 1, absent: [first] }));
    const known = absence(days('2026-02-25', '2026-02-26'), { reason: 'vendor-empty' });
    expect(await stateOf(AAPL)).toMatchObject({
      coverage: { ...LEARNED, absent: [known] },
      fetchedAt: NOON,
    });
  });

  it('and is put in order if its ranges are not', async () => {
    const present = [
      ['2026-02-27', '2026-02-28'],
      ['2026-02-26', '2026-02-28'],
    ];
    await rewrite((json) => ({ ...json, present }));
    expect(await stateOf(AAPL)).toMatchObject({ coverage: LEARNED, fetchedAt: NOON });
  });

  it.each<[string, (json: Record<string, unknown>) => unknown]>([
    ['no JSON', () => 'nonsense'],
    ['not even an object', () => null],
    ['of another version', (json) => ({ ...json, version: 4 })],
    ['of another version and ticker', (json) => ({ ...json, version: 4, ticker: 'MSFT' })],
    ['of no ticker', (json) => ({ ...json, ticker: undefined })],
    ['of a ticker that is no text', (json) => ({ ...json, ticker: 5 })],
    ['of another basis', (json) => ({ ...json, basis: 'split-adjusted' })],
    ['of another number of rows', (json) => ({ ...json, rows: 3 })],
    ['of another first bar', (json) => ({ ...json, firstTs: 0 })],
    ['of another last bar', (json) => ({ ...json, lastTs: 0 })],
    ['of a calendar that there is not', (json) => ({ ...json, calendar: 'XXXX' })],
    ['with an impossible date', (json) => ({ ...json, present: [['2026-02-30', '2026-03-01']] })],
    [
      'with a reason that there is not',
      (json) => ({
        ...json,
        absent: [{ from: '2026-02-25', to: '2026-02-26', by: [{ ...CLAIM, reason: 'mood' }] }],
      }),
    ],
    [
      'with an absence that nobody claims',
      (json) => ({ ...json, absent: [{ from: '2026-02-25', to: '2026-02-26', by: [] }] }),
    ],
    ['without a list', (json) => ({ ...json, absent: undefined })],
  ])('if it is %s', async (_, change) => {
    await rewrite(change);
    expect(await stateOf(AAPL)).toMatchObject(rebuilt);
    await store.upsert(
      update([daily('2026-03-02')], { learned: coverage({ present: [days('2026-03-02', '2026-03-03')] }) }),
    );
    expect((await stateOf(AAPL))?.coverage).toEqual(
      coverage({ present: [days('2026-02-26', '2026-03-03')] }),
    );
  });

  it('and speaks for the days of its own period only', async () => {
    const bars = [at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')];
    const present = [days('2025-12-31', '2026-01-03')];
    await store.upsert(update(bars, { series: AAPL_5M, learned: coverage({ present }) }));
    const path = join(root, barsPath({ series: AAPL_5M, period: '2025' }));
    const words = await unsealedWords(path);
    expect(words['present']).toEqual([['2025-12-31', '2026-01-01']]);
    const longer = JSON.stringify({ ...words, present: [['2025-12-31', '2026-12-01']] });
    await writeFile(path, fileOf(bars.slice(0, 1), longer));
    expect((await stateOf(AAPL_5M))?.coverage).toEqual(
      coverage({ present: [days('2025-12-31', '2026-01-03')] }),
    );
  });
});

describe('a file that somebody copied from elsewhere in the store', () => {
  const msft = barsPath({ series: { ticker: 'MSFT', interval: '1d' }, period: 'all' });
  const aapl5m = (period: string): string => barsPath({ series: AAPL_5M, period });
  const actions = (ticker: string): Promise<void> =>
    store.upsertActions(ticker, [SPLIT], days('2020-01-02', '2021-01-01'), 'sample', NOON);
  beforeEach(async () => {
    await store.upsert(update([at('2025-12-31T14:30Z'), at('2026-01-02T14:30Z')], { series: AAPL_5M }));
    await actions('MSFT');
    await actions('AAPL');
  });

  it.each([
    ['another ticker', msft, AAPL_FILE, 'ticker MSFT', '1d'],
    ['another interval', AAPL_FILE, aapl5m('2026'), 'interval 1d', '5m'],
    ['another period', aapl5m('2026'), aapl5m('2025'), 'period 2026', '5m'],
    ['corporate actions of another ticker', actionsPath('MSFT'), actionsPath('AAPL'), 'ticker MSFT', null],
  ])('is damaged where it holds %s', async (_, from, to, said, interval) => {
    await copyFile(join(root, from), join(root, to));
    const reported = [
      { path: to, reason: `by its own knowledge it is of ${said}`, ticker: 'AAPL', interval },
    ];
    expect((await store.scan()).setAside).toEqual(reported);
    expect(await filesBelow('quarantine')).toEqual([]);
    const lock = await store.acquire();
    const scan = await store.scan();
    await lock.release();
    expect(scan.setAside).toEqual(reported);
    expect(await filesBelow('quarantine')).toHaveLength(1);
    expect((await store.scan()).setAside).toEqual([]);
  });

  it('is never read nor merged into', async () => {
    await copyFile(join(root, msft), join(root, AAPL_FILE));
    await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
    await expectSetAside(store.upsert(update(BARS)), AAPL_FILE, 'sessions');
    await copyFile(join(root, actionsPath('MSFT')), join(root, actionsPath('AAPL')));
    await expect(store.readActions('AAPL')).rejects.toMatchObject({ code: 'store-corrupt' });
    await expectSetAside(actions('AAPL'), actionsPath('AAPL'), 'splits and dividends');
  });
});

describe('a pipe in place of a file', () => {
  it('is damaged, and keeps nobody waiting', async () => {
    await rm(join(root, AAPL_FILE));
    execFileSync('mkfifo', [join(root, AAPL_FILE)]);
    expect((await store.scan()).setAside).toMatchObject([{ path: AAPL_FILE }]);
    await expect(rowsIn(store, AAPL)).rejects.toMatchObject({ code: 'store-corrupt' });
    await expectSetAside(store.upsert(update(BARS)), AAPL_FILE, 'sessions');
  });
});
