import { readFileSync, readdirSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Plan } from '../../src/core/plan/plan.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import type { ProviderConfig, Secrets } from '../../src/providers/provider.ts';
import { ALPACA_KEYS } from '../../src/simulator/alpaca/index.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import type { WireName } from '../../src/simulator/wire-names.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { type Counting, countedBytes } from './counted-bytes.ts';

// What a plan says of bytes, against what real rows take on the wire in the run of that plan.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

/** Files of real data as a market of their own. */
async function marketOf(...files: readonly string[]): Promise<Market> {
  const path = join(folder.path, 'csv');
  await mkdir(path);
  for (const file of files) await symlink(realData(file), join(path, basename(file)));
  return csvFolderMarket(path, null, 'start', {}, ALL_ROWS);
}

/** Rows that are more than there are: a server of whole days asks for all tickers in turn. */
const ALL_ROWS = 1_000_000;

const SP500 = 'daily-sp500-2013-2018';
const TEN = 'AAPL AMZN BA CAT DIS GE IBM JPM KO MSFT'.split(' ');
const ten = () => marketOf(...TEN.map((ticker) => `${SP500}/${ticker}_data.csv`));

/** A month of minutes of a pair: each of its days has the rows of the one that there is. */
async function monthOfMinutes(): Promise<Market> {
  const zip = unzipSync(readFileSync(realData('crypto/lean-binance-btcbusd-1m-20221213.zip')));
  const rows = strFromU8(Object.values(zip)[0] ?? new Uint8Array())
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  const first = Date.parse('2022-12-01') / DAY;
  const on = (day: number): MarketRow[] =>
    rows.map(([ms = 0, open = 0, high = 0, low = 0, close = 0, volume = 0]) => {
      return { ts: day * DAY + ms, open, high, low, close, volume, vwap: null, trades: 100 };
    });
  const market: Market = {
    tickers: () => ['BTC-BUSD'],
    listing: (ticker) => {
      if (ticker !== 'BTC-BUSD') return undefined;
      const pair = { calendar: '24-7', currency: 'BUSD', exchange: null, type: 'crypto' } as const;
      return { ticker, name: ticker, ...pair, firstTrade: first, delistedOn: null };
    },
    intervals: () => ['1m'],
    rows: (_, __, { from, to }) =>
      Array.from({ length: Math.max(0, to - Math.max(from, first)) }, (_one, i) =>
        on(Math.max(from, first) + i),
      ).flat(),
    actions: () => [],
    quiet: () => [],
  };
  return market;
}

const DAY = 86_400_000;

interface Ran {
  readonly plan: Plan;
  readonly counting: Counting;
}

interface Asked {
  readonly wire: WireName;
  readonly market: () => Promise<Market>;
  readonly now: string;
  readonly settings?: ProviderConfig['settings'];
  readonly secrets?: Secrets;
  readonly tickers: readonly string[];
  readonly interval?: Interval;
  readonly start: string;
  readonly end: string;
}

/** Plans and then runs the same. */
async function ran({ wire, market, now, settings, secrets, interval = '1d', ...of }: Asked): Promise<Ran> {
  const clock = (): number => Date.parse(now);
  const counting = await countedBytes({ wire, market: await market(), now: clock });
  const history = openHistory({
    ...{ store: join(folder.path, 'data'), stateFolder: join(folder.path, 'state'), clock },
    ...{ workers: 1, quotas: [], ...(secrets && { secrets }) },
    provider: { id: wire, url: counting.url, ...(settings && { settings }) },
  });
  const request = { ...of, intervals: [interval] };
  const plan = await history.plan(request);
  const { failures } = await history.backfill(request);
  await history.close();
  await counting.close();
  expect(failures).toEqual([]);
  return { plan, counting };
}

function expectWithinTwo(estimated: number | undefined, real: number): void {
  const times = (estimated ?? 0) / real;
  expect(times, `${estimated} for ${real} bytes`).toBeGreaterThan(1 / 2);
  expect(times, `${estimated} for ${real} bytes`).toBeLessThan(2);
}

const FIVE_YEARS = { now: '2018-02-09T12:00:00Z', start: '2013-02-08', end: '2018-02-07' };
const polygonWith = (source: string) => ({
  wire: 'polygon' as const,
  settings: { tier: 'advanced', source },
  secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
});
const premium = { wire: 'alphavantage', settings: { tier: '75' }, secrets: { key: 'TESTPREMIUM' } } as const;
const BTC = { wire: 'binance', market: () => monthOfMinutes(), tickers: ['BTC-BUSD'] } as const;

const BY_SERIES: Readonly<Record<string, Asked>> = {
  'five years of Yahoo': { wire: 'yahoo', market: ten, tickers: TEN, ...FIVE_YEARS },
  'five years of Alpaca': {
    ...{ wire: 'alpaca', secrets: ALPACA_KEYS, market: ten, tickers: TEN, ...FIVE_YEARS },
    start: '2016-01-04',
  },
  'five years of Polygon': { ...polygonWith('rest'), market: ten, tickers: TEN, ...FIVE_YEARS },
  'the newest days of Alpha Vantage': {
    ...{ wire: 'alphavantage', secrets: { key: 'TESTFREE' }, market: ten, tickers: TEN, ...FIVE_YEARS },
    ...{ settings: { actions: 'none' }, start: '2017-10-02' },
  },
  'few days of Alpha Vantage': { ...premium, market: ten, tickers: TEN, ...FIVE_YEARS, start: '2018-01-02' },
  'a year of Alpha Vantage, whose answers are whole': {
    ...{
      ...premium,
      market: () => marketOf('daily-raw/ibm.zip', 'daily-raw/bac.zip'),
      tickers: ['IBM', 'BAC'],
    },
    ...{ now: '2021-03-05T12:00:00Z', start: '2020-01-02', end: '2020-12-31' },
  },
  'a month of minutes of Binance, of its archive': {
    ...{ ...BTC, interval: '1m', now: '2023-01-20T12:00:00Z', start: '2022-12-01', end: '2022-12-31' },
  },
  'a week of that month, which comes with the whole file': {
    ...{ ...BTC, interval: '1m', now: '2023-01-20T12:00:00Z', start: '2022-12-05', end: '2022-12-09' },
  },
  'three days of minutes of Binance, page by page': {
    ...{ ...BTC, interval: '1m', now: '2022-12-20T12:00:00Z', start: '2022-12-05', end: '2022-12-07' },
  },
};

describeWith(REAL_DATA)(
  'the bytes of a plan for real rows are within a factor of two of those of its run',
  () => {
    it.each(Object.entries(BY_SERIES))('for %s', async (_, asked) => {
      const { plan, counting } = await ran(asked);
      expect(counting.entries).toHaveLength(plan.totals.requests);
      expectWithinTwo(plan.bytes, counting.bytes());
    });
  },
);

const FORTNIGHT = { now: '2018-02-09T12:00:00Z', start: '2018-01-24', end: '2018-02-07' };

/** A tenth of the tickers that there are: of so many a file is packed as well as one of all. */
const someFiles = (): readonly string[] =>
  readdirSync(realData(SP500))
    .filter((_, i) => i % 10 === 0)
    .map((name) => `${SP500}/${name}`);
const fifty = () => marketOf(...someFiles());
const fiftyTickers = (): string[] => someFiles().map((file) => basename(file).replace('_data.csv', ''));

/** Rows of a session of all shares: of 2024 on an average, and of 2024-06-03. */
const ALL = { days: 11_000, minutes: 1_520_000, trades: 80_640_000 } as const;

const oneOf = (source: string, of: keyof typeof ALL, asked: Pick<Asked, 'market' | 'tickers' | 'interval'>) =>
  ({ of, ...polygonWith(source), ...FORTNIGHT, ...asked }) as const;
const SPY = {
  market: async () => csvFolderMarket(realData('intraday-raw/minute')),
  tickers: ['SPY'],
  interval: '1m',
} as const;
const ON_A_DAY = { now: '2023-08-05T12:00:00Z', start: '2023-08-03', end: '2023-08-03' };

/** All shares of a session at a time, or those of one ticker in files of all: a market of few has so much less. */
const BY_SESSION: Readonly<Record<string, Asked & { readonly of: keyof typeof ALL }>> = {
  'one ticker of flat files of days': oneOf('flat', 'days', {
    market: fifty,
    tickers: fiftyTickers().slice(0, 1),
  }),
  'all of the flat files of days': oneOf('flat', 'days', { market: fifty, tickers: fiftyTickers() }),
  'all shares by grouped days': oneOf('rest', 'days', { market: fifty, tickers: fiftyTickers() }),
  'all shares by files and grouped days': {
    ...oneOf('hybrid', 'days', { market: fifty, tickers: fiftyTickers() }),
    // Most of them are older than thirty days.
    ...{ start: '2017-10-16', end: '2018-01-12' },
  },
  'flat files of minutes': { ...oneOf('flat', 'minutes', SPY), ...ON_A_DAY },
  'flat files of trades': { ...oneOf('trades', 'trades', SPY), ...ON_A_DAY },
};

const SESSIONS = /flatfiles|grouped/;

/** What a plan says of pages of a thousand splits or dividends. */
function saidOfLists({ tasks }: Plan): number {
  const pages = tasks.filter((task) => 'slice' in task && task.slice.actionsSince !== undefined);
  return pages.reduce((sum, { requests }) => sum + requests * 200_000, 0);
}

describeWith(REAL_DATA)(
  'the bytes of a plan for whole markets of real rows are so, too, by their size',
  () => {
    it.each(Object.entries(BY_SESSION))('for %s', async (_, { of, ...asked }) => {
      const { plan, counting } = await ran(asked);
      const answers = counting.entries.filter(({ path }) => SESSIONS.test(path));
      const rows = answers.reduce((sum, one) => sum + one.rows, 0);
      const part = rows / (answers.length * ALL[of]);
      expectWithinTwo(((plan.bytes ?? 0) - saidOfLists(plan)) * part, counting.bytes(SESSIONS));
    });
  },
);
