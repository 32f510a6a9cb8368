import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backfill } from '../../src/backfill/backfill.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import { toolsInProcess } from './in-process.ts';
import { enterAction, withdrawAction } from '../../src/core/actions/action-book.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { readAdjusted } from '../../src/library/adjusted.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { SESSIONS, XNYS } from './received.ts';
import { type YahooSeries, fillFrom, serveSeries, stopSeries } from './yahoo-series.ts';
import { rowsIn } from '../store/rows.ts';

const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
const META = {
  ...{ currency: 'USD', exchangeName: 'NMS', exchangeTimezoneName: 'America/New_York', timezone: 'EST' },
  gmtoffset: -18_000,
};
const open = (session: number): number => XNYS.session(SESSIONS[session] ?? 0).open / 1000;
const dateOf = (session: number): string => formatDay(SESSIONS[session] ?? 0);

interface Vendor {
  /** Sessions before which prices are divided by 2 on the wire, of shares that trade at 200 before `EX` and at 100 after it. */
  readonly dividedBefore?: number;
  readonly splits?: readonly (readonly [session: number, ratio: number])[];
  readonly dividends?: readonly (readonly [session: number, amount: number])[];
}

/** The session since which shares trade at half; infinite: they never split. */
let EX = 10;

function wire({ dividedBefore = 0, splits = [], dividends = [] }: Vendor): YahooSeries {
  const rows = SESSIONS.slice(0, 60).map((_, i) => {
    const close = (i < EX ? 200 : 100) / (i < dividedBefore ? 2 : 1) + (i % 3) / 8;
    return [open(i), close, close + 1, close - 1, close, 1000];
  });
  return {
    meta: { ...META, regularMarketTime: open(59) + 23_400 },
    rows,
    splits: splits.map(([session, ratio]) => ({
      ...{ date: open(session), numerator: ratio, denominator: 1, splitRatio: `${ratio}:1` },
    })),
    dividends: dividends.map(([session, amount]) => ({ date: open(session), amount })),
  };
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let vendor: Vendor;
let url = '';
beforeEach(async () => {
  EX = 10;
  folder = await temporaryFolder();
  store = openStore(folder.path);
  url = await serveSeries(() => wire(vendor));
});
afterEach(async () => {
  await stopSeries();
  await folder.remove();
});

const fill = (said: Vendor, [first, last]: readonly [number, number], on: number, everything = false) => {
  vendor = said;
  return fillFrom(url, store, `${dateOf(on)}T12:00:00Z`, {
    ...{ tickers: ['AAPL'], start: dateOf(first), end: dateOf(last), everything },
  });
};
const closes = async (): Promise<number[]> =>
  (await rowsIn(store, AAPL)).map(({ close }) => Math.round(close / 10) * 10);
const adjusted = async (): Promise<number[]> =>
  (await readAdjusted(store, AAPL, { adjust: 'splits' })).map(({ close }) => Math.round(close / 10) * 10);
const flat = (count: number, close: number): number[] => Array.from({ length: count }, () => close);
const splitDays = async (): Promise<string[]> =>
  (await store.readActions('AAPL'))
    .filter(({ kind }) => kind === 'split')
    .map(({ exDay }) => formatDay(exDay));
const notes = ({ warnings }: RunSummary): string[] =>
  warnings.filter(({ kind }) => kind === 'action-changed').map(({ session, note }) => `${session} ${note}`);

describe('a split whose date is corrected', () => {
  const early: Vendor = { splits: [[7, 2]], dividedBefore: 7 };
  const right: Vendor = { splits: [[10, 2]], dividedBefore: 10 };

  it.each([
    ['the whole history is asked for', 14, true],
    ['a top-up covers it', 8, false],
    ['a top-up covers the right one only', 10, false],
    ['a top-up begins between the two dates', 11, false],
  ] as const)('is withdrawn at once, and no price is wrong, when %s', async (_, filled, everything) => {
    // At first the vendor lists it three sessions too early, and adjusts its prices so.
    await fill(early, [0, filled], filled + 2);
    expect(await splitDays()).toEqual([dateOf(7)]);
    const summary = await fill(right, [0, 20], 22, everything);
    expect(summary.failures).toEqual([]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
    expect(notes(summary)).toContain(
      `${dateOf(7)} the split 2:1 is withdrawn: yahoo lists it on ${dateOf(10)} now`,
    );
    const { past } = await store.readActionBook('AAPL');
    expect(past).toMatchObject([{ how: 'withdrawn', by: 'yahoo', action: { exDay: parseDay(dateOf(7)) } }]);
  });

  it('heals what was turned back with the wrong date', async () => {
    // Prices were adjusted at the right date all along; only the list was wrong.
    await fill({ splits: [[7, 2]], dividedBefore: 10 }, [0, 14], 16);
    expect((await closes()).slice(6, 11)).toEqual([200, 100, 100, 100, 100]);
    expect((await fill(right, [12, 20], 22)).failures).toEqual([]);
    await fill(right, [0, 20], 23, true);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
  });
});

describe('a split that never was', () => {
  const OLD = [[2, 0.5]] as const;
  const wrong: Vendor = { splits: [[10, 2]], dividedBefore: 0, dividends: OLD };
  const right: Vendor = { dividends: OLD };
  beforeEach(async () => {
    EX = 0;
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

describe('a split that a user entered', () => {
  const enter = async (session: number): Promise<void> => {
    const entered = { kind: 'split', exDay: parseDay(dateOf(session)), ratio: 2 } as const;
    const now = Date.parse(`${dateOf(17)}T12:00:00Z`);
    await store.updateActions('AAPL', (book) => enterAction(book, entered, now));
  };

  it('is not missed in answers whose prices show it', async () => {
    await fill({}, [0, 14], 16);
    await enter(10);
    for (const on of [22, 23, 24, 25]) expect((await fill({}, [0, 20], on, true)).failures).toEqual([]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
  });

  it('is missed in answers whose prices are adjusted for it, until it is listed', async () => {
    await fill({ dividedBefore: 10 }, [0, 14], 16);
    await enter(10);
    await expect(adjusted()).rejects.toThrow(`its bars around ${dateOf(10)} do not show the split 2:1`);
    const { failures } = await fill({ dividedBefore: 10 }, [0, 20], 22, true);
    expect(failures).toMatchObject([{ code: 'basis-unknown' }]);
    expect(failures[0]?.message).toContain(
      `leaves out the split 2:1 of ${dateOf(10)} that was entered by hand, and its prices are adjusted for it`,
    );
    expect(failures[0]?.message).toContain(`backfill actions AAPL --withdraw ${dateOf(10)},split`);
    expect((await fill({ dividedBefore: 10 }, [12, 20], 23)).failures).toEqual([]);
    const listed = { dividedBefore: 10, splits: [[10, 2]] } as const;
    expect((await fill(listed, [0, 20], 24, true)).failures).toEqual([]);
    expect(await closes()).toEqual([...flat(10, 200), ...flat(11, 100)]);
    expect(await adjusted()).toEqual(flat(21, 100));
  });
});

describe('a split whose ratio is corrected', () => {
  it('is revised, and what was turned back with the old one is fetched again', async () => {
    await fill({ splits: [[10, 2]], dividedBefore: 10 }, [0, 14], 16);
    EX = 0;
    const summary = await fill({ splits: [[10, 4]] }, [0, 20], 22, true);
    expect(summary.failures).toEqual([]);
    expect(await closes()).toEqual([...flat(10, 400), ...flat(11, 100)]);
    expect(notes(summary)).toEqual([`${dateOf(10)} the split 2:1 is a split 4:1 now, by yahoo`]);
    expect((await store.readActionBook('AAPL')).past).toMatchObject([
      { how: 'replaced', action: { ratio: 2 } },
    ]);
  });
});

describe('a dividend', () => {
  const dividends = [
    [3, 0.5],
    [10, 0.5],
  ] as const;

  it('that is gone is withdrawn on the third day, and no price is touched', async () => {
    await fill({ dividends }, [0, 14], 16);
    const gone: Vendor = { dividends: [[3, 0.5]] };
    for (const on of [22, 23]) {
      const summary = await fill(gone, [0, 20], on, true);
      expect(summary).toMatchObject({ failures: [], changed: 0 });
      expect(notes(summary)).toEqual([
        `${dateOf(10)} yahoo leaves out the dividend of 0.5 (${on - 21} of 3 days): in force until then`,
      ]);
    }
    expect(await store.readActions('AAPL')).toHaveLength(2);
    await fill(gone, [0, 20], 24, true);
    expect(await store.readActions('AAPL')).toHaveLength(1);
    expect(await store.readRevisions(AAPL)).toEqual([]);
  });

  it('that is changed is revised, with its old value kept', async () => {
    await fill({ dividends }, [0, 14], 16);
    const summary = await fill(
      {
        dividends: [
          [3, 0.5],
          [10, 0.6],
        ],
      },
      [0, 20],
      22,
      true,
    );
    expect(notes(summary)).toEqual([`${dateOf(10)} the dividend of 0.5 is a dividend of 0.6 now, by yahoo`]);
    expect(await store.readActions('AAPL')).toMatchObject([{ amount: 0.5 }, { amount: 0.6 }]);
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
    EX = 0;
    const summary = await fill({}, [0, 20], 22, true);
    expect(summary.failures).toMatchObject([{ code: 'basis-unknown' }]);
    expect(await splitDays()).toEqual([dateOf(10)]);
    expect((await store.readActionBook('AAPL')).doubts).toEqual([]);
  });
});
