import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { openAlphavantage } from '../../src/providers/alphavantage/index.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openStore } from '../../src/store/open.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { hasRealData, realData } from '../realdata.ts';
import { start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';

// Real prices over Alpha Vantage's wire into a store. The files are read here, by nothing that the product reads with.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const DAY = 86_400_000;

type Row = readonly [ts: number, open: number, high: number, low: number, close: number, volume: number];

const TICKERS = ['AAPL', 'AMZN', 'BA', 'CAT', 'DIS', 'GE', 'IBM', 'JPM', 'KO', 'MSFT', 'PG', 'XOM'];

/** `date,open,high,low,close,volume,Name` with a heading; a row without a price is none. */
function daily(ticker: string): Row[] {
  const text = readFileSync(realData(`daily-sp500-2013-2018/${ticker}_data.csv`), 'utf8');
  return text
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter((cells) => cells.slice(1, 6).every((cell) => cell !== ''))
    .map(
      ([date = '', ...cells]) =>
        [Date.parse(`${date}T00:00:00Z`), ...cells.slice(0, 5).map(Number)] as unknown as Row,
    );
}

/** Minutes of Lean's zips: ms since midnight in New York, four hours behind in that week; prices in ten thousandths. */
function minutes(): Row[] {
  return ['04', '07', '08', '09', '10', '11'].flatMap((date) => {
    const zip = readFileSync(realData(`intraday-raw/minute/ibm/201310${date}_trade.zip`));
    const [bytes = new Uint8Array()] = Object.values(unzipSync(zip));
    return strFromU8(bytes)
      .trim()
      .split('\n')
      .map((line) => line.split(',').map(Number))
      .filter(([ms = 0]) => ms >= 34_200_000 && ms < 57_600_000)
      .map(([ms = 0, open = 0, high = 0, low = 0, close = 0, volume = 0]): Row => {
        const [o, h, l, c] = [open, high, low, close].map((price) => price / 10_000) as [
          number,
          number,
          number,
          number,
        ];
        return [Date.parse(`2013-10-${date}T04:00:00Z`) + ms, o, h, l, c, volume];
      });
  });
}

const ROWS: ReadonlyMap<string, readonly Row[]> = new Map(
  hasRealData
    ? [...TICKERS.map((ticker) => [`${ticker} 1d`, daily(ticker)] as const), ['IBM 1m', minutes()] as const]
    : [],
);

const market: Market = {
  tickers: () => TICKERS,
  listing: (ticker) =>
    TICKERS.includes(ticker)
      ? {
          ...{ ticker, name: ticker, calendar: 'XNYS', currency: 'USD', exchange: null, type: 'equity' },
          ...{ firstTrade: Date.parse('2013-02-08') / DAY, delistedOn: null },
        }
      : undefined,
  intervals: () => ['1m', '1d'],
  rows: (ticker, interval, { from, to }) =>
    (ROWS.get(`${ticker} ${interval}`) ?? [])
      .filter(([ts]) => ts >= from * DAY && ts < to * DAY)
      .map(([ts, open, high, low, close, volume]): MarketRow => {
        return { ts, open, high, low, close, volume, vwap: null, trades: null };
      }),
  actions: () => [],
  quiet: () => [],
};

/** What a run with a key of a tier stored of some tickers, row by row. */
async function stored(
  tier: string,
  tickers: readonly string[],
  interval: Interval,
  range: { start: string; end: string },
) {
  // The last session is final, and the next has not begun.
  const now = Date.parse(`${range.end}T10:00:00Z`) + DAY;
  const simulator = await start({ wire: 'alphavantage', market, now: () => now });
  const key = tier === 'free' ? 'TESTFREE' : 'TESTPREMIUM';
  const provider = openAlphavantage(
    { id: 'alphavantage', url: simulator.url, settings: { tier } },
    OPEN_GATE,
    { key },
  );
  const store = openStore(folder.path);
  const summary = await backfill(
    { tickers, intervals: [interval], ...range },
    toolsInProcess(provider, store, () => now),
  );
  const rows = new Map<string, (number | undefined)[][]>();
  for (const ticker of tickers) {
    const edit = await store.edit({ ticker, interval }, { from: 0, to: 30_000 });
    const { ts, open, high, low, close, volume } = edit.content?.bars ?? expect.fail('nothing is stored');
    rows.set(
      ticker,
      Array.from(ts, (stamp, i) => [stamp, open[i], high[i], low[i], close[i], volume[i]]),
    );
  }
  return { rows, summary, requests: simulator.entries.length };
}

describeWith(REAL_DATA)('real prices over the wire of Alpha Vantage', () => {
  const fiveYears = { start: '2013-02-08', end: '2018-02-07' };

  it('are stored as they are in the files, value for value, a request a ticker', async () => {
    const { rows, summary, requests } = await stored('75', TICKERS, '1d', fiveYears);
    expect(summary).toMatchObject({ failed: 0, rejected: 0, fetched: TICKERS.length });
    for (const ticker of TICKERS) expect(rows.get(ticker)).toEqual(ROWS.get(`${ticker} 1d`));
    expect(requests).toBe(TICKERS.length);
  });

  it('of a free key are the newest hundred, and what is older is out of its reach', async () => {
    const { rows, summary, requests } = await stored('free', ['IBM', 'KO'], '1d', fiveYears);
    for (const ticker of ['IBM', 'KO'])
      expect(rows.get(ticker)).toEqual(ROWS.get(`${ticker} 1d`)?.slice(-100));
    expect(summary).toMatchObject({
      failed: 0,
      cannotBeHad: [{ reason: 'plan-limited', tickers: ['IBM', 'KO'] }],
    });
    expect(requests).toBe(6);
  });

  it('of minutes are those of the session, a month a request', async () => {
    const week = { start: '2013-10-07', end: '2013-10-11' };
    const { rows, summary, requests } = await stored('75', ['IBM'], '1m', week);
    expect(summary).toMatchObject({ failed: 0, rejected: 0 });
    const ofWeek = ROWS.get('IBM 1m')?.filter(([ts]) => ts >= Date.parse('2013-10-07'));
    expect(rows.get('IBM')).toEqual(ofWeek);
    expect(ofWeek?.length).toBeGreaterThan(1900);
    // Its splits, its dividends, and October.
    expect(requests).toBe(3);
  });
});
