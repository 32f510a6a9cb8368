import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bar } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { type Interval, intervalMs } from '../../src/core/session/interval.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { randomFor } from '../../src/market/random.ts';
import { barStart, tradingMinutes } from '../../src/core/bars/session-grid.ts';
import { openStore } from '../../src/store/open.ts';
import { coverage, update } from '../store/fixtures.ts';
import { rowsIn } from '../store/rows.ts';
import { rounds, sampled } from '../needs.ts';

const INTERVALS = ['1d', '1h', '1m'] as const;
const TICKERS = [
  'AAPL',
  'BRK-B',
  '^GSPC',
  'EURUSD=X',
  '600519',
  'TRUE',
  '7203.T',
  'BTC-USD',
  'NULL',
  '2222.SR',
];
const RANGE = { from: parseDay('2024-03-04'), to: parseDay('2024-03-16') };
const WANTED = { start: '2024-03-04', end: '2024-03-15' };
const NOW = Date.parse('2024-04-01T00:00:00Z');

/** Starts of the bars of some sessions: all of days, fewer of what is finer. */
function starts(ticker: string, interval: Interval): number[] {
  const calendar = calendarFor(ticker);
  const sessions = calendar.sessions(RANGE);
  if (interval === '1d') return sessions.map(startOfDay);
  const some = sessions.slice(0, interval === '1h' ? 4 : 2);
  return some.flatMap((day) => {
    const length = intervalMs(interval);
    const minutes = tradingMinutes(calendar.session(day));
    return [...new Set(minutes.map((minute) => barStart(calendar.session(day), minute, length)))];
  });
}

/** Bars that no check minds: a walk of prices around `level`, volumes that are whole, in fractions or not known. */
function walk(ticker: string, interval: Interval, level: number, seed: number): Bar[] {
  const random = randomFor(`${ticker} ${interval} ${seed}`);
  const hasVolume = !/^\^|=X$/.test(ticker);
  let close = level * (1 + random());
  return starts(ticker, interval).map((ts, i) => {
    const open = close;
    close *= 1 + (random() - 0.5) * 0.02;
    // Now and then the close lies a little outside, as an auction has it.
    const high = Math.max(open, close) * (i % 7 === 3 ? 0.9999 : 1 + random() * 0.01);
    const low = Math.min(open, close, high) * (1 - random() * 0.01);
    const volume = [random() * 1e6, Math.floor(random() * 1e12), random() * 1e-6, Number.NaN][i % 4] ?? 0;
    const beside = {
      vwap: i % 3 === 0 ? null : close,
      trades: i % 5 === 0 ? null : Math.floor(random() * 1e6),
    };
    const value = { open, high, low, close, volume: hasVolume ? volume : 0, ...beside };
    return { ts, ...value, source: i % 2 === 0 ? 'yahoo' : 'a "source", odd', fetchedAt: NOW };
  });
}

interface Filled {
  readonly tickers: readonly string[];
  readonly level: number;
  readonly seed: number;
}

/** A store with every interval of some tickers. */
async function fill(url: string, { tickers, level, seed }: Filled): Promise<void> {
  const store = openStore(url);
  for (const ticker of tickers)
    for (const interval of INTERVALS) {
      const bars = walk(ticker, interval, level, seed);
      const calendar = calendarFor(ticker);
      const sessionOf = (ts: number) => (interval === '1d' ? ts / 86_400_000 : calendar.localDay(ts));
      const present = [...new Set(bars.map(({ ts }) => sessionOf(ts)))].map((day) => ({
        from: day,
        to: day + 1,
      }));
      const learned = coverage({ present });
      await store.upsert(update(bars, { series: { ticker, interval }, calendar: calendar.id, learned }));
    }
}

/** Everything of a store that a folder of CSV files can tell: rows, sessions, and an export but for its source. */
async function contentOf(url: string) {
  const store = openStore(url);
  const { series } = await store.scan();
  const content: Record<string, unknown> = {};
  for (const [key, { series: one, coverage: known }] of series) {
    const bars = await rowsIn(store, one);
    const rows = bars.map(({ source: _source, fetchedAt: _fetchedAt, ...values }) => values);
    const days = known.present.flatMap(({ from, to }) =>
      Array.from({ length: to - from }, (_, i) => from + i),
    );
    const sessions = days.filter((day) => calendarFor(one.ticker).isSession(day));
    content[key] = { rows, sessions, provisional: known.provisional };
  }
  return content;
}

async function exported(url: string, folder: string): Promise<void> {
  const history = openHistory({ store: url });
  for (const interval of INTERVALS)
    await history.export({ interval, to: join(folder, `all-${interval}.csv`) });
  await history.close();
}

async function readBack(
  folder: string,
  url: string,
  tickers: readonly string[],
  state: string,
): Promise<void> {
  const provider = { id: 'csv', url: folder, settings: { basis: 'raw' } } as const;
  const history = openHistory({ store: url, provider, stateFolder: state, clock: () => NOW, workers: 1 });
  const summary = await history.backfill({ ...WANTED, tickers, intervals: [...INTERVALS] });
  await history.close();
  expect(summary).toMatchObject({ rejected: 0, dropped: 0, notRead: [] });
  // Finer bars are of the first sessions alone.
  expect(summary.failures.filter(({ code, interval }) => code !== 'incomplete' || interval === '1d')).toEqual(
    [],
  );
}

const filled = fc.record({
  tickers: fc.uniqueArray(fc.constantFrom(...TICKERS), { minLength: 2, maxLength: 3 }),
  level: fc.integer({ min: -9, max: 11 }).map((power) => 10 ** power),
  seed: fc.nat(),
});

async function inFolder(use: (root: string) => Promise<void>): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'store-round-trip-'));
  try {
    await mkdir(join(root, 'files'));
    await use(root);
  } finally {
    await rm(root, { recursive: true });
  }
}

describe('a store', () => {
  it('that is exported as CSV and read by the provider csv is the same store', async () => {
    const property = fc.asyncProperty(filled, (what) =>
      inFolder(async (root) => {
        const [first, second] = [join(root, 'first'), join(root, 'second')];
        await fill(first, what);
        await exported(first, join(root, 'files'));
        await readBack(join(root, 'files'), second, what.tickers, join(root, 'state'));
        expect(await contentOf(second)).toEqual(await contentOf(first));
      }),
    );
    await fc.assert(property, {
      seed: 5,
      numRuns: rounds(4),
      examples: [
        [{ tickers: ['^GSPC', 'BRK-B', '600519'], level: 1e-9, seed: 1 }],
        [{ tickers: ['TRUE', 'EURUSD=X', 'BTC-USD'], level: 4e11, seed: 2 }],
      ],
    });
  }, 180_000);

  it.each(
    sampled(
      [
        ['as it prints', '*'],
        ['with an offset', "* REPLACE (strftime(ts, '%Y-%m-%d %H:%M:%S+00') AS ts)"],
        ['with an offset of four digits', "* REPLACE (strftime(ts, '%Y-%m-%d %H:%M:%S+0000') AS ts)"],
        ['in ISO 8601, as polars prints', "* REPLACE (strftime(ts, '%Y-%m-%dT%H:%M:%S.%f') AS ts)"],
        ['in ISO 8601 with Z', "* REPLACE (strftime(ts, '%Y-%m-%dT%H:%M:%SZ') AS ts)"],
      ] as const,
      3,
      'stamps',
    ),
  )(
    'whose files DuckDB wrote as one CSV, the stamps %s, is read by the provider csv, every interval of it',
    (_, columns) =>
      inFolder(async (root) => {
        const what = { tickers: ['AAPL', '7203.T', '600519'], level: 100, seed: 3 };
        const [first, second] = [join(root, 'first'), join(root, 'second')];
        await fill(first, what);
        const out = join(root, 'files', 'everything.csv');
        const connection = await (await DuckDBInstance.create()).connect();
        const types = 'hive_types = {ticker: VARCHAR, interval: VARCHAR, period: VARCHAR}';
        const from = `read_parquet('${first}/bars/**/*.parquet', hive_partitioning = true, ${types})`;
        await connection.run(`COPY (SELECT ${columns} FROM ${from}) TO '${out}' (HEADER)`);
        connection.closeSync();
        expect((await readFile(out, 'utf8')).split('\n', 1)[0]).toContain('ticker');
        await readBack(join(root, 'files'), second, what.tickers, join(root, 'state'));
        expect(await contentOf(second)).toEqual(await contentOf(first));
      }),
    60_000,
  );
});
