import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeEach, describe, expect, it } from 'vitest';
import { actionsPath, barsPath } from '../../../src/store/parquet/files/layout.ts';
import { AAPL, AAPL_5M, at, coverage, days, NOON, update } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import {
  beginWithTwo,
  BARS,
  SPLIT,
  AAPL_FILE,
  root,
  store,
  filesBelow,
  stateOf,
  expectSetAside,
} from './two-series.ts';
import { tellActions } from '../told-actions.ts';

beginWithTwo();

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

describe('a file that somebody copied from elsewhere in the store', () => {
  const msft = barsPath({ series: { ticker: 'MSFT', interval: '1d' }, period: 'all' });
  const aapl5m = (period: string): string => barsPath({ series: AAPL_5M, period });
  const actions = (ticker: string): Promise<void> =>
    tellActions(store, ticker, [SPLIT], days('2020-01-02', '2021-01-01'), 'sample', NOON);
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

  it('is told as a copy, with how to be rid of it, where nothing else ever told of its ticker', async () => {
    const name = barsPath({ series: { ticker: 'ZZTOP', interval: '1d' }, period: 'all' });
    await mkdir(dirname(join(root, name)), { recursive: true });
    await copyFile(join(root, msft), join(root, name));
    const lock = await store.acquire();
    await store.scan();
    await lock.release();
    expect((await store.scan()).lost).toEqual([
      {
        ...{ path: name, ticker: 'ZZTOP', interval: '1d' },
        reason:
          'a copy (by its own knowledge it is of ticker MSFT), and in quarantine; whether ZZTOP had anything there nobody ' +
          'knows: if it had, run backfill from the first day of it on; if not, backfill forget ZZTOP; until then it counts as lost',
      },
    ]);
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
