import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import type { Secrets } from '../../src/providers/provider.ts';
import { openHistory } from '../../src/library/open-history.ts';
import type { Market } from '../../src/market/market.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { hasRealData, realData } from '../realdata.ts';
import { start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { inDuckDB } from './in-duckdb.ts';

// The same real rows over every wire. Files are read here and stores by DuckDB: by nothing that the product reads with.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const DAY = 86_400_000;

/** Within what all of them reach. */
const RANGE = { start: '2017-07-17', end: '2018-02-07' };

/** The settlement of the last day is over. */
const NOW = Date.parse('2018-02-09T12:00:00Z');

const DOZEN = 'AAPL AMZN BA CAT DIS GE IBM JPM KO MSFT PG XOM'.split(' ');

/** Date, open, high, low, close, volume. */
type Row = readonly [date: string, ...values: number[]];

/** `date,open,high,low,close,volume,Name` below a heading; none of these has a row without a price. */
function rowsIn(ticker: string): Row[] {
  const [, ...lines] = readFileSync(realData(`daily-sp500-2013-2018/${ticker}_data.csv`), 'utf8')
    .trim()
    .split('\n');
  return lines
    .map((line) => line.split(','))
    .filter(([date = '']) => date >= RANGE.start && date <= RANGE.end)
    .map(([date = '', ...cells]) => [date, ...cells.slice(0, 5).map(Number)] as const);
}

const ROWS = new Map(hasRealData ? DOZEN.map((ticker) => [ticker, rowsIn(ticker)] as const) : []);

/** Where a ticker is a pair its rows are those of the share of that name. */
const shareOf = (ticker: string): string => ticker.replace('-USDT', '');

/** What a server has to sell: the shares by the tickers of a provider. */
function marketOf(tickers: readonly string[]): Market {
  return {
    tickers: () => tickers,
    listing: (ticker) =>
      tickers.includes(ticker)
        ? {
            ...{ ticker, name: ticker, calendar: calendarFor(ticker).id, currency: 'USD', exchange: null },
            ...{ type: 'equity', firstTrade: Date.parse(RANGE.start) / DAY, delistedOn: null },
          }
        : undefined,
    intervals: () => ['1d', '1h'],
    rows: (ticker, _, { from, to }) =>
      (ROWS.get(shareOf(ticker)) ?? [])
        .map(([date, open = 0, high = 0, low = 0, close = 0, volume = 0]) => {
          return { ts: Date.parse(date), open, high, low, close, volume, vwap: null, trades: null };
        })
        .filter(({ ts }) => ts >= from * DAY && ts < to * DAY),
    actions: () => [],
    quiet: () => [],
  };
}

interface Carrier {
  readonly id: 'yahoo' | 'alphavantage' | 'alpaca' | 'binance' | 'polygon';
  readonly secrets?: Secrets;
  readonly settings?: Readonly<Record<string, string>>;
  /** Which has pairs only. */
  readonly pairs?: boolean;
}

const CARRIERS: readonly Carrier[] = [
  { id: 'yahoo' },
  { id: 'alphavantage', secrets: { key: 'TESTPREMIUM' }, settings: { tier: '75' } },
  { id: 'alpaca', secrets: ALPACA_KEYS },
  { id: 'binance', pairs: true },
  { id: 'polygon', secrets: { key: POLYGON_KEYS.advanced }, settings: { tier: 'advanced' } },
];

/** All rows that a run over a provider's wire stored, by share and date. */
async function carried({ id, secrets = {}, settings = {}, pairs = false }: Carrier): Promise<unknown[]> {
  const tickers = pairs ? DOZEN.map((ticker) => `${ticker}-USDT`) : DOZEN;
  const { url } = await start({ wire: id, market: marketOf(tickers), now: () => NOW });
  const store = join(folder.path, id);
  const history = openHistory({
    ...{ store, provider: { id, url, settings }, secrets, workers: 1, quotas: [], clock: () => NOW },
    stateFolder: join(folder.path, 'state'),
  });
  const { rejected, throttleRate, successRate } = await history.backfill({ tickers, ...RANGE });
  await history.close();
  expect([id, rejected, throttleRate, successRate]).toEqual([id, 0, 0, 1]);
  return inDuckDB(
    `CREATE VIEW bars AS FROM read_parquet('${store}/bars/**/*.parquet', hive_partitioning = true)`,
    `SELECT replace(ticker, '-USDT', ''), strftime(ts, '%Y-%m-%d'), open, high, low, close, volume FROM bars ORDER BY 1, 2`,
  );
}

describeWith(REAL_DATA)('real rows', () => {
  it('are stored the same, whichever provider carried them', async () => {
    const truth = DOZEN.flatMap((ticker) => (ROWS.get(ticker) ?? []).map((row) => [ticker, ...row]));
    expect(truth.length).toBe(12 * 143);
    for (const carrier of CARRIERS) {
      const rows = (await carried(carrier)) as [string, string, ...number[]][];
      // Yahoo's wire is of single precision.
      const most = carrier.id === 'yahoo' ? 2e-7 : 0;
      expect(rows.length, carrier.id).toBe(truth.length);
      for (const [i, [ticker, date, ...values]] of rows.entries()) {
        const [ofTicker, ofDate, ...own] = truth[i] as [string, string, ...number[]];
        const off = Math.max(...values.map((value, j) => Math.abs(value / (own[j] ?? 0) - 1)));
        expect([ticker, date, off <= most], `${carrier.id} ${ticker} ${date}: ${off}`).toEqual([
          ofTicker,
          ofDate,
          true,
        ]);
      }
      if (most === 0) expect(JSON.stringify(rows)).toBe(JSON.stringify(truth));
    }
  }, 180_000);
});
