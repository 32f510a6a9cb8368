import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Market } from '../../src/market/market.ts';
import { providerLines } from '../../src/report/chain-text.ts';
import { start } from '../simulator/running.ts';
import { NOW, calendar, chainStore, refusing } from './chain-store.ts';
import { tickersOf, walkingMarket } from './walking-market.ts';

const { at, question } = chainStore();
const RANGE = { start: '2026-06-01', end: '2026-11-18' };
const SOURCES =
  "SELECT ticker, source, strftime(max(ts), '%Y-%m-%d'), count(*)::INT FROM bars GROUP BY ALL ORDER BY 1, 2";

const sessions = (from: string, to: string): number =>
  calendar.count([{ from: parseDay(from), to: parseDay(to) + 1 }]);

/** A folder with the bars of each ticker up to a date. */
async function folderUpTo(ends: Readonly<Record<string, string>>, market: Market): Promise<string> {
  const folder = `${at()}-csv`;
  await mkdir(folder, { recursive: true });
  for (const [ticker, end] of Object.entries(ends)) {
    const days = { from: parseDay(RANGE.start), to: parseDay(end) + 1 };
    const rows = market
      .rows(ticker, '1d', days)
      .map(({ ts, open, high, low, close, volume }) =>
        [formatDay(utcDayOf(ts)), open, high, low, close, volume].join(','),
      );
    const text = ['date,open,high,low,close,volume', ...rows, ''].join('\n');
    await writeFile(join(folder, `${ticker}.csv`), text);
  }
  return folder;
}

const chained = (folder: string, url: string): ReturnType<typeof openHistory> =>
  openHistory({
    ...{ store: at(), stateFolder: `${at()}-state`, workers: 1, quotas: [], clock: () => NOW },
    provider: [
      { id: 'csv', url: folder, settings: { basis: 'raw' } },
      { id: 'yahoo', url },
    ],
  });

it('what another went on with is no error of a folder, and what nobody had is one', async () => {
  const tickers = tickersOf(3);
  const market = walkingMarket(tickers);
  const ends = { QAAA: '2026-10-30', QAAB: '2026-11-16', QAAC: '2026-11-18' };
  const folder = await folderUpTo(ends, market);
  const yahoo = await start({ wire: 'yahoo', market, now: () => NOW });
  const down = await refusing(401);
  const partOf = async (url: string): Promise<unknown> => {
    const history = chained(folder, url);
    const { byProvider = [] } = await history.backfill({ tickers, ...RANGE });
    await history.close();
    return [byProvider[0], providerLines(byProvider)[0]];
  };
  const had = Object.values(ends).reduce((sum, end) => sum + sessions(RANGE.start, end), 0);
  expect(await partOf(down.url)).toEqual([
    expect.not.objectContaining({ continued: expect.anything() }),
    `csv: ${had} bars (${had} new) of 1 series  Errors: 2`,
  ]);
  expect(await partOf(yahoo.url)).toEqual([
    expect.objectContaining({ fetched: 0, failed: 2, continued: 2 }),
    'csv: 0 bars (0 new) of 2 series, 2 of which another went on with',
  ]);
  await down.close();
});

it('what a folder’s files end before comes from the next of a chain', async () => {
  const tickers = tickersOf(3);
  const ends: Readonly<Record<string, string>> = {
    QAAA: '2026-10-30',
    QAAB: '2026-11-16',
    QAAC: '2026-11-18',
  };
  const market = walkingMarket(tickers);
  const folder = await folderUpTo(ends, market);
  const yahoo = await start({ wire: 'yahoo', market, now: () => NOW });

  const down = await refusing(401);
  const broken = chained(folder, down.url);
  const failed = await broken.backfill({ tickers, ...RANGE });
  expect(exitCodeOf(failed)).toBe(1);
  // The first one's end is a failure for as long as nobody has the rest.
  expect(new Map(failed.failures.map(({ ticker, sourceEndsOn }) => [ticker, sourceEndsOn]))).toEqual(
    new Map([
      ['QAAA', '2026-10-30'],
      ['QAAB', '2026-11-16'],
    ]),
  );
  await broken.close();
  await down.close();

  const history = chained(folder, yahoo.url);
  const summary = await history.backfill({ tickers, ...RANGE });
  const { failures, holes } = summary;
  expect({ failures, holes, exit: exitCodeOf(summary) }).toEqual({ failures: [], holes: 0, exit: 0 });
  const again = await history.backfill({ tickers, ...RANGE });
  expect({ requests: again.requests, exit: exitCodeOf(again) }).toEqual({ requests: 0, exit: 0 });
  await history.close();
  expect(await question(SOURCES)).toEqual([
    ['QAAA', 'csv', '2026-10-30', sessions(RANGE.start, '2026-10-30')],
    ['QAAA', 'yahoo', '2026-11-18', sessions('2026-10-31', RANGE.end)],
    ['QAAB', 'csv', '2026-11-16', sessions(RANGE.start, '2026-11-16')],
    ['QAAB', 'yahoo', '2026-11-18', sessions('2026-11-17', RANGE.end)],
    ['QAAC', 'csv', '2026-11-18', sessions(RANGE.start, RANGE.end)],
  ]);
});
