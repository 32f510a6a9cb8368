import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openHistory } from '../../src/library/open-history.ts';
import type { History } from '../../src/library/history.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import type { Market } from '../../src/market/market.ts';
import { FLAT_KEYS, POLYGON_KEYS } from '../../src/simulator/polygon/keys.ts';
import { inDuckDB } from '../library/in-duckdb.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { realData } from '../realdata.ts';
import { type Logged, start, stopAll } from '../simulator/running.ts';

// Whole runs from the simulator's wire into a store. Files are read here and stores by DuckDB: by nothing that the product reads
// with.

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polygon-'));
});
afterEach(async () => {
  await stopAll();
  await rm(folder, { recursive: true });
});

const NOW = Date.parse('2018-02-09T12:00:00Z');

const DOZEN = 'AAPL AMZN BA CAT DIS GE IBM JPM KO MSFT PG XOM'.split(' ');

/** Eleven sessions: one request each, and two for splits and dividends, are fewer than three for each of a dozen tickers. */
const FORTNIGHT = { start: '2018-01-24', end: '2018-02-07' };

type Row = readonly [ticker: string, date: string, ...values: number[]];

/** Date, open, high, low, close, volume and name below a heading; none of these has a row without a price. */
function rowsIn(ticker: string, { start: from, end }: typeof FORTNIGHT): Row[] {
  return readFileSync(realData(`daily-sp500-2013-2018/${ticker}_data.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([date = '']) => date >= from && date <= end)
    .map(([date = '', ...cells]) => [ticker, date, ...cells.slice(0, 5).map(Number)] as const);
}

async function marketOfFiles(): Promise<Market> {
  const path = join(folder, 'csv');
  await mkdir(path);
  for (const ticker of DOZEN)
    await symlink(realData(`daily-sp500-2013-2018/${ticker}_data.csv`), join(path, `${ticker}_data.csv`));
  return csvFolderMarket(path);
}

function historyOf(name: string, { url }: Logged, now = NOW, source = 'rest'): History {
  return openHistory({
    ...{ store: join(folder, name), stateFolder: join(folder, 'state'), workers: 1, quotas: [] },
    provider: { id: 'polygon', url, settings: { tier: 'advanced', source } },
    secrets: { key: POLYGON_KEYS.advanced, ...FLAT_KEYS.advanced },
    clock: () => now,
  });
}

async function storedIn(name: string): Promise<Row[]> {
  return (await inDuckDB(
    `CREATE VIEW bars AS FROM read_parquet('${join(folder, name)}/bars/**/*.parquet', hive_partitioning = true)`,
    `SELECT ticker, strftime(ts, '%Y-%m-%d'), open, high, low, close, volume FROM bars ORDER BY 1, 2`,
  )) as Row[];
}

/** What was asked for, without the values of its queries: `/v2/aggs/ticker`, `/v3/reference/splits`. */
function kindsIn({ entries }: Logged): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { path } of entries) {
    const kind = path.split('/').slice(1, 4).join('/');
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

/** Start, open, high, low, close and volume of the minutes of SPY in the session of 2023-08-03. */
function minutesOfSpy(): number[][] {
  const [text = new Uint8Array()] = Object.values(
    unzipSync(readFileSync(realData('intraday-raw/minute/spy/20230803_trade.zip'))),
  );
  const midnight = Date.parse('2023-08-03T00:00:00-04:00');
  return new TextDecoder()
    .decode(text)
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map(Number))
    .filter(([ms = 0]) => ms >= 34_200_000 && ms < 57_600_000)
    .map(([ms = 0, open = 0, high = 0, low = 0, close = 0, volume = 0]) => {
      return [midnight + ms, open / 1e4, high / 1e4, low / 1e4, close / 1e4, volume];
    });
}

describeWith(REAL_DATA)('real bars', () => {
  it('of days are the same by ticker and by session, each the way that costs fewer requests', async () => {
    const market = await marketOfFiles();
    const truth = DOZEN.flatMap((ticker) => rowsIn(ticker, FORTNIGHT));
    expect(truth).toHaveLength(12 * 11);

    const byTicker = await start({ wire: 'polygon', market, now: () => NOW });
    const one = historyOf('by-ticker', byTicker);
    for (const ticker of DOZEN)
      expect(await one.backfill({ tickers: [ticker], ...FORTNIGHT })).toMatchObject({
        failures: [],
        rejected: 0,
      });
    await one.close();
    expect(kindsIn(byTicker)).toEqual({
      'v2/aggs/ticker': 12,
      'v3/reference/splits': 12,
      'v3/reference/dividends': 12,
    });

    const bySession = await start({ wire: 'polygon', market, now: () => NOW });
    const all = historyOf('by-session', bySession);
    const plan = await all.plan({ tickers: DOZEN, ...FORTNIGHT });
    // A year of dividends fills 45 pages, so that 15 days may fill two.
    expect(plan.totals.requests).toBe(11 + 1 + 2);
    expect(await all.backfill({ tickers: DOZEN, ...FORTNIGHT })).toMatchObject({ failures: [], rejected: 0 });
    expect(kindsIn(bySession)).toEqual({
      'v2/aggs/grouped': 11,
      'v3/reference/splits': 1,
      'v3/reference/dividends': 1,
    });
    // Nothing is left to ask for.
    await all.backfill({ tickers: DOZEN, ...FORTNIGHT });
    expect(bySession.entries).toHaveLength(11 + 2);
    await all.close();

    expect(JSON.stringify(await storedIn('by-ticker'))).toBe(JSON.stringify(truth));
    expect(JSON.stringify(await storedIn('by-session'))).toBe(JSON.stringify(truth));
  });

  it('of five years are a request a ticker, beside two for its splits and dividends', async () => {
    const market = await marketOfFiles();
    const simulator = await start({ wire: 'polygon', market, now: () => NOW });
    const history = historyOf('years', simulator);
    const years = { start: '2013-02-08', end: '2018-02-07' };
    expect(await history.backfill({ tickers: DOZEN, ...years })).toMatchObject({ failures: [], rejected: 0 });
    await history.close();
    const truth = DOZEN.flatMap((ticker) => rowsIn(ticker, years));
    expect(truth.length).toBeGreaterThan(12 * 1250);
    expect(JSON.stringify(await storedIn('years'))).toBe(JSON.stringify(truth));
    expect(simulator.entries).toHaveLength(3 * 12);
  });

  it('of minutes are stored as they were served, without those of extended hours', async () => {
    const now = Date.parse('2023-08-05T12:00:00Z');
    const market = csvFolderMarket(realData('intraday-raw/minute'));
    const simulator = await start({ wire: 'polygon', market, now: () => now });
    const history = historyOf('minutes', simulator, now);
    const day = { start: '2023-08-03', end: '2023-08-03' };
    const done = await history.backfill({ tickers: ['SPY'], intervals: ['1m'], ...day });
    expect(done).toMatchObject({ failures: [], rejected: 0 });
    const regular = minutesOfSpy();
    expect(regular).toHaveLength(390);
    const minutes = await history.read({ ticker: 'SPY', interval: '1m' });
    expect(
      minutes.map(({ ts, open, high, low, close, volume }) => [ts, open, high, low, close, volume]),
    ).toEqual(regular);
    await history.close();
  });

  it('of days are the same from the files of whole days, one a session whatever is in it', async () => {
    const market = await marketOfFiles();
    const simulator = await start({ wire: 'polygon', market, now: () => NOW });
    const history = historyOf('flat', simulator, NOW, 'flat');
    // The last session is over, and its file is not whole before 11:00.
    const plan = await history.plan({ tickers: DOZEN, ...FORTNIGHT, end: '2018-02-08' });
    expect(plan.totals.requests).toBe(11 + 1 + 2);
    const done = await history.backfill({ tickers: DOZEN, ...FORTNIGHT });
    expect(done).toMatchObject({ failures: [], rejected: 0 });
    expect(kindsIn(simulator)).toEqual({
      'flatfiles/us_stocks_sip/day_aggs_v1': 11,
      'v3/reference/splits': 1,
      'v3/reference/dividends': 1,
    });
    const truth = DOZEN.flatMap((ticker) => rowsIn(ticker, FORTNIGHT));
    expect(JSON.stringify(await storedIn('flat'))).toBe(JSON.stringify(truth));
    await history.backfill({ tickers: DOZEN, ...FORTNIGHT });
    expect(simulator.entries).toHaveLength(11 + 2);
    // Of one ticker alone a file costs as much, and the splits and dividends of all days are asked for once.
    const older = { start: '2018-01-16', end: '2018-01-22' };
    expect(await history.backfill({ tickers: ['AAPL'], ...older })).toMatchObject({ failures: [] });
    await history.close();
    expect(simulator.entries).toHaveLength(11 + 2 + 5 + 2);
    expect(JSON.stringify((await storedIn('flat')).slice(0, 5))).toBe(JSON.stringify(rowsIn('AAPL', older)));
  });

  it.each([
    ['its bars', 'flat'],
    ['its trades', 'trades'],
  ])('of minutes are the same from the file of %s, though every third answer fails', async (_, source) => {
    const now = Date.parse('2023-08-05T12:00:00Z');
    const market = csvFolderMarket(realData('intraday-raw/minute'));
    const faults = { rates: 'truncated=15%,reset=10%,error-503=10%', seed: 5 };
    const simulator = await start({ wire: 'polygon', market, now: () => now, faults });
    const history = historyOf(`${source}-minutes`, simulator, now, source);
    const day = { start: '2023-08-03', end: '2023-08-03' };
    const done = await history.backfill({ tickers: ['SPY'], intervals: ['1m'], ...day });
    expect(done).toMatchObject({ failures: [], rejected: 0 });
    const minutes = await history.read({ ticker: 'SPY', interval: '1m' });
    expect(
      minutes.map(({ ts, open, high, low, close, volume }) => [ts, open, high, low, close, volume]),
    ).toEqual(minutesOfSpy());
    expect(new Set(minutes.map((bar) => bar.source))).toEqual(new Set([`polygon/${source}`]));
    await history.close();
  });
});
