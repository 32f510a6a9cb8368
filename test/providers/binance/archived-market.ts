import { expect } from 'vitest';
import { MS_PER_DAY, parseDay, startOfDay } from '../../../src/core/session/day.ts';
import { INTERVALS, type Interval, intervalMs } from '../../../src/core/session/interval.ts';
import type { Market } from '../../../src/market/market.ts';
import type { BarAnswer, BarRequest } from '../../../src/providers/provider.ts';
import { type Between, NOW, type Reply, binance } from './serving.ts';

/** Round the clock, made quickly: an archive's month is long. */
export const market: Market = {
  tickers: () => ['PSDO-USDT'],
  listing: (ticker) =>
    ticker === 'PSDO-USDT'
      ? {
          ticker,
          name: ticker,
          calendar: '24-7',
          currency: 'USDT',
          exchange: null,
          type: 'crypto',
          firstTrade: 0,
          delistedOn: null,
        }
      : undefined,
  intervals: () => INTERVALS,
  rows: (_, interval, { from, to }) => {
    const length = intervalMs(interval);
    return Array.from({ length: ((to - from) * MS_PER_DAY) / length }, (__, i) => {
      const ts = startOfDay(from) + i * length;
      const open = 100 + ((ts / 60_000) % 997) / 64;
      const prices = { open, high: open + 0.5, low: open - 0.25, close: open + 0.125 };
      return { ts, ...prices, volume: (ts / 60_000) % 61, vwap: null, trades: null };
    });
  },
  actions: () => [],
  quiet: () => [],
};

/** A request for the pair of the market, from the first day to the last. */
export function asking(first: string, last: string, interval: Interval = '15m'): BarRequest {
  const range = { from: parseDay(first), to: parseDay(last) + 1 };
  return { series: { ticker: 'PSDO-USDT', interval }, range, now: NOW };
}

/** The answer and the kinds of what was asked for it. */
export async function ask(request: BarRequest, between: Between = {}): Promise<[BarAnswer, string[]]> {
  const { provider, asked } = await binance({ market, ...between });
  const answer = await provider.fetchBars(request);
  return [answer, asked.map(kindOf)];
}

function kindOf(path: string): string {
  if (path.startsWith('/api/v3/klines')) return 'page';
  return path.replace(/^.*\/PSDOUSDT-\d+m-/, '');
}

/** The bars are those of the market, all of them. */
export function expectTrue({ bars, proven }: BarAnswer, { series, range }: BarRequest): void {
  const truth = market.rows(series.ticker, series.interval, range);
  expect(bars.length).toBe(truth.length);
  for (const column of ['ts', 'open', 'high', 'low', 'close', 'volume'] as const)
    expect([...bars[column]]).toEqual(truth.map((row) => row[column]));
  expect(proven).toEqual(range);
}

export const MARCH = asking('2024-03-01', '2024-03-31');
/** The fewest days of 15m that a file is cheaper for: three pages. */
export const THREE_WEEKS = asking('2024-03-02', '2024-03-22');

/** What is said of months without a file. */
export const LACKING =
  "Binance's archive lacks files of months that its API has; their days were asked there";

/** A server without an archive. */
export const gone = (_: Reply, path: string): Partial<Reply> =>
  path.startsWith('/data/') ? { status: 404 } : {};
