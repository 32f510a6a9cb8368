import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backfill } from '../../src/backfill/backfill.ts';
import { MS_PER_DAY, formatDay, parseDay } from '../../src/core/session/day.ts';
import { readAdjusted } from '../../src/library/adjusted.ts';
import { openMarket } from '../../src/index.ts';
import { openCsv } from '../../src/providers/csv/index.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { openYahoo } from '../../src/providers/yahoo/index.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import { openStore } from '../../src/store/open.ts';
import type { BarStore } from '../../src/store/store.ts';
import { exportStore } from '../acceptance/export-store.mjs';
import { hasRealData, realData } from '../realdata.ts';
import { toolsInProcess } from './in-process.ts';
import { REAL_DATA, describeWith, sampled } from '../needs.ts';
import { rowsIn } from '../store/rows.ts';

/** A real split and where the raw prices around it lie. */
interface Case {
  readonly ticker: string;
  readonly exDate: string;
  readonly file: string;
}

const CASES: readonly Case[] = [
  { ticker: 'IBM', exDate: '1999-05-27', file: 'daily-raw/ibm.zip' },
  { ticker: 'AIG', exDate: '2009-07-01', file: 'daily-raw/aig.zip' },
  { ticker: 'USO', exDate: '2020-04-29', file: 'daily-raw/uso.zip' },
  { ticker: 'AAPL', exDate: '2014-06-09', file: 'intraday-raw/hour/aapl.zip' },
  { ticker: 'AAPL', exDate: '2020-08-31', file: 'intraday-raw/hour/aapl.zip' },
];

/** Splits of which there is no factor file. Source: Apple's investor relations, https://investor.apple.com/faq. */
const APPLE = [
  'AAPL,2000-06-21,split,2:1',
  'AAPL,2005-02-28,split,2:1',
  'AAPL,2014-06-09,split,7:1',
  'AAPL,2020-08-31,split,4:1',
];

/** Splits and dividends that a factor file implies: a row holds up to its date, its factors are of what comes later. */
async function actionsOf(ticker: string): Promise<string[]> {
  const path = realData(`corporate-actions/factor_files/${ticker.toLowerCase()}.csv`);
  const rows = (await readFile(path, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
  return rows.slice(0, -1).flatMap(([date = 0, price = 1, split = 1, close = 0], i) => {
    const [, nextPrice = 1, nextSplit = 1] = rows[i + 1] ?? [];
    if (close <= 1.01) return [];
    const exDate = formatDay(nextWeekday(String(date)));
    const ratio = nextSplit / split;
    const amount = close * (1 - price / nextPrice);
    return [
      ...(Math.abs(ratio - 1) > 1e-6 ? [`${ticker},${exDate},split,${ratio.toFixed(8)}`] : []),
      ...(amount > 1e-5 ? [`${ticker},${exDate},dividend,${amount.toFixed(4)}`] : []),
    ];
  });
}

function nextWeekday(compact: string): number {
  const day = parseDay(`${compact.slice(0, 4)}-${compact.slice(4, 6)}-${compact.slice(6)}`) + 1;
  const weekday = (day + 3) % 7; // 1970-01-01 was a Thursday; Monday is 0.
  return weekday > 4 ? day + 7 - weekday : day;
}

let folder = '';
let prices = '';
let now = 0;
let simulator: Simulator | undefined;
const providers = new Map<string, Provider>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backfill-splits-'));
  prices = join(folder, 'prices');
  await mkdir(prices);
  if (!hasRealData) return;
  const files = new Map(CASES.map(({ ticker, file }) => [ticker, file]));
  for (const [ticker, file] of files) await symlink(realData(file), join(prices, `${ticker}.zip`));
  const derived = await Promise.all(['IBM', 'AIG', 'USO'].map(actionsOf));
  const lines = ['ticker,date,kind,value', ...derived.flat(), ...APPLE, ''];
  await writeFile(join(prices, 'actions.csv'), lines.join('\n'));
  simulator = await startSimulator({ wire: 'yahoo', market: await openMarket(prices), now: () => now });
  providers.set('raw', openCsv({ id: 'csv', url: prices, settings: { basis: 'raw' } }));
  providers.set('yahoo', openYahoo({ id: 'yahoo', url: simulator.url }, OPEN_GATE));
});
afterAll(async () => {
  await simulator?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Backfills the year before a split on some days, one after the other, into one store. */
async function backfillOn(
  days: readonly number[],
  { ticker, exDate }: Case,
  wire: 'raw' | 'yahoo',
): Promise<BarStore> {
  const store = openStore(join(folder, `${ticker}-${exDate}-${wire}-${days.length}`));
  const provider = providers.get(wire);
  if (provider === undefined) throw new Error(wire);
  const exDay = parseDay(exDate);
  const range = { start: formatDay(exDay - 365), end: formatDay(exDay + 20) };
  for (const day of days) {
    now = day * MS_PER_DAY + 12 * 3_600_000;
    const tools = toolsInProcess(provider, store, () => now);
    const summary = await backfill({ tickers: [ticker], ...range }, tools);
    expect(summary.failures).toEqual([]);
  }
  return store;
}

const once = ({ exDate }: Case): number[] => [parseDay(exDate) + 30];

/** Before the split, on the day before and after it, and long after. */
const around = ({ exDate }: Case): number[] => [-20, -1, 1, 30].map((days) => parseDay(exDate) + days);

/** What the split does to a share; 8 new ones for 1 are 8. */
async function splitRatio({ ticker, exDate }: Case): Promise<number> {
  const lines = (await readFile(join(prices, 'actions.csv'), 'utf8')).split('\n');
  const value = lines.find((line) => line.startsWith(`${ticker},${exDate},split,`))?.split(',')[3] ?? '';
  const [above = Number.NaN, below = 1] = value.split(':').map(Number);
  return above / below;
}

describeWith(REAL_DATA)('a real split', () => {
  it.each(sampled(CASES, 2, 'raw'))(
    'of $ticker on $exDate leaves a raw wire’s store the same, byte for byte',
    async (one) => {
      const atOnce = await exportStore((await backfillOn(once(one), one, 'raw')).url);
      const inSteps = await exportStore((await backfillOn(around(one), one, 'raw')).url);
      expect(inSteps).toBe(atOnce);
      expect(atOnce.split('\n').length).toBeGreaterThan(250);
      expect(atOnce).toContain('"split"');
      const series = { ticker: one.ticker, interval: '1d' } as const;
      const store = await backfillOn(once(one), one, 'raw');
      expect((await readAdjusted(store, series, { adjust: 'splits' })).length).toBeGreaterThan(250);
    },
  );

  it.each(sampled(CASES, 2, 'adjusted'))(
    'of $ticker on $exDate leaves a split-adjusted wire’s store as traded',
    async (one) => {
      const series = { ticker: one.ticker, interval: '1d' } as const;
      const traded = await rowsIn(await backfillOn(once(one), one, 'raw'), series);
      const ratio = await splitRatio(one);
      expect(Math.abs(Math.log(ratio))).toBeGreaterThan(Math.log(1.9));
      for (const days of [once(one), around(one)]) {
        const store = await backfillOn(days, one, 'yahoo');
        const bars = await rowsIn(store, series);
        expect(bars.map(({ ts }) => ts)).toEqual(traded.map(({ ts }) => ts));
        for (const [i, truth] of traded.entries()) {
          const bar = bars[i] ?? truth;
          for (const field of ['open', 'high', 'low', 'close'] as const)
            expect(Math.abs(bar[field] / truth[field] - 1)).toBeLessThanOrEqual(2e-7);
          // Before a reverse split the wire has one unit for several; whole units are all it has.
          expect(Math.abs(bar.volume - truth.volume)).toBeLessThanOrEqual(Math.max(1, 1 / ratio) / 2 + 1e-6);
        }
        expect(await store.readRevisions(series)).toEqual([]);
        expect(await store.readActions(one.ticker)).toContainEqual(
          expect.objectContaining({ kind: 'split', exDay: parseDay(one.exDate) }),
        );
      }
    },
  );
});
