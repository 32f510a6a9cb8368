import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { intervalMs } from '../../src/core/session/interval.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { History } from '../../src/library/history.ts';
import { beginEmpty, folder } from './store-at.ts';

beginEmpty();

const calendar = calendarById('XNYS');
/** 22 sessions, then three and the half day after Thanksgiving. */
const DAYS = calendar.sessions({ from: parseDay('2024-10-24'), to: parseDay('2024-11-30') });
const FULL = DAYS.slice(0, -4);
const LATE = DAYS.slice(-4);
/** Minutes that come of the four: of 390, and of 210 on the half day. */
const IN_PART = [330, 330, 330, 150];
const NOW = Date.parse('2024-12-20T12:00:00Z');

/** Rows of a session, the first `count` of them but for a hole in their midst, so that none looks cut. */
function rowsOf(day: Day, interval: Interval, count = Number.POSITIVE_INFINITY): string[] {
  const { open, close } = calendar.session(day);
  const room = Math.ceil((close - open) / intervalMs(interval));
  const lacking = Math.max(0, room - count);
  return Array.from({ length: room }, (_, i) => i)
    .filter((i) => i < 60 || i >= 60 + lacking)
    .map((i) => {
      const price = 100 + ((i * 7) % 11) / 100;
      const stamp = new Date(open + i * intervalMs(interval)).toISOString();
      return [stamp, price, price + 0.05, price - 0.03, price + 0.02, volumeAt(i)].join();
    });
}

/** Of a row of a session, now more and now less. */
function volumeAt(i: number): number {
  return 1000 + ((i * 7) % 13);
}

async function write(rows: readonly string[]): Promise<void> {
  await mkdir(join(folder, 'files'), { recursive: true });
  const header = 'date,open,high,low,close,volume';
  await writeFile(join(folder, 'files', 'AAPL.csv'), `${[header, ...rows].join('\n')}\n`);
}

/** What is done with a history of the folder. */
async function withHistory<Done>(act: (history: History) => Promise<Done>, now = NOW): Promise<Done> {
  const history = openHistory({
    ...{ store: join(folder, 'store'), stateFolder: join(folder, 'state'), clock: () => now, workers: 1 },
    provider: { id: 'csv', url: join(folder, 'files'), settings: { basis: 'raw', zone: 'UTC' } },
  });
  try {
    return await act(history);
  } finally {
    await history.close();
  }
}

const rangeOf = (days: readonly Day[], interval: Interval) => ({
  ...{ tickers: ['AAPL'], intervals: [interval] },
  ...{ start: formatDay(days[0] ?? 0), end: formatDay(days.at(-1) ?? 0) },
});

describe('sessions with holes that a top-up brings after full ones', () => {
  it('wait all, a half day by its own hours, are named, and are whole once the files are', async () => {
    const range = rangeOf(DAYS, '1m');
    await write(FULL.flatMap((day) => rowsOf(day, '1m')));
    await withHistory(async (history) => {
      expect(await history.backfill(rangeOf(FULL, '1m'))).toMatchObject({ failed: 0, waiting: 0 });
      await write([
        ...FULL.flatMap((day) => rowsOf(day, '1m')),
        ...LATE.flatMap((day, i) => rowsOf(day, '1m', IN_PART[i])),
      ]);
      const summary = await history.backfill(range);
      expect(summary).toMatchObject({ failed: 0, inserted: 330 * 3 + 150, waiting: 1 });
      const thin = LATE.map((day) => [formatDay(day), 'thin']);
      expect(summary.warnings.map(({ session, kind }) => [session, kind])).toEqual(thin);
      const { warnings } = await history.issues();
      expect(warnings.map(({ session, kind }) => [session, kind])).toEqual(thin);
      const { series, totals } = await history.coverage(range);
      expect(series).toMatchObject([{ standing: 'provisional', unsure: 4, missing: 0 }]);
      expect(totals).toMatchObject({ complete: 0, provisional: 1 });
    });
    await write(DAYS.flatMap((day) => rowsOf(day, '1m')));
    await withHistory(async (history) => {
      expect(await history.backfill(range)).toMatchObject({ inserted: 60 * 4, waiting: 0, failed: 0 });
      expect((await history.coverage(range)).totals).toMatchObject({ complete: 1, coverage: 100 });
      expect((await history.issues()).warnings).toEqual([]);
      expect(await history.backfill(range)).toMatchObject({ complete: 1, requests: 0 });
    });
  });
});

describe('a session within which a file ends', () => {
  const [days, last] = [DAYS.slice(0, 5), DAYS[4] ?? 0];
  const range = rangeOf(days, '1h');
  const [before, ending] = [days.slice(0, 4).flatMap((day) => rowsOf(day, '1h')), rowsOf(last, '1h')];
  const dayLater = NOW + 25 * 3_600_000;

  it('waits, is not asked for again that day while the file stays, and is final once it says no more', async () => {
    await write([...before, ...ending.slice(0, 4)]);
    await withHistory(async (history) => {
      expect(await history.backfill(range)).toMatchObject({ inserted: 32, waiting: 1, complete: 0 });
      expect(await history.backfill(range)).toMatchObject({ requests: 0, waiting: 1, complete: 0 });
      const { series } = await history.coverage(range);
      expect(series).toMatchObject([{ standing: 'provisional', unsure: 1, missing: 0 }]);
    });
    await withHistory(async (history) => {
      expect(await history.backfill(range)).toMatchObject({ requests: 1, inserted: 0, waiting: 0 });
      expect(await history.backfill(range)).toMatchObject({ requests: 0, complete: 1 });
      expect((await history.coverage(range)).totals).toMatchObject({ complete: 1, coverage: 100 });
    }, dayLater);
  });

  it('is asked for at once where the file is another one, and waits as long as it grows', async () => {
    await write([...before, ...ending.slice(0, 4)]);
    await withHistory((history) => history.backfill(range));
    for (const [rows, waiting] of [
      [5, 1],
      [7, 0],
    ] as const) {
      await write([...before, ...ending.slice(0, rows)]);
      await withHistory(async (history) => {
        expect(await history.backfill(range)).toMatchObject({ requests: 1, waiting });
      });
    }
    await withHistory(async (history) => {
      expect(await history.backfill(range)).toMatchObject({ requests: 0, complete: 1 });
      expect(await history.read({ ticker: 'AAPL', interval: '1h' })).toHaveLength(35);
    });
  });
});

describe('idle rows in the place of traded hours', () => {
  it('leave the stored bars as they are, and are told by the run and among the issues', async () => {
    const [days, idleDay] = [DAYS.slice(0, 8), DAYS[7] ?? 0];
    const range = rangeOf(days, '1h');
    const traded = days.flatMap((day) => rowsOf(day, '1h'));
    await write(traded);
    await withHistory(async (history) => {
      await history.backfill(range);
      const before = await history.read({ ticker: 'AAPL', interval: '1h' });
      expect(before).toHaveLength(56);
      await write([
        ...traded.slice(0, 49),
        ...rowsOf(idleDay, '1h').map((row) => `${row.slice(0, 24)},99,99,99,99,0`),
      ]);
      const summary = await history.backfill({ ...range, everything: true });
      expect(summary).toMatchObject({ rejected: 7, changed: 0, revised: 0 });
      expect(await history.read({ ticker: 'AAPL', interval: '1h' })).toEqual(before);
      const { rejected } = await history.issues();
      const day = formatDay(idleDay);
      expect(rejected.map(({ session, reason }) => [session, reason])).toEqual(
        Array.from({ length: 7 }, (_, i) => [
          day,
          `flat and without volume, where a bar with a volume of ${volumeAt(i)} is stored`,
        ]),
      );
    });
  });

  it('of a first fill are stored where they are few, and named by the run and among the issues', async () => {
    const days = DAYS.slice(0, 8);
    const rows = days.flatMap((day) => rowsOf(day, '1h'));
    await write(rows.map((row, i) => (i === 38 ? `${row.slice(0, 24)},99,99,99,99,0` : row)));
    await withHistory(async (history) => {
      const { inserted, failed, warnings } = await history.backfill(rangeOf(days, '1h'));
      expect([inserted, failed]).toEqual([56, 0]);
      const [named, ...others] = warnings;
      expect([named, others]).toMatchObject([
        { ticker: 'AAPL', kind: 'idle', session: formatDay(days[5] ?? 0) },
        [],
      ]);
      expect((await history.issues()).warnings).toEqual([named]);
    });
  });
});
