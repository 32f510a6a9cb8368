import { expect } from 'vitest';
import { randomFor } from '../../../../src/market/random.ts';
import type { Market, MarketRow } from '../../../../src/market/market.ts';
import { sampleMarket } from '../../../../src/market/sample.ts';
import type { Distortions } from '../../../../src/simulator/distortion.ts';
import type { WireRequest, WireResponse } from '../../../../src/simulator/wire.ts';
import { yahoo } from '../../../../src/simulator/yahoo/index.ts';
import { type ChartResult, resultOf } from '../../chart.ts';
import { NOW, YEAR } from '../../running.ts';

export const market = sampleMarket();

/** One week of November 2026, hourly. */
export const HOURLY = 'period1=1794182400&period2=1794787199&interval=1h&events=div%7Csplit';

/** The sample market with every row changed, by its place in what is asked of it. */
export function marketOf(change: (row: MarketRow, place: number) => MarketRow): Market {
  return {
    tickers: () => market.tickers(),
    listing: (ticker) => market.listing(ticker),
    intervals: (ticker) => market.intervals(ticker),
    rows: (...asked) => market.rows(...asked).map(change),
    actions: (ticker) => market.actions(ticker),
    quiet: (ticker) => market.quiet(ticker),
  };
}

export interface Request {
  readonly ticker?: string;
  readonly query?: string;
  readonly seed?: number;
  readonly market?: Market;
}

/** The whole days `from` to `to` (ISO dates), daily. */
export function daily(from: string, to: string): string {
  const seconds = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000;
  return `period1=${seconds(from)}&period2=${seconds(to) + 86_399}&interval=1d&events=div%7Csplit`;
}

function requestOf({ ticker = 'ALFA', query = YEAR }: Request): WireRequest {
  const path = `/v8/finance/chart/${encodeURIComponent(ticker)}`;
  return { method: 'GET', path, query: new URLSearchParams(query), headers: { 'user-agent': 'test' } };
}

export function answer(asked: Request = {}): WireResponse {
  return yahoo.answer(requestOf(asked), asked.market ?? market, NOW);
}

export function distort(how: keyof Distortions, asked: Request = {}): WireResponse | null {
  const { seed = 1 } = asked;
  return yahoo.distortions[how](answer(asked), {
    request: requestOf(asked),
    market: asked.market ?? market,
    now: NOW,
    random: randomFor(String(seed)),
  });
}

export type Row = Readonly<Record<string, number | null>> & { readonly stamp: number };

/** Rows of an answer over all its columns, which must be of one length. */
export function rowsOf({ timestamp = [], indicators }: ChartResult): Row[] {
  const columns = Object.entries({ ...indicators.quote[0], ...indicators.adjclose?.[0] });
  for (const [, column] of columns) expect(column).toHaveLength(timestamp.length);
  return timestamp.map((stamp, i) => ({
    ...Object.fromEntries(columns.map(([name, column]) => [name, column?.[i] ?? null])),
    stamp,
  }));
}

/** A value of a row that has it. */
export function value(row: Row | undefined, name: string): number {
  const found = row?.[name];
  if (typeof found !== 'number') throw new Error(`no ${name}`);
  return found;
}

export interface Distorted {
  readonly good: readonly Row[];
  readonly bad: readonly Row[];
  /** Of an answer with as many rows: where they differ. */
  readonly changed: readonly number[];
  readonly goodResult: ChartResult;
  readonly badResult: ChartResult;
}

/** A good answer and what a distortion made of it, which is to be something. */
export function distorted(how: keyof Distortions, asked: Request = {}): Distorted {
  const made = distort(how, asked);
  if (made === null) throw new Error('left as it is');
  const [goodResult, badResult] = [resultOf(answer(asked)), resultOf(made)];
  const [good, bad] = [rowsOf(goodResult), rowsOf(badResult)];
  expect(made.rows).toBe(bad.length);
  const changed = [...good.keys()].filter((i) => JSON.stringify(good[i]) !== JSON.stringify(bad[i]));
  return { good, bad, changed, goodResult, badResult };
}

/** Expects that all but the rows is as it was. */
export function expectOnlyRowsChanged({ goodResult, badResult }: Distorted): void {
  const rest = ({ meta, events }: ChartResult): object => ({ meta, events });
  expect(rest(badResult)).toEqual(rest(goodResult));
}

/** Of a row: prices times a factor in single precision, the rest as it was. */
export function times(row: Row | undefined, factor: number): object {
  const prices = ['open', 'high', 'low', 'close', ...(row && 'adjclose' in row ? ['adjclose'] : [])];
  const scaled = prices.map((name) => [name, Math.fround(value(row, name) * factor)]);
  return { ...row, ...Object.fromEntries(scaled) };
}

/** `[first, first + 1, …]` of a length. */
export function consecutive(first: number, length: number): number[] {
  return Array.from({ length }, (_, i) => first + i);
}
