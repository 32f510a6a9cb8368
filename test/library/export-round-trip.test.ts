import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf, storedBarsOf } from '../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../src/core/bars/bars.ts';
import { calendarFor } from '../../src/core/calendar/calendars.ts';
import { parseDay, startOfDay } from '../../src/core/session/day.ts';
import { type Interval, intervalMs } from '../../src/core/session/interval.ts';
import { textSink } from '../../src/library/export.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { barStart, tradingMinutes } from '../../src/core/bars/session-grid.ts';
import { rounds } from '../needs.ts';

const TICKERS = [
  'AAPL',
  'BRK-B',
  'AIR.PA',
  '7203.T',
  'BTC-USD',
  'BTC-USDT',
  'EURUSD=X',
  '^GSPC',
  '2222.SR',
  '600519',
  'TRUE',
  'INF',
];
const RANGE = { from: parseDay('2024-03-04'), to: parseDay('2024-03-16') };
const ALL = { from: parseDay('2020-01-01'), to: parseDay('2030-01-01') };

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'round-trip-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Every start of a bar of a ticker in the range, over a change of clocks in New York. */
function starts(ticker: string, interval: Interval): number[] {
  const calendar = calendarFor(ticker);
  return calendar.sessions(RANGE).flatMap((day) => {
    if (interval === '1d') return [startOfDay(day)];
    const session = calendar.session(day);
    const length = intervalMs(interval);
    return [...new Set(tradingMinutes(session).map((minute) => barStart(session, minute, length)))];
  });
}

const price = fc.oneof(
  fc.double({ min: 0.0001, max: 1e6, noNaN: true }),
  fc.double({ min: 1e-9, max: 1e15, noNaN: true }),
  fc.constantFrom(1e-9, 1e15, 1e21, 0.001, 1.234),
);
/** Sound ones: what lies far from the others counts as unknown where it is read. */
const fourPrices = fc.tuple(fc.tuple(price, price, price, price), fc.option(fc.nat(3))).map(([all, at]) => {
  const [low = 0, open = 0, close = 0, high = 0] = all.toSorted((a, b) => a - b);
  return { open, high, low, close, vwap: at === null ? null : (all[at] as number) };
});
const sizes = fc.record({
  volume: fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.nat(), fc.constant(Number.NaN)),
  trades: fc.option(fc.nat()),
});
const values = fc.tuple(fourPrices, sizes).map(([four, rest]) => ({ ...four, ...rest }));

/** What is stored of some tickers: now and then a bar is missing, of a few there is only one. */
const stored = fc.record({
  interval: fc.constantFrom<Interval>('1d', '1h', '15m'),
  tickers: fc.uniqueArray(fc.constantFrom(...TICKERS), { minLength: 1, maxLength: 4 }),
  rows: fc.array(values, { minLength: 20, maxLength: 20 }),
  missing: fc.integer({ min: 7, max: 60 }),
});

describe('an export', () => {
  it('is read back to the same rows, whatever the interval and the tickers', async () => {
    await fc.assert(
      fc.asyncProperty(stored, async ({ interval, tickers, rows, missing }) => {
        const barsByTicker = new Map<string, Bar[]>();
        let text = '';
        const sink = textSink('csv', 'none', async (part) => void (text += part));
        for (const ticker of tickers) {
          const kept = starts(ticker, interval).filter((_, i) => i % missing !== missing - 1);
          const bars = kept.map((ts, i) => ({
            ...{ ts, ...(rows[i % rows.length] as (typeof rows)[number]) },
            ...{ source: 'yahoo', fetchedAt: 0 },
          }));
          barsByTicker.set(ticker, bars);
          await sink.write({ ticker, interval }, storedBarsOf(bars), () => true);
        }
        await writeFile(join(folder, 'prices.csv'), text);
        const market = csvFolderMarket(folder);
        expect(market.tickers()).toEqual(tickers.toSorted());
        for (const [ticker, bars] of barsByTicker) {
          expect(market.intervals(ticker)).toEqual([interval]);
          const expected = bars.map(({ source: _source, fetchedAt: _fetchedAt, ...bar }) =>
            // Of these no volume is none.
            Number.isNaN(bar.volume) && /^\^|=X$/.test(ticker) ? { ...bar, volume: 0 } : bar,
          );
          const read = market.read(ticker, interval, ALL);
          expect(rowsOf(read.bars)).toEqual(expected);
          expect(read.dropped).toBe(0);
        }
      }),
      { seed: 7, numRuns: rounds(60) },
    );
  });

  it.each(['splits', 'all'] as const)(
    'of adjusted prices is not taken for prices as traded: %s',
    async (adjust) => {
      let text = '';
      const sink = textSink('csv', adjust, async (part) => void (text += part));
      const bars = starts('AAPL', '1d').map((ts) => ({
        ...{ ts, open: 10, high: 18, low: 9, close: 11, volume: 100 },
        ...{ vwap: null, trades: null, source: 'yahoo', fetchedAt: 0 },
      }));
      await sink.write({ ticker: 'AAPL', interval: '1d' }, storedBarsOf(bars), () => true);
      await writeFile(join(folder, 'prices.csv'), text);
      expect(() => csvFolderMarket(folder).rows('AAPL', '1d', ALL)).toThrow(
        /prices\.csv, line 2: its prices are adjusted for splits.* export them with adjust none$/,
      );
    },
  );

  it.each(['1d', '5m'] as const)(
    'is read back without the bars of %s that were not final',
    async (interval) => {
      const all = starts('AAPL', interval);
      const bars = all.map((ts, i) => ({
        ...{ ts, open: 10 + (i % 7), high: 18, low: 9, close: 11 + (i % 5), volume: 100 + i },
        ...{ vwap: null, trades: null, source: 'yahoo', fetchedAt: 0 },
      }));
      const settled = all[Math.floor(all.length * 0.7)] ?? 0;
      const read = async (isFinal: (ts: number) => boolean): Promise<number[]> => {
        let text = '';
        const sink = textSink('csv', 'none', async (part) => void (text += part));
        await sink.write({ ticker: 'AAPL', interval }, storedBarsOf(bars), isFinal);
        await writeFile(join(folder, 'prices.csv'), text);
        return csvFolderMarket(folder)
          .rows('AAPL', interval, ALL)
          .map(({ ts }) => ts);
      };
      expect(await read((ts) => ts < settled)).toEqual(all.filter((ts) => ts < settled));
      expect(await read(() => true)).toEqual(all);
      const [first = 0, ...others] = all;
      expect(await read((ts) => ts !== first)).toEqual(others);
    },
  );

  it('of one bar a ticker is of the interval that the whole file shows', async () => {
    let text = '';
    const sink = textSink('csv', 'none', async (part) => void (text += part));
    const [first = 0, second = 0] = starts('AAPL', '5m');
    const bar = { open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: null, trades: null };
    for (const [ticker, ts] of [
      ['AAPL', first],
      ['MSFT', second],
    ] as const)
      await sink.write(
        { ticker, interval: '5m' },
        storedBarsOf([{ ...bar, ts, source: 'yahoo', fetchedAt: 0 }]),
        () => true,
      );
    await writeFile(join(folder, 'prices.csv'), text);
    const market = csvFolderMarket(folder);
    expect(market.rows('AAPL', '5m', ALL)).toEqual([{ ...bar, ts: first }]);
    expect(market.rows('MSFT', '5m', ALL)).toEqual([{ ...bar, ts: second }]);
  });

  it('of a query, with stamps of UTC without an offset, is read back too', async () => {
    const rows = starts('AAPL', '5m').map((ts) => new Date(ts).toISOString().slice(0, 19).replace('T', ' '));
    const lines = rows.map((ts) => `AAPL,5m,${ts},1,2,1,2,5,,,yahoo\n`).join('');
    const text = `ticker,interval,ts,open,high,low,close,volume,vwap,trades,source\n${lines}`;
    for (const stamped of [text, text.replaceAll(/(\d\d:\d\d:\d\d)/g, '$1+00')]) {
      await writeFile(join(folder, 'prices.csv'), stamped);
      const read = csvFolderMarket(folder).rows('AAPL', '5m', ALL);
      expect(read.map(({ ts }) => ts)).toEqual(starts('AAPL', '5m'));
    }
  });
});

describe('an export without a bar', () => {
  const AAPL = { ticker: 'AAPL', interval: '1d' } as const;
  const bar = { ts: 0, open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: null, trades: null };
  const rows = storedBarsOf([{ ...bar, source: 'test', fetchedAt: 0 }]);

  it.each(['csv', 'ndjson'] as const)('has the heading of one with some, once: %s', async (format) => {
    const linesOf = async (times: number): Promise<string[]> => {
      let text = '';
      const sink = textSink(format, 'none', async (more) => void (text += more));
      for (let i = 0; i < times; i++) await sink.write(AAPL, rows, () => true);
      await sink.end();
      return text.split('\n').slice(0, -1);
    };
    const [none, two] = [await linesOf(0), await linesOf(2)];
    expect(none).toEqual(format === 'csv' ? two.slice(0, 1) : []);
    expect(two).toHaveLength(none.length + 2);
  });
});

describe('an export of prices with more digits than decimals have', () => {
  const prices = { open: 92.84279999999998, high: 0.1 + 0.2, low: 1 / 3, close: 12.5, vwap: 2 / 3 };
  const row = { ts: 0, ...prices, volume: 9_007_199_254_740_991, trades: null, source: 'test', fetchedAt: 0 };

  it.each([
    ['none', [92.84279999999998, 0.1 + 0.2, 1 / 3, 12.5, 2 / 3]],
    ['splits', [92.8428, 0.3, 0.333333333333333, 12.5, 0.666666666666667]],
    ['all', [92.8428, 0.3, 0.333333333333333, 12.5, 0.666666666666667]],
  ] as const)('adjusted for %s', async (adjust, [open, high, low, close, vwap]) => {
    const written = async (format: 'csv' | 'ndjson'): Promise<string> => {
      let text = '';
      const sink = textSink(format, adjust, async (more) => void (text += more));
      await sink.write({ ticker: 'AAPL', interval: '1d' }, storedBarsOf([row]), () => true);
      return text;
    };
    const { volume } = row;
    expect((await written('csv')).split('\n')[1]).toContain(
      `,${[open, high, low, close, volume, vwap].join(',')},,`,
    );
    expect(JSON.parse(await written('ndjson'))).toMatchObject({ open, high, low, close, volume, vwap });
  });
});
