import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { DayRange } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { BackfillOptions, History } from '../../../src/library/history.ts';
import { openHistory } from '../../../src/library/open-history.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import type { Market, MarketRow } from '../../../src/market/market.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import { ALPACA_KEYS, alpaca } from '../../../src/simulator/alpaca/index.ts';
import type { OwnWire } from '../../../src/simulator/own-wire.ts';
import type { SimulatorOptions } from '../../../src/simulator/server.ts';
import { NOW, type Logged, start, stopAll } from '../../simulator/running.ts';

// Whole runs from the simulator's wire into a store.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alpaca-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

/** A history of a market that the simulator serves at a moment. */
async function historyOf(
  market: Market,
  {
    now,
    wire = 'alpaca',
    ...options
  }: {
    readonly now: number;
    readonly wire?: SimulatorOptions['wire'];
    readonly faults?: string;
    readonly quotas?: readonly [];
  },
): Promise<{ readonly history: History; readonly simulator: Logged }> {
  const { faults, ...rest } = options;
  const simulator = await start({
    ...{ wire, market, now: () => now },
    ...(faults !== undefined && { faults: { rates: faults, seed: 1 } }),
  });
  const history = openHistory({
    store: join(folder, 'data'),
    provider: { id: 'alpaca', url: simulator.url },
    secrets: ALPACA_KEYS,
    stateFolder: join(folder, 'state'),
    clock: () => now,
    ...rest,
  });
  return { history, simulator };
}

/** What a run stored of a ticker, as lines of text. */
async function stored(history: History, ticker: string, interval: Interval): Promise<string[]> {
  const bars = await history.read({ ticker, interval });
  return bars.map(({ ts, open, high, low, close, volume }) => [ts, open, high, low, close, volume].join());
}

async function fill(history: History, request: BackfillOptions) {
  const { failures, rejected } = await history.backfill(request);
  return { failures, rejected };
}

const DOZEN = 'AAPL MSFT IBM JPM XOM KO GE T PFE CSCO INTC WMT'.split(' ');

describeWith(REAL_DATA)('real bars', () => {
  it('of days are stored as they were served, value for value, from the first year that there is', async () => {
    await mkdir(join(folder, 'csv'));
    for (const ticker of DOZEN)
      await symlink(
        realData(`daily-sp500-2013-2018/${ticker}_data.csv`),
        join(folder, 'csv', `${ticker}_data.csv`),
      );
    const now = Date.parse('2018-02-09T12:00:00Z');
    const { history, simulator } = await historyOf(csvFolderMarket(join(folder, 'csv')), { now });
    const range = { start: '2013-02-08', end: '2018-02-07' };
    expect(await fill(history, { tickers: DOZEN, ...range })).toEqual({ failures: [], rejected: 0 });
    let rows = 0;
    for (const ticker of DOZEN) {
      const text = await readFile(realData(`daily-sp500-2013-2018/${ticker}_data.csv`), 'utf8');
      const lines = text
        .trim()
        .split('\n')
        .slice(1)
        .filter((line) => line >= '2016-01-01');
      const own = lines.map((line) => {
        const [date = '', ...values] = line.split(',');
        return [Date.parse(date), ...values.slice(0, 5).map(Number)].join();
      });
      expect(await stored(history, ticker, '1d')).toEqual(own);
      rows += own.length;
    }
    expect(rows).toBe(12 * 529);
    // Six thousand rows are one page, beside that of splits and dividends.
    expect(simulator.entries.map(({ path }) => path)).toEqual(['/v1/corporate-actions', '/v2/stocks/bars']);
    const before = await history.coverage({ tickers: ['AAPL'], ...range });
    expect(JSON.stringify(before)).toContain('plan-limited');
    await history.close();
  });

  it('of minutes are stored as they were served, without those of extended hours', async () => {
    const now = Date.parse('2023-08-05T12:00:00Z');
    const { history } = await historyOf(csvFolderMarket(realData('intraday-raw/minute')), { now });
    const day = { start: '2023-08-03', end: '2023-08-03' };
    expect(await fill(history, { tickers: ['SPY'], intervals: ['1m', '5m'], ...day })).toEqual({
      failures: [],
      rejected: 0,
    });
    const [text = new Uint8Array()] = Object.values(
      unzipSync(await readFile(realData('intraday-raw/minute/spy/20230803_trade.zip'))),
    );
    const midnight = Date.parse('2023-08-03T00:00:00-04:00');
    const regular = new TextDecoder()
      .decode(text)
      .trim()
      .split(/\r?\n/)
      .map((line) => line.split(',').map(Number))
      .filter(([ms = 0]) => ms >= 34_200_000 && ms < 57_600_000)
      .map(([ms = 0, open = 0, high = 0, low = 0, close = 0, volume = 0]) =>
        [midnight + ms, open / 1e4, high / 1e4, low / 1e4, close / 1e4, volume].join(),
      );
    expect(regular).toHaveLength(390);
    expect(await stored(history, 'SPY', '1m')).toEqual(regular);
    await history.close();
  });
});

const sample = sampleMarket();
const LETTERS = 'ABCDEFGHIJ'.split('');
const THOUSAND = LETTERS.flatMap((a) => LETTERS.flatMap((b) => LETTERS.map((c) => `Q${a}${b}${c}`)));

/** The rows of ALFA on a level of their own. */
function rowsOf(ticker: string, ...asked: [Interval, DayRange]): readonly MarketRow[] {
  const level = 1 + THOUSAND.indexOf(ticker) / 1024;
  return sample.rows('ALFA', ...asked).map((row) => {
    const at = (price: number | null): number => (price ?? 0) * level;
    return { ...row, open: at(row.open), high: at(row.high), low: at(row.low), close: at(row.close) };
  });
}

const wide: Market = {
  tickers: () => THOUSAND,
  listing: (ticker) => {
    const listing = THOUSAND.includes(ticker) ? sample.listing('ALFA') : undefined;
    return listing && { ...listing, ticker };
  },
  intervals: () => sample.intervals('ALFA'),
  rows: rowsOf,
  actions: () => sample.actions('ALFA'),
  quiet: () => [],
};

describe('a thousand tickers of a year of days', () => {
  it('take seconds at 200 requests a minute, as the plan says before', async () => {
    const request = { tickers: THOUSAND, days: 252 };
    const { history } = await historyOf(wide, { now: NOW });
    const { totals, quotaMs } = await history.plan(request);
    await history.close();
    // Eight lists in pages of 10,000 rows, and once for the splits and dividends of each.
    expect([totals.series, totals.requests]).toEqual([1000, 26 + 1 + 2 + 8]);
    expect(quotaMs).toBeLessThan(12_000);

    const { history: free, simulator } = await historyOf(wide, { now: NOW, quotas: [] });
    expect(await fill(free, request)).toEqual({ failures: [], rejected: 0 });
    expect(simulator.requests()).toBe(totals.requests);
    expect(await free.read({ ticker: 'QJJJ', interval: '1d' })).toHaveLength(252);
    await free.close();
  }, 180_000);
});

describe('a symbol that has the request of a hundred refused', () => {
  /** What a run of a hundred tickers, some of which are no symbol, sends, stores and cannot have. */
  const runWith = async (bad: readonly string[], wire: SimulatorOptions['wire'] = 'alpaca', at = 100) => {
    const { history, simulator } = await historyOf(wide, { now: NOW, quotas: [], wire });
    const good = THOUSAND.slice(0, 100 - bad.length);
    const tickers = [...good.slice(0, at), ...bad, ...good.slice(at)];
    const { cannotBeHad, failures, fetchedTickers } = await history.backfill({ tickers, days: 20 });
    await history.close();
    const requests = simulator.requests();
    const refused = simulator.entries.filter(({ status }) => status === 400).length;
    await rm(folder, { recursive: true });
    await mkdir(folder);
    const none = cannotBeHad.flatMap((group) => group.tickers);
    return { requests, refused, none, failures: failures.map(({ ticker }) => ticker), fetchedTickers };
  };

  it('costs its own ticker, and at most as many requests as halving a hundred takes', async () => {
    const sound = await runWith([]);
    expect(sound).toMatchObject({ refused: 0, none: [], failures: [], fetchedTickers: 100 });
    for (const bad of [['QA-WS'], ['QA-WS', 'QB-WS']]) {
      const { requests, refused, none, fetchedTickers } = await runWith(bad);
      expect(none.toSorted()).toEqual(bad);
      expect(fetchedTickers).toBe(100 - bad.length);
      // What its splits are not known by is not asked for bars.
      expect(refused).toBe(bad.length);
      expect(requests - sound.requests).toBe(refused);
      expect(requests - sound.requests).toBeLessThan(bad.length * Math.log2(100));
    }
  }, 60_000);

  it('costs a request for each halving, itself and the rest where it is not named', async () => {
    const sound = await runWith([], nameless);
    for (const [bad, at] of [
      [['QA-WS'], 100],
      [['QA-WS'], 0],
      [['QA-WS'], 37],
      [['QA-WS', 'QB-WS'], 63],
    ] as const) {
      const { requests, none, failures, fetchedTickers } = await runWith(bad, nameless, at);
      expect([none.toSorted(), failures.toSorted(), fetchedTickers]).toEqual([bad, bad, 100 - bad.length]);
      expect(requests - sound.requests).toBeLessThanOrEqual(bad.length * (7 + 2));
    }
  }, 60_000);

  it('does not have the shares asked for again beside which it is a pair', async () => {
    const { history, simulator } = await historyOf(sample, { now: NOW, quotas: [], wire: refusesPairs });
    const tickers = ['ALFA', 'BRIQ', 'SMPL-USD', 'PSDO-USDT'];
    const days = { start: '2026-11-10', end: '2026-11-12' };
    const { cannotBeHad } = await history.backfill({ tickers, intervals: ['15m'], ...days });
    expect(cannotBeHad.flatMap((group) => group.tickers).toSorted()).toEqual(['PSDO-USDT', 'SMPL-USD']);
    expect(await history.read({ ticker: 'BRIQ', interval: '15m' })).toHaveLength(3 * 26);
    const shares = simulator.entries.filter(({ path }) => path === '/v2/stocks/bars');
    expect(shares).toHaveLength(1);
    await history.close();
  });
});

/** Alpaca's, which takes no pair. */
const refusesPairs: OwnWire = {
  ...alpaca,
  answer: (request, ...asked) =>
    request.path.includes('crypto')
      ? { status: 400, headers: {}, body: '{"message":"invalid symbol"}', rows: 0 }
      : alpaca.answer(request, ...asked),
};

/** Alpaca's, which does not say which symbol is none. */
const nameless: OwnWire = {
  ...alpaca,
  answer: (...asked) => {
    const answer = alpaca.answer(...asked);
    return { ...answer, body: answer.body.replace(/invalid symbol: [^"]*/, 'invalid symbol') };
  },
};

describe('a hostile wire', () => {
  const shares = sample.tickers().filter((ticker) => /^[A-Z]+$/.test(ticker));

  it('leads to the bars of a sound one', async () => {
    const days = { start: '2026-03-02', end: '2026-05-29' };
    const faults = 'all=4%,huge=0,drip=0,stall=0';
    const { history, simulator } = await historyOf(sample, { now: NOW, faults, quotas: [] });
    for (const tickers of [
      shares.slice(0, 9),
      shares.slice(9, 18),
      ['SMPL-USD', 'PSDO-USDT', ...shares.slice(18)],
    ])
      expect(await fill(history, { tickers, ...days })).toMatchObject({ failures: [] });
    expect(simulator.entries.some(({ outcome }) => outcome !== 'ok')).toBe(true);
    for (const ticker of [...shares, 'SMPL-USD', 'PSDO-USDT']) {
      const truth = sample.rows(ticker, '1d', { from: parseDay('2026-03-02'), to: parseDay('2026-05-30') });
      const lines = truth.map(({ ts, open, high, low, close, volume }) =>
        [ts, open, high, low, close, volume].join(),
      );
      expect([ticker, ...(lines.length === 0 ? [] : await stored(history, ticker, '1d'))]).toEqual([
        ticker,
        ...lines,
      ]);
    }
    await history.close();
  }, 120_000);
});

it.each(['1m', '5m', '15m', '1h'] as const)(
  'fills pairs beside shares, %s',
  async (interval) => {
    const { history } = await historyOf(sample, { now: NOW, quotas: [] });
    const days = { start: '2026-11-10', end: '2026-11-12' };
    const tickers = ['ALFA', 'SMPL-USD', 'PSDO-USDT'];
    expect(await fill(history, { tickers, intervals: [interval], ...days })).toEqual({
      failures: [],
      rejected: 0,
    });
    const range = { from: parseDay('2026-11-10'), to: parseDay('2026-11-13') };
    for (const ticker of tickers) {
      const truth = sample.rows(ticker, interval, range);
      const lines = truth.map(({ ts, open, high, low, close, volume }) =>
        [ts, open, high, low, close, volume].join(),
      );
      expect(lines.length).toBeGreaterThan(0);
      expect(await stored(history, ticker, interval)).toEqual(lines);
    }
    await history.close();
  },
  60_000,
);

it('knows nothing of a ticker that there is not after it has said so three times', async () => {
  const { history, simulator } = await historyOf(sample, { now: NOW, quotas: [] });
  const request = { tickers: ['ALFA', 'BRIQ', 'NOPE'], days: 5 };
  const summary = await history.backfill(request);
  expect(summary.failures).toEqual([]);
  expect(JSON.stringify(summary)).toContain('"tickers":["NOPE"]');
  expect(await history.read({ ticker: 'ALFA', interval: '1d' })).toHaveLength(5);
  // Once together, and twice the one that is doubted, with its splits and dividends.
  const lists = simulator.entries.map(({ path, query }) => [path, new URLSearchParams(query).get('symbols')]);
  expect(lists.filter(([path]) => path === '/v2/stocks/bars').map(([, symbols]) => symbols)).toEqual([
    'ALFA,BRIQ,NOPE',
    'NOPE',
    'NOPE',
  ]);
  const again = await history.backfill(request);
  expect(again.failures).toEqual([]);
  await history.close();
});
