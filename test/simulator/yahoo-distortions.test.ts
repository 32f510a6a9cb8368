import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomFor } from '../../src/market/random.ts';
import type { Market } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import type { Distortions } from '../../src/simulator/distortion.ts';
import type { WireRequest, WireResponse } from '../../src/simulator/wire.ts';
import { yahoo } from '../../src/simulator/yahoo/index.ts';
import { type ChartResult, resultOf } from './chart.ts';
import { NOW, YEAR } from './running.ts';

const market = sampleMarket();
const seeds = fc.integer({ min: 0, max: 1000 });

function requestFor(ticker: string, query: string): WireRequest {
  const path = `/v8/finance/chart/${encodeURIComponent(ticker)}`;
  return { method: 'GET', path, query: new URLSearchParams(query), headers: { 'user-agent': 'test' } };
}

function answerTo(request: WireRequest): WireResponse {
  return yahoo.answer(request, market, NOW);
}

function distort(how: keyof Distortions, seed = 1, query = YEAR, ticker = 'ALFA'): WireResponse | null {
  const request = requestFor(ticker, query);
  const asked = { request, market, now: NOW, random: randomFor(String(seed)) };
  return yahoo.distortions[how](answerTo(request), asked);
}

const good = resultOf(answerTo(requestFor('ALFA', YEAR)));

/** Every row of an answer as one text: the stamp with the values of all parallel arrays. */
function rowsOf({ timestamp = [], indicators }: ChartResult): string[] {
  const columns = [
    ...Object.entries(indicators.quote[0] ?? {}),
    ...Object.entries(indicators.adjclose?.[0] ?? {}),
  ];
  for (const [, column] of columns) expect(column).toHaveLength(timestamp.length);
  return timestamp.map((stamp, i) =>
    JSON.stringify([stamp, ...columns.map(([name, column]) => [name, column?.[i]])]),
  );
}

function distorted(how: keyof Distortions, seed?: number): ChartResult {
  const answer = distort(how, seed);
  if (answer === null) throw new Error('left as it is');
  const result = resultOf(answer);
  expect(answer.rows).toBe(result.timestamp?.length);
  return result;
}

describe('distorted answers of Yahoo', () => {
  it('the good answer has rows, a split and dividends', () => {
    expect(rowsOf(good)).toHaveLength(252);
    expect(Object.keys(good.events ?? {}).toSorted()).toEqual(['dividends', 'splits']);
  });

  it('duplicated: some rows stand twice, one after the other, and nothing else changes', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const result = distorted('duplicated', seed);
        const rows = rowsOf(result);
        const twice = rows.filter((row, i) => row === rows[i - 1]);
        expect(twice.length).toBeGreaterThan(0);
        expect(twice.length).toBeLessThan(252 / 2);
        expect(rows.filter((row, i) => row !== rows[i - 1])).toEqual(rowsOf(good));
        expect([result.meta, result.events]).toEqual([good.meta, good.events]);
      }),
      { numRuns: 30 },
    );
  });

  it('unordered: the same rows in another order', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const result = distorted('unordered', seed);
        const rows = rowsOf(result);
        expect(rows).not.toEqual(rowsOf(good));
        expect(rows.toSorted()).toEqual(rowsOf(good).toSorted());
        expect([result.meta, result.events]).toEqual([good.meta, good.events]);
      }),
      { numRuns: 30 },
    );
  });

  it('unordered: even two rows', () => {
    const twoDays = 'period1=1772409600&period2=1772582400&interval=1d';
    const [first, second] = rowsOf(resultOf(answerTo(requestFor('ALFA', twoDays))));
    for (let seed = 0; seed < 10; seed++) {
      const answer = distort('unordered', seed, twoDays);
      expect(answer && rowsOf(resultOf(answer))).toEqual([second, first]);
    }
  });

  it('milliseconds: stamps of rows and events are a thousandfold, values are kept', () => {
    const result = distorted('milliseconds');
    expect(result.timestamp).toEqual(good.timestamp?.map((stamp) => stamp * 1000));
    expect(result.indicators).toEqual(good.indicators);
    expect(result.meta).toEqual(good.meta);
    type Events = Record<string, Record<string, { date: number }>>;
    const { splits, dividends } = good.events as Events;
    const inMs = (events: Events[string] = {}): object =>
      Object.fromEntries(
        Object.entries(events).map(([key, event]) => [`${key}000`, { ...event, date: event.date * 1000 }]),
      );
    expect(result.events).toEqual({ splits: inMs(splits), dividends: inMs(dividends) });
  });

  it('wrong-ticker: a good answer for another ticker, which says so', () => {
    const result = distorted('wrong-ticker');
    expect(result.meta['symbol']).not.toBe('ALFA');
    const asked = requestFor(String(result.meta['symbol']), YEAR);
    expect(result).toEqual(resultOf(answerTo(asked)));
  });

  it('wrong-ticker: of every ticker, the last one too', () => {
    for (const ticker of market.tickers()) {
      const answer = distort('wrong-ticker', 1, YEAR, ticker);
      if (answer === null) expect(answerTo(requestFor(ticker, YEAR)).rows).toBe(0);
      else expect(resultOf(answer).meta['symbol']).not.toBe(ticker);
    }
  });

  it('wrong-ticker: none in a market of one', () => {
    const alone: Market = {
      tickers: () => ['ALFA'],
      listing: (ticker) => market.listing(ticker),
      intervals: (ticker) => market.intervals(ticker),
      rows: (...asked) => market.rows(...asked),
      actions: (ticker) => market.actions(ticker),
      quiet: (ticker) => market.quiet(ticker),
    };
    const request = requestFor('ALFA', YEAR);
    const asked = { request, market: alone, now: NOW, random: randomFor('1') };
    expect(yahoo.distortions['wrong-ticker'](answerTo(request), asked)).toBe(null);
  });

  it('are the same for the same seed and others for another', () => {
    for (const how of ['duplicated', 'unordered'] as const) {
      expect(distorted(how, 5)).toEqual(distorted(how, 5));
      expect(distorted(how, 6)).not.toEqual(distorted(how, 5));
    }
  });

  it('are none where there is nothing to distort: errors, answers without bars, a single row to shuffle', () => {
    const weekend = 'period1=1772841600&period2=1772928000&interval=1d';
    const oneDay = 'period1=1772409600&period2=1772496000&interval=1d';
    for (const how of ['wrong-ticker', 'duplicated', 'unordered', 'milliseconds'] as const) {
      expect(distort(how, 1, YEAR, 'NOPE')).toBe(null);
      expect(distort(how, 1, weekend)).toBe(null);
    }
    expect(distort('unordered', 1, oneDay)).toBe(null);
    for (let seed = 0; seed < 10; seed++) expect(distort('duplicated', seed, oneDay)?.rows).toBe(2);
  });
});
