import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CopyReport } from '../../src/copy/copied.ts';
import type { CopyStep } from '../../src/copy/copy.ts';
import { copyStore } from '../../src/library/copy.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import {
  AAPL,
  coverage,
  daily,
  days,
  NOON,
  temporaryFolder,
  update,
  WEEK,
  WEEK_DAYS,
} from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { fillRich, MSFT, portraitOf } from './rich-store.ts';
import { fillWide, replaceBars, wideSeries } from './wide-store.ts';

let folder = '';
let remove: () => Promise<void>;
let from = '';
let to = '';
beforeEach(async () => {
  ({ path: folder, remove } = await temporaryFolder());
  [from, to] = [join(folder, 'from'), join(folder, 'to')];
});
afterEach(() => remove());

/** Does something as the writer of a store. */
async function writing(url: string, work: (store: BarStore) => Promise<unknown>): Promise<void> {
  const store = openStore(url);
  const lease = await store.acquire();
  await work(store);
  await lease.release();
}

const put = (url: string, bars = WEEK, series = AAPL): Promise<void> =>
  writing(url, (store) =>
    store.upsert(update(bars, { series, learned: coverage({ present: [WEEK_DAYS] }) })),
  );

const portrait = (url: string): Promise<object> => portraitOf(openStore(url));
const hasNote = async (url: string): Promise<boolean> =>
  (await openStore(url).holdings.readNote()) !== undefined;

/** What is equal, and how much was written. */
const shown = ({ isEqual, sent, other, failed, restless }: CopyReport): object => ({
  ...{ isEqual, series: sent.series, bars: sent.bars, other, failed, restless },
});
const EQUAL = { isEqual: true, other: [], failed: [], restless: [] };

describe('a copy', () => {
  it('of an equal store writes nothing', async () => {
    await writing(from, async () => undefined);
    await fillRich(openStore(from));
    await copyStore(from, to);
    const before = await portrait(to);
    expect(shown(await copyStore(from, to))).toEqual({ ...EQUAL, series: 0, bars: 0 });
    expect(await portrait(to)).toEqual(before);
  });

  it('of some tickers leaves the others and the documents, and may go into a store with others', async () => {
    await fillRich(openStore(from));
    await put(to, WEEK.slice(0, 2), { ticker: 'OWN', interval: '1d' });
    const report = await copyStore(from, to, { tickers: 'MSFT,NOPE' });
    expect(shown(report)).toEqual({ ...EQUAL, series: 1, bars: 5 });
    expect([report.notFound, report.sent.documents]).toEqual([['NOPE'], 0]);
    expect(await rowsIn(openStore(to), MSFT)).toEqual(await rowsIn(openStore(from), MSFT));
    expect([...(await openStore(to).scan()).series.keys()]).toEqual(['MSFT 1d', 'OWN 1d']);
    expect(await hasNote(to)).toBe(false);
  });

  it('that is dry says what it would do, and touches nothing', async () => {
    await fillRich(openStore(from));
    const report = await copyStore(from, to, { dryRun: true });
    expect(report).toMatchObject({ isEqual: false, toSend: { series: 5, pieces: 23 }, dryRun: true });
    expect(await openStore(to).whyNone()).toBeDefined();
    await put(to, WEEK.slice(0, 2), MSFT);
    const before = await portrait(to);
    expect((await copyStore(from, to, { dryRun: true })).other).toEqual(['MSFT 1d all']);
    expect(await portrait(to)).toEqual(before);
  });

  it('that is stopped is said so, and goes on', async () => {
    await fillWide(openStore(from), 6);
    const stop = new AbortController();
    const onProgress = ({ doing, done }: CopyStep): void => {
      if (doing === 'comparing' && done === 3) stop.abort();
    };
    await expect(copyStore(from, to, { onProgress, stop: stop.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await hasNote(to)).toBe(true);
    expect(shown(await copyStore(from, to))).toEqual({ ...EQUAL, series: 0, bars: 0 });
    expect(await hasNote(to)).toBe(false);
  });
});

describe('what a second store has of its own stays, and is named', () => {
  it.each([
    ['another bar', () => put(to, [daily('2026-02-23', { close: 99.5 }), ...WEEK.slice(1)]), 'AAPL 1d all'],
    ['a bar more', () => put(to, [...WEEK, daily('2026-03-02')]), 'AAPL 1d all'],
    ['a bar less', () => put(to, WEEK.slice(1)), 'AAPL 1d all'],
    [
      'another time',
      () =>
        put(
          to,
          WEEK.map((bar) => ({ ...bar, fetchedAt: NOON - 1 })),
        ),
      'AAPL 1d all',
    ],
    [
      'another source',
      () =>
        put(
          to,
          WEEK.map((bar) => ({ ...bar, source: 'two' })),
        ),
      'AAPL 1d all',
    ],
    [
      'other knowledge',
      () =>
        writing(to, (store) =>
          store.upsert(update(WEEK, { learned: coverage({ present: [days('2026-02-23', '2026-02-24')] }) })),
        ),
      'AAPL 1d all',
    ],
    ['another series', () => put(to, WEEK, MSFT), 'MSFT 1d all'],
    ['a run of its own', () => writing(to, (store) => store.saveRun(NOON, {})), /^runs\//],
    ['a portfolio', () => writing(to, (store) => store.savePortfolio('X\n')), 'portfolio.txt'],
  ])('%s', async (_, own, name) => {
    await put(from);
    await own();
    const before = await portrait(to);
    const report = await copyStore(from, to);
    expect(report.isEqual).toBe(false);
    expect(report.other).toEqual([typeof name === 'string' ? name : expect.stringMatching(name)]);
    expect([report.sent.bars, report.sent.documents]).toEqual([0, 0]);
    expect(await portrait(to)).toEqual(before);
    expect(await hasNote(to)).toBe(false);
  });

  it('also in a begun copy: bars that the first store never had, and newer answers', async () => {
    await fillWide(openStore(from), 3);
    const stop = new AbortController();
    const onProgress = ({ done }: CopyStep): void => (done === 2 ? stop.abort() : undefined);
    await expect(copyStore(from, to, { onProgress, stop: stop.signal })).rejects.toThrow('stopped');
    await copyStore(from, to, { dryRun: true });
    await writing(to, (store) => replaceBars(store, 0, 1, NOON + 70_000));
    const before = await rowsIn(openStore(to), wideSeries(0));
    expect((await copyStore(from, to)).other).toContain('T0 1d all');
    expect(await rowsIn(openStore(to), wideSeries(0))).toEqual(before);
  });
});

describe('one line tells of', () => {
  const refusal = (a: string, b: string): Promise<string> =>
    copyStore(a, b).then(
      () => 'nothing',
      (error: Error) => error.message,
    );

  it('one store by two names', async () => {
    await put(from);
    const before = await portrait(from);
    await symlink(from, join(folder, 'link'));
    for (const name of [
      from,
      `${from}/`,
      join(folder, 'link'),
      `file://${from}`,
      join(folder, 'x', '..', 'from'),
    ])
      expect(await refusal(from, name)).toMatch(/there is nothing to copy; name two stores$/);
    await expect(copyStore(from, join(folder, 'link'), { dryRun: true })).rejects.toThrow('name two stores');
    expect(await portrait(from)).toEqual(before);
    expect(await hasNote(from)).toBe(false);
  });

  it('a first store that is not there, and makes no second one', async () => {
    await mkdir(join(folder, 'prices'));
    await put(join(folder, 'prices'));
    expect(await refusal(join(folder, 'prics'), to)).toBe(
      `FROM ${folder}/prics: there is no such folder; did you mean ${folder}/prices?`,
    );
    expect(await openStore(to).whyNone()).toBe('there is no such folder');
  });

  it('a half copy that is copied, or that is to become the copy of another store', async () => {
    await fillWide(openStore(from), 3);
    const stop = new AbortController();
    const onProgress = ({ done }: CopyStep): void => (done === 2 ? stop.abort() : undefined);
    await expect(copyStore(from, to, { onProgress, stop: stop.signal })).rejects.toThrow('stopped');
    const third = join(folder, 'third');
    expect(await refusal(to, third)).toBe(
      `${to} is a copy of ${from} that is not complete; complete it first: backfill copy ${from} ${to}`,
    );
    await put(join(folder, 'other'));
    expect(await refusal(join(folder, 'other'), to)).toBe(
      `${to} is a copy of ${from} that is not complete; complete it, or name another TO`,
    );
    expect(shown(await copyStore(from, to))).toMatchObject(EQUAL);
  });

  it('a second store that somebody writes', async () => {
    await put(from);
    await put(to);
    const lease = await openStore(to).acquire();
    expect(await refusal(from, to)).toMatch(/is being written|locked|writes/);
    await lease.release();
  });
});

it('files that are half written, caches and locks stay where they are', async () => {
  await put(from);
  await writing(from, (store) => store.saveRun(NOON, {}));
  await openStore(from).scan();
  await writeFile(join(from, 'runs', '.20260101T000000Z-abcd.1-1-1.tmp'), 'half');
  await writeFile(join(from, 'notes.txt'), 'my own');
  expect(shown(await copyStore(from, to))).toMatchObject(EQUAL);
  expect((await readdir(to)).toSorted()).toEqual(['.lock', 'bars', 'runs']);
  expect(await readdir(join(to, 'runs'))).toHaveLength(1);
});

it('a damaged part of the first store is named, and the rest is copied', async () => {
  await fillWide(openStore(from), 3);
  const path = join(from, 'bars/interval=1d/ticker=T1/period=all/bars.parquet');
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
  await writeFile(path, bytes);
  const report = await copyStore(from, to);
  expect(report).toMatchObject({ isEqual: false, other: [], restless: [], sent: { series: 2 } });
  expect(report.failed).toEqual([
    { what: 'T1 1d all', store: from, reason: expect.stringContaining('bars.parquet') },
  ]);
  expect(await rowsIn(openStore(to), wideSeries(2))).toEqual(await rowsIn(openStore(from), wideSeries(2)));
});
