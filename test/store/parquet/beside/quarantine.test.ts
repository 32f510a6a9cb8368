import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFolder } from '../../../../src/store/parquet/files/folder.ts';
import { actionsPath, barsPath } from '../../../../src/store/parquet/files/layout.ts';
import { setAside } from '../../../../src/store/parquet/beside/quarantine.ts';
import { AAPL, AAPL_5M, at, daily, NOON, update } from '../../fixtures.ts';
import { fileOf, rowsIn } from '../../rows.ts';
import {
  beginWithTwo,
  BARS,
  AAPL_FILE,
  root,
  store,
  filesBelow,
  breakRows,
  expectSetAside,
} from '../two-series.ts';

beginWithTwo();

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
