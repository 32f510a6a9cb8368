import { readFileSync } from 'node:fs';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import type { Market, MarketRow } from '../../src/market/market.ts';
import { openBinance } from '../../src/providers/binance/index.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import { openStore } from '../../src/store/open.ts';
import { REAL_DATA, describeWith } from '../needs.ts';
import { hasRealData, realData } from '../realdata.ts';
import { start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { toolsInProcess } from './in-process.ts';

// Real prices over Binance's wire into a store. The files are read here, by nothing that the product reads with.

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await stopAll();
  await folder.remove();
});

const NOW = Date.parse('2025-07-01T12:00:00Z');

const DAY = 86_400_000;

type Row = readonly [ts: number, open: number, high: number, low: number, close: number, volume: number];

const valuesOf = (cells: readonly string[]): number[] => cells.map(Number);

/** `timestamp,open,…` with a heading. */
function csv(file: string): Row[] {
  const [, ...lines] = readFileSync(realData(`crypto/${file}`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => {
    const [date = '', ...cells] = line.trim().split(',');
    return [Date.parse(`${date}T00:00:00Z`), ...valuesOf(cells)] as unknown as Row;
  });
}

/** The CSV of a Lean zip, whose first cells are times as `stampOf` reads them. */
function lean(file: string, stampOf: (cell: string) => number): Row[] {
  const [bytes = new Uint8Array()] = Object.values(unzipSync(readFileSync(realData(`crypto/${file}`))));
  return strFromU8(bytes)
    .trim()
    .split('\n')
    .map((line) => {
      const [time = '', ...cells] = line.trim().split(',');
      return [stampOf(time), ...valuesOf(cells)] as unknown as Row;
    });
}

const hourly = (cell: string): number =>
  Date.parse(cell.replace(/^(\d{4})(\d{2})(\d{2}) (\d{2}):(\d{2})$/, '$1-$2-$3T$4:$5:00Z'));

/** What there is of each pair and interval. */
const ROWS: Readonly<Record<string, readonly Row[]>> = hasRealData
  ? {
      'BTC-USDT 1d': csv('BTCUSDT_1d_2017_2025.csv'),
      'ETH-USDT 1d': csv('ETHUSDT_1d.csv'),
      'BTC-USDT 1h': lean('lean-binance-btcusdt-1h.zip', hourly),
      'BTC-BUSD 1m': lean(
        'lean-binance-btcbusd-1m-20221213.zip',
        (cell) => Date.parse('2022-12-13T00:00:00Z') + Number(cell),
      ),
    }
  : {};

const rowsFor = (ticker: string, interval: Interval): readonly Row[] => ROWS[`${ticker} ${interval}`] ?? [];
const firstOf = (ticker: string): number =>
  Math.min(...(['1m', '1h', '1d'] as const).flatMap((one) => rowsFor(ticker, one)[0]?.[0] ?? []));

const market: Market = {
  tickers: () => ['BTC-BUSD', 'BTC-USDT', 'ETH-USDT'],
  listing: (ticker) =>
    market.tickers().includes(ticker)
      ? {
          ...{ ticker, name: ticker, calendar: '24-7', currency: ticker.slice(4), exchange: null },
          ...{ type: 'crypto', firstTrade: firstOf(ticker) / DAY, delistedOn: null },
        }
      : undefined,
  intervals: () => ['1m', '1h', '1d'],
  rows: (ticker, interval, { from, to }) =>
    rowsFor(ticker, interval)
      .filter(([ts]) => ts >= from * DAY && ts < to * DAY)
      .map(([ts, open, high, low, close, volume]): MarketRow => {
        return { ts, open, high, low, close, volume, vwap: null, trades: null };
      }),
  actions: () => [],
  quiet: () => [],
};

/** The rows of a pair that a run stored, and how often each kind of path was asked. */
async function stored(ticker: string, interval: Interval, first: string, last: string) {
  const simulator = await start({ wire: 'binance', market, now: () => NOW });
  const provider = openBinance({ id: 'binance', url: simulator.url }, OPEN_GATE);
  const store = openStore(folder.path);
  const tools = toolsInProcess(provider, store, () => NOW);
  const summary = await backfill(
    { tickers: [ticker], start: first, end: last, intervals: [interval] },
    tools,
  );
  expect(summary).toMatchObject({ failed: 0, rejected: 0 });
  const edit = await store.edit({ ticker, interval }, { from: 0, to: 30_000 });
  const { ts, open, high, low, close, volume } = edit.content?.bars ?? expect.fail('nothing is stored');
  const rows = Array.from(ts, (stamp, i) => [stamp, open[i], high[i], low[i], close[i], volume[i]]);
  const isFile = (path: string): boolean => path.startsWith('/data/');
  const files = simulator.entries.filter(({ path }) => isFile(path)).length;
  return { rows, files, pages: simulator.entries.length - files, summary };
}

describeWith(REAL_DATA)('real prices over the wire of Binance', () => {
  it.each([
    ['BTC-USDT', '1d', '2017-08-17', '2025-05-23', 3],
    ['ETH-USDT', '1d', '2020-01-01', '2025-06-22', 2],
    ['BTC-USDT', '1h', '2018-05-01', '2018-05-05', 1],
  ] as const)(
    '%s %s: every row of the file, value for value',
    async (ticker, interval, first, last, pages) => {
      const run = await stored(ticker, interval, first, last);
      expect(run.rows).toEqual(rowsFor(ticker, interval));
      expect(run).toMatchObject({ files: 0, pages });
    },
  );

  it('BTC-BUSD 1m: out of the archive, and nothing of the days beside it that have no row', async () => {
    const { rows, files, pages } = await stored('BTC-BUSD', '1m', '2022-12-12', '2022-12-14');
    expect(rows).toHaveLength(1440);
    expect(rows).toEqual(rowsFor('BTC-BUSD', '1m'));
    expect(files).toBe(2);
    expect(pages).toBeGreaterThan(0);
  });
});
