import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { BackfillOptions, History } from '../../../src/library/history.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import { LONG_RUNS, REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import { NOW, stopAll } from '../../simulator/running.ts';
import { THOUSAND, historyOf, wide } from './served-market.ts';

// Whole runs from the simulator's wire into a store.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alpaca-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

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
    const { history, simulator } = await historyOf(folder, csvFolderMarket(join(folder, 'csv')), { now });
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
    const { history } = await historyOf(folder, csvFolderMarket(realData('intraday-raw/minute')), { now });
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
/** Tickers of a year of days, lists of them, and pages of 10,000 rows. */
const [YEARS, LISTS, PAGES] = LONG_RUNS ? [THOUSAND, 8, 26] : [THOUSAND.slice(0, 250), 2, 7];
describe(`${YEARS.length} tickers of a year of days`, () => {
  it('take seconds at 200 requests a minute, as the plan says before', async () => {
    const request = { tickers: YEARS, days: 252 };
    const { history } = await historyOf(folder, wide, { now: NOW });
    const { totals, quotaMs } = await history.plan(request);
    await history.close();
    // Lists in pages, and once for the splits and dividends of each.
    expect([totals.series, totals.requests]).toEqual([YEARS.length, PAGES + (LONG_RUNS ? 1 + 2 : 0) + LISTS]);
    expect(quotaMs).toBeLessThan(12_000);

    const { history: free, simulator } = await historyOf(folder, wide, { now: NOW, quotas: [] });
    expect(await fill(free, request)).toEqual({ failures: [], rejected: 0 });
    expect(simulator.requests()).toBe(totals.requests);
    expect(await free.read({ ticker: YEARS.at(-1) as string, interval: '1d' })).toHaveLength(252);
    await free.close();
  }, 180_000);
});

describe('a hostile wire', () => {
  const shares = sample.tickers().filter((ticker) => /^[A-Z]+$/.test(ticker));

  it('leads to the bars of a sound one', async () => {
    const days = { start: '2026-03-02', end: '2026-05-29' };
    const faults = 'all=4%,huge=0,drip=0,stall=0';
    const { history, simulator } = await historyOf(folder, sample, { now: NOW, faults, quotas: [] });
    for (const tickers of [
      shares.slice(0, 9),
      shares.slice(9, 18),
      ['SMPL-USD', 'PSDO-USDT', ...shares.slice(18)],
    ]) {
      await fill(history, { tickers, ...days });
      // What met a storm of faults is to be had once more.
      expect(await fill(history, { tickers, ...days })).toMatchObject({ failures: [] });
    }
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

const INTERVALS = ['1m', '5m', '15m', '1h'] as const;

it('fills pairs beside shares, of each interval', async () => {
  const { history } = await historyOf(folder, sample, { now: NOW, quotas: [] });
  const days = { start: '2026-11-10', end: '2026-11-12' };
  const tickers = ['ALFA', 'SMPL-USD', 'PSDO-USDT'];
  expect(await fill(history, { tickers, intervals: INTERVALS, ...days })).toEqual({
    failures: [],
    rejected: 0,
  });
  const range = { from: parseDay('2026-11-10'), to: parseDay('2026-11-13') };
  for (const [ticker, interval] of tickers.flatMap((one) => INTERVALS.map((each) => [one, each] as const))) {
    const truth = sample.rows(ticker, interval, range);
    const lines = truth.map(({ ts, open, high, low, close, volume }) =>
      [ts, open, high, low, close, volume].join(),
    );
    expect(lines.length).toBeGreaterThan(0);
    expect(await stored(history, ticker, interval)).toEqual(lines);
  }
  await history.close();
}, 60_000);

it('knows nothing of a ticker that there is not after it has said so three times', async () => {
  const { history, simulator } = await historyOf(folder, sample, { now: NOW, quotas: [] });
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
