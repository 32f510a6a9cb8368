import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { start } from '../simulator/running.ts';
import { NOW, calendar, chainStore, refusing } from './chain-store.ts';
import { tickersOf, walkingMarket } from './walking-market.ts';

const { at, question } = chainStore();
const RANGE = { start: '2026-06-01', end: '2026-11-18' };
const SOURCES =
  "SELECT ticker, source, strftime(max(ts), '%Y-%m-%d'), count(*)::INT FROM bars GROUP BY ALL ORDER BY 1, 2";

const sessions = (from: string, to: string): number =>
  calendar.count([{ from: parseDay(from), to: parseDay(to) + 1 }]);

it('what a folder’s files end before comes from the next of a chain', async () => {
  const tickers = tickersOf(3);
  const ends: Readonly<Record<string, string>> = {
    QAAA: '2026-10-30',
    QAAB: '2026-11-16',
    QAAC: '2026-11-18',
  };
  const market = walkingMarket(tickers);
  const folder = `${at()}-csv`;
  await mkdir(folder, { recursive: true });
  for (const ticker of tickers) {
    const days = { from: parseDay(RANGE.start), to: parseDay(ends[ticker] ?? '') + 1 };
    const rows = market
      .rows(ticker, '1d', days)
      .map(({ ts, open, high, low, close, volume }) =>
        [formatDay(utcDayOf(ts)), open, high, low, close, volume].join(','),
      );
    const text = ['date,open,high,low,close,volume', ...rows, ''].join('\n');
    await writeFile(join(folder, `${ticker}.csv`), text);
  }
  const yahoo = await start({ wire: 'yahoo', market, now: () => NOW });
  const chained = (url: string): ReturnType<typeof openHistory> =>
    openHistory({
      ...{ store: at(), stateFolder: `${at()}-state`, workers: 1, quotas: [], clock: () => NOW },
      provider: [
        { id: 'csv', url: folder, settings: { basis: 'raw' } },
        { id: 'yahoo', url },
      ],
    });

  const down = await refusing(401);
  const broken = chained(down.url);
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

  const history = chained(yahoo.url);
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
