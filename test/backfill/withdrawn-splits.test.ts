import { beforeEach, describe, expect, it } from 'vitest';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backfill } from '../../src/backfill/backfill.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import { toolsInProcess } from './in-process.ts';
import { withdrawAction } from '../../src/core/actions/action-book.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { SESSIONS } from './received.ts';
import {
  beginEmpty,
  neverSplit,
  type Vendor,
  adjusted,
  closes,
  dateOf,
  fill,
  flat,
  folder,
  notes,
  splitDays,
  store,
} from './split-vendor.ts';

beginEmpty();

describe('a split that never was', () => {
  const OLD = [[2, 0.5]] as const;
  const wrong: Vendor = { splits: [[10, 2]], dividedBefore: 0, dividends: OLD };
  const right: Vendor = { dividends: OLD };
  beforeEach(async () => {
    neverSplit();
    // The vendor lists it and shows flat prices, as of a split that is applied.
    await fill(wrong, [0, 14], 16);
    expect((await closes()).slice(8, 12)).toEqual([200, 200, 100, 100]);
  });

  it('is refused by name on two days, and then withdrawn: what was turned back with it is fetched again', async () => {
    for (const on of [22, 23]) {
      const { failures } = await fill(right, [0, 20], on, true);
      expect(failures).toMatchObject([{ code: 'basis-unknown' }]);
      expect(failures[0]?.message).toContain(`backfill actions AAPL --withdraw ${dateOf(10)},split`);
      expect(await splitDays()).toEqual([dateOf(10)]);
    }
    const summary = await fill(right, [0, 20], 24, true);
    expect(summary.failures).toEqual([]);
    expect(await splitDays()).toEqual([]);
    expect(await closes()).toEqual(flat(21, 100));
    expect(await adjusted()).toEqual(flat(21, 100));
    expect(notes(summary)).toContain(`${dateOf(10)} the split 2:1 is withdrawn: yahoo does not list it now`);
  });

  it('stays where every answer without it is without the others too', async () => {
    for (const on of [22, 23, 24, 25])
      expect((await fill({}, [0, 20], on, true)).failures).toMatchObject([{ code: 'basis-unknown' }]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect((await closes()).slice(8, 12)).toEqual([200, 200, 100, 100]);
  });

  it('is gone at the next top-up, wherever that begins, once a user withdraws it', async () => {
    const key = { kind: 'split', exDay: parseDay(dateOf(10)) } as const;
    const now = Date.parse(`${dateOf(17)}T12:00:00Z`);
    await store.updateActions('AAPL', (book) => withdrawAction(book, key, now) ?? book);
    const summary = await fill(right, [18, 20], 22);
    expect(summary.failures).toEqual([]);
    expect(await closes()).toEqual(flat(21, 100));
    const again = await fill(right, [18, 24], 26);
    expect(again).toMatchObject({ failures: [], requests: 1, changed: 0 });
    const { past } = await store.readActionBook('AAPL');
    expect(past.find(({ action }) => action.kind === 'split')).toMatchObject({ settled: ['1d'] });
  });

  it('is not brought back by a vendor that lists it on, and the run says so', async () => {
    const key = { kind: 'split', exDay: parseDay(dateOf(10)) } as const;
    const now = Date.parse(`${dateOf(17)}T12:00:00Z`);
    await store.updateActions('AAPL', (book) => withdrawAction(book, key, now) ?? book);
    const summary = await fill(wrong, [6, 20], 22);
    expect(summary.failures).toEqual([]);
    expect(await splitDays()).toEqual([]);
    expect(notes(summary)).toEqual([
      `${dateOf(10)} the split 2:1 was withdrawn by hand: not in force, though yahoo lists it`,
    ]);
  });
});

describe('a split that is taken out of the user’s own list', () => {
  const csv = async (basis: 'raw' | 'split-adjusted', actions: readonly string[], last: number) => {
    const files = join(folder.path, 'csv');
    await mkdir(files, { recursive: true });
    const rows = SESSIONS.slice(0, last + 1).map((day, i) => {
      const close = 100 + (i % 3) / 8;
      return `${formatDay(day)},${close},${close + 1},${close - 1},${close},${1000 + i}`;
    });
    await writeFile(join(files, 'AAPL.csv'), ['date,open,high,low,close,volume', ...rows, ''].join('\n'));
    await writeFile(
      join(files, 'actions.csv'),
      ['ticker,date,kind,value', ...actions.map((line) => `AAPL,${line}`), ''].join('\n'),
    );
    const provider = openCsv({ id: 'csv', url: files, settings: { basis } });
    const now = Date.parse(`${dateOf(last + 1)}T12:00:00Z`);
    const range = { start: dateOf(0), end: dateOf(last) };
    return backfill(
      { tickers: ['AAPL'], ...range },
      toolsInProcess(provider, store, () => now),
    );
  };
  const wrong = [`${dateOf(10)},split,2:1`, `${dateOf(12)},dividend,0.5`];

  it('is withdrawn at once, with what else is gone, by any top-up', async () => {
    await csv('raw', [...wrong, `${dateOf(3)},dividend,0.5`], 20);
    const summary = await csv('raw', [`${dateOf(3)},dividend,0.5`], 21);
    expect(summary.failures).toEqual([]);
    expect(await store.readActions('AAPL')).toMatchObject([{ kind: 'dividend', exDay: SESSIONS[3] }]);
    expect((await store.readActionBook('AAPL')).past).toMatchObject([{ by: 'csv' }, { by: 'csv' }]);
    expect(await adjusted()).toEqual(flat(22, 100));
  });

  it('leaves no price behind that was turned back with it', async () => {
    await csv('split-adjusted', wrong, 20);
    expect((await closes()).slice(8, 12)).toEqual([200, 200, 100, 100]);
    expect((await csv('split-adjusted', [], 21)).failures).toEqual([]);
    expect(await closes()).toEqual(flat(22, 100));
  });

  it('is no matter of another provider’s', async () => {
    await csv('raw', wrong, 14);
    neverSplit();
    const summary = await fill({}, [0, 20], 22, true);
    expect(summary.failures).toMatchObject([{ code: 'basis-unknown' }]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect((await store.readActionBook('AAPL')).doubts).toEqual([]);
  });
});
