import { mkdir, rename, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import type { CsvSettings } from '../../src/providers/csv/settings.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';
import { rowsIn } from '../store/rows.ts';

const DAYS = calendarById('XNYS')
  .sessions({ from: parseDay('2017-03-01'), to: parseDay('2017-03-31') })
  .map(formatDay);
/** Long before any file of the test was written: mended is what differs, whatever the caller's clock says. */
const PAST = Date.parse('2018-06-01T00:00:00Z');
const DAY = 86_400_000;

const line = (day: string, i: number): string =>
  `${day},${50 + i},${51 + i},${49 + i},50.5,${90_000_000 + i}`;
const HEADER = 'date,open,high,low,close,volume';
const table = (lines: readonly string[]): string => `${[HEADER, ...lines].join('\n')}\n`;
const WHOLE = DAYS.map((day, i) => `${day},${50 + i},${52 + i},${48 + i},${51 + i},${90_000_000 + i}`);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: BarStore;
let files = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  store = openStore(join(folder.path, 'store'));
  files = join(folder.path, 'files');
  await mkdir(files);
  await write('MSFT.csv', WHOLE);
});
afterEach(() => folder.remove());

const write = (name: string, lines: readonly string[]): Promise<void> =>
  writeFile(join(files, name), table(lines));

const run = (
  tickers: readonly string[] = ['AAPL'],
  { now = PAST, ...settings }: CsvSettings & { now?: number } = {},
  interval: Interval = '1d',
): Promise<RunSummary> => {
  const provider = openCsv({ id: 'csv', url: files, settings: { basis: 'raw', ...settings } });
  const range = { start: '2017-03-01', end: '2017-03-30' };
  return backfill(
    { tickers, intervals: [interval], ...range },
    toolsInProcess(provider, store, () => now),
  );
};

const days = async (ticker = 'AAPL'): Promise<number> =>
  (await rowsIn(store, { ticker, interval: '1d' }, { from: 0, to: 99_999 })).length;

describe('a folder that is mended after a run', () => {
  it.each([
    ['a hole', WHOLE.toSpliced(5, 3)],
    ['a row that is rejected', WHOLE.with(7, line(DAYS[7] ?? '', 900))],
    ['a row without prices', WHOLE.with(7, `${DAYS[7]},,,,,`)],
  ])('is read again at once: %s', async (_what, broken) => {
    for (const [i, now] of [PAST, Date.now(), Date.now() + 400 * DAY].entries()) {
      store = openStore(join(folder.path, `store-${i}`));
      await write('AAPL.csv', broken);
      await run(['AAPL'], { now });
      expect(await days()).toBeLessThan(DAYS.length);
      await write('AAPL.csv', WHOLE);
      await run(['AAPL'], { now });
      expect(await days()).toBe(DAYS.length);
      expect(await run(['AAPL'], { now })).toMatchObject({ complete: 1, fetched: 0 });
    }
  });

  it('is read for a ticker that it did not know, once it has a file of it', async () => {
    expect(await run()).toMatchObject({ newlyUnavailable: true, bars: 0 });
    expect(await run()).toMatchObject({ unavailable: 1, fetched: 0, requests: 0 });
    await write('AAPL.csv', WHOLE);
    await run();
    expect(await days()).toBe(DAYS.length);
  });

  it('is read again where a second file has what the first one lacks', async () => {
    await write('AAPL.csv', WHOLE.toSpliced(5, 3));
    await run();
    await write('AAPL_data.csv', WHOLE.slice(4, 9));
    await run();
    expect(await days()).toBe(DAYS.length);
  });

  it('is read again where a file of the same size and date is put in its place', async () => {
    const hole = WHOLE.map((row, i) => (i === 7 ? row.replace(/^.{10}/, DAYS[6] ?? '') : row));
    await write('AAPL.csv', hole.with(6, WHOLE[6] ?? ''));
    await write('.AAPL.old', WHOLE);
    for (const name of ['AAPL.csv', '.AAPL.old']) await utimes(join(files, name), 1, 1);
    await run();
    await rename(join(files, '.AAPL.old'), join(files, 'AAPL.csv'));
    await run();
    expect(await days()).toBe(DAYS.length);
  });

  it('is read again where rows of several tickers are in one file', async () => {
    const shared = (rows: readonly string[]): string =>
      [`ticker,${HEADER}`, ...rows.map((row) => `AAPL,${row}`), ...WHOLE.map((row) => `IBM,${row}`)].join(
        '\n',
      );
    await writeFile(join(files, 'prices.csv'), shared(WHOLE.toSpliced(5, 3)));
    await run(['AAPL', 'IBM']);
    expect(await run(['AAPL', 'IBM'])).toMatchObject({ requests: 0 });
    await writeFile(join(files, 'prices.csv'), shared(WHOLE));
    await run(['AAPL', 'IBM']);
    expect([await days('AAPL'), await days('IBM')]).toEqual([DAYS.length, DAYS.length]);
  });

  it('is not read again for what it still lacks, nor for tickers whose files are as they were', async () => {
    await write('AAPL.csv', WHOLE.toSpliced(5, 3));
    await write('IBM.csv', WHOLE.toSpliced(9, 3));
    await run(['AAPL', 'IBM']);
    expect(await run(['AAPL', 'IBM'])).toMatchObject({ requests: 0 });
    await write('AAPL.csv', WHOLE.toSpliced(5, 2));
    expect(await run(['AAPL', 'IBM'])).toMatchObject({ requests: 1, bars: 1 });
    expect(await run(['AAPL', 'IBM'])).toMatchObject({ requests: 0 });
    expect(await run(['AAPL', 'IBM'], { now: PAST + 2 * DAY })).toMatchObject({ requests: 2, bars: 0 });
  });

  it('is read again where it is to be read by another zone', async () => {
    await write('AAPL.csv', WHOLE.toSpliced(5, 3));
    await run();
    expect(await run(['AAPL'], { zone: 'exchange' })).toMatchObject({ requests: 1 });
  });

  it('is read again for a changed actions.csv only where prices depend on it', async () => {
    const actions = (text: string): Promise<void> =>
      writeFile(join(files, 'actions.csv'), `ticker,date,kind,value\n${text}`);
    await write('AAPL.csv', WHOLE.toSpliced(5, 3));
    for (const [basis, requests] of [
      ['raw', 0],
      ['split-adjusted', 1],
    ] as const) {
      await actions('');
      await run(['AAPL'], { basis });
      await actions(`IBM,2017-03-10,dividend,${basis === 'raw' ? 1 : 2}\n`);
      expect([basis, (await run(['AAPL'], { basis })).requests]).toEqual([basis, requests]);
    }
  });

  it('leaves final bars as they are', async () => {
    await write('AAPL.csv', WHOLE);
    await run();
    await write('AAPL.csv', WHOLE.with(3, WHOLE[3]?.replace(/\d+$/, '1') ?? ''));
    expect(await run()).toMatchObject({ complete: 1, requests: 0 });
  });
});

it('a file that ends early, with hours outside the session, is told of alike by every run', async () => {
  const stamps = (day: string): string[] =>
    Array.from({ length: 16 }, (_, i) => `${day}T${String(i + 8).padStart(2, '0')}:30:00Z`);
  await write(
    'AAPL.csv',
    DAYS.slice(0, 9)
      .flatMap(stamps)
      .map((stamp, i) => line(stamp, i % 7)),
  );
  for (const bars of [63, 0]) {
    const summary = await run(['AAPL'], {}, '1h');
    expect(summary).toMatchObject({ bars, rejected: 0 });
    expect(summary.dropped).toBeGreaterThanOrEqual(10);
    expect(summary.failures).toMatchObject([{ code: 'incomplete' }]);
  }
});

describe('a row that is no bar, in a session that is stored and only repeated', () => {
  const hours = (day: string): string[] =>
    Array.from({ length: 7 }, (_, i) => `${day}T${String(i + 9).padStart(2, '0')}:30:00`);
  const lines = (end: number): string[] =>
    DAYS.slice(0, end)
      .flatMap(hours)
      .map((stamp, i) => line(stamp, i % 7));
  /** In place of, or after, one of the last session that is stored. */
  const faults: readonly (readonly [string, Partial<RunSummary>, (rows: string[]) => string[]])[] = [
    [
      'one off the grid',
      { dropped: 1, rejected: 0 },
      (rows) => rows.toSpliced(60, 0, line(`${DAYS[8]}T12:45:00`, 1)),
    ],
    [
      'one with an odd cell',
      { dropped: 0, rejected: 1 },
      (rows) => rows.with(60, `${hours(DAYS[8] ?? '')[4]},x,2,1,1,1`),
    ],
    [
      'five without a price',
      { dropped: 0, rejected: 0 },
      (rows) => rows.map((row, i) => (i < 57 || i > 61 ? row : `${row.split(',')[0]},,,,,`)),
    ],
  ];

  it.each(faults)('loses nothing of what is wanted, and is counted: %s', async (_, counts, spoil) => {
    await write('AAPL.csv', lines(9));
    expect(await run(['AAPL'], {}, '1h')).toMatchObject({ bars: 63, failures: [{ code: 'incomplete' }] });
    await write('AAPL.csv', spoil(lines(9)));
    const again = await run(['AAPL'], {}, '1h');
    expect(again).toMatchObject({ ...counts, bars: 0, failed: 1, failures: [{ code: 'incomplete' }] });
    await write('AAPL.csv', spoil(lines(22)));
    expect(await run(['AAPL'], {}, '1h')).toMatchObject({ ...counts, bars: 91, failures: [] });
  });

  it('is not why one that was wanted is lost', async () => {
    await write('AAPL.csv', lines(9));
    await run(['AAPL'], {}, '1h');
    const [, , spoil = (rows: string[]) => rows] = faults[1] ?? [];
    await write('AAPL.csv', [...spoil(lines(9)), line(`${DAYS[9]}T12:45:00`, 1)]);
    expect((await run(['AAPL'], {}, '1h')).failures).toMatchObject([
      {
        code: 'mostly-rejected',
        message:
          '1 of 1 row that came could not be stored: they lie outside trading hours or off the grid of their interval, or have no prices',
      },
    ]);
  });
});
