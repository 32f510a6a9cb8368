import { afterEach, describe, expect, it } from 'vitest';
import { type DayRange, formatDay, parseDay, utcDayOf } from '../../src/core/session/day.ts';
import { BackfillError } from '../../src/core/errors.ts';
import { INTERVALS } from '../../src/core/session/interval.ts';
import type { Market } from '../../src/market/market.ts';
import { sampleMarket } from '../../src/market/sample.ts';
import { OPEN_GATE } from '../../src/providers/http/gate.ts';
import type { Part } from '../../src/providers/provider.ts';
import { openSample } from '../../src/providers/sample/index.ts';
import type { SimulatorOptions } from '../../src/simulator/server.ts';
import { NOW, type Logged, start, stopAll } from '../simulator/running.ts';

afterEach(stopAll);

const market = sampleMarket();
const range = (from: string, to: string): DayRange => ({ from: parseDay(from), to: parseDay(to) });
const WEEK = range('2025-03-03', '2025-03-10');

async function served(options: Partial<SimulatorOptions> = {}) {
  const simulator = await start({ wire: 'sample', ...options });
  return { simulator, provider: openSample({ id: 'sample', url: simulator.url }, OPEN_GATE) };
}

async function fetchList(
  tickers: readonly string[],
  asked: DayRange,
  options: Partial<SimulatorOptions> = {},
): Promise<{ parts: ReadonlyMap<string, Part>; simulator: Logged }> {
  const { simulator, provider } = await served(options);
  const parts = await provider.fetchList?.({ tickers, interval: '1d', range: asked, now: NOW });
  return { parts: new Map(parts?.map((part) => [part.ticker, part])), simulator };
}

const codeOf = (part: Part | undefined): string | undefined =>
  part !== undefined && 'error' in part && part.error instanceof BackfillError ? part.error.code : undefined;

const barsOf = (part: Part | undefined): number =>
  part !== undefined && 'answer' in part ? part.answer.bars.length : -1;

describe('the sample market at a URL', () => {
  it.each(INTERVALS)('gives the same answers as without one, %s', async (interval) => {
    const { provider } = await served();
    const direct = openSample({ id: 'sample' });
    for (const ticker of ['ALFA', 'BRVO.PA', 'KUMO.T', 'SMPL-USD']) {
      const request = { series: { ticker, interval }, range: range('2025-06-02', '2025-06-06'), now: NOW };
      expect(await provider.fetchBars(request)).toEqual(await direct.fetchBars(request));
    }
  });

  it('tells splits, dividends, halts and a delisting alike', async () => {
    const { provider } = await served();
    const direct = openSample({ id: 'sample' });
    for (const [ticker, asked] of [
      ['ALFA', range('2019-01-02', '2021-01-02')],
      ['GLYF', range('2020-03-10', '2020-03-25')],
      ['MISL.PA', range('2024-11-01', '2024-12-01')],
    ] as const) {
      const request = { series: { ticker, interval: '1d' as const }, range: asked, now: NOW };
      const answer = await provider.fetchBars(request);
      expect(answer).toEqual(await direct.fetchBars(request));
    }
  });

  it('tells the open session as far as it has traded, and proves nothing of it', async () => {
    const now = Date.parse('2026-11-20T17:00:00Z');
    const { provider } = await served({ now: () => now });
    const request = {
      series: { ticker: 'ALFA', interval: '1d' as const },
      range: range('2026-11-18', '2026-11-21'),
      now,
    };
    const answer = await provider.fetchBars(request);
    expect(answer).toEqual(await openSample({ id: 'sample' }).fetchBars(request));
    expect([answer.bars.length, answer.proven.to]).toEqual([3, parseDay('2026-11-20')]);
  });

  it('tells nothing of what a server with a clock behind ours has not seen the end of', async () => {
    const { provider } = await served({ now: () => Date.parse('2026-11-19T17:00:00Z') });
    const answer = await provider.fetchBars({
      series: { ticker: 'ALFA', interval: '1d' },
      range: range('2026-11-17', '2026-11-21'),
      now: Date.parse('2026-11-21T12:00:00Z'),
    });
    expect([...answer.bars.ts].map((ts) => formatDay(utcDayOf(ts)))).toEqual(['2026-11-17', '2026-11-18']);
    expect(answer).toMatchObject({ proven: range('2026-11-17', '2026-11-19'), dropped: 1 });
  });

  it('lists its tickers', async () => {
    const { provider } = await served();
    expect(await provider.listTickers()).toEqual(market.tickers());
  });
});

describe('a whole market', () => {
  const session = parseDay('2025-03-03');
  const ask = { interval: '1d', session, now: NOW } as const;

  it('comes in pages', async () => {
    const names = Array.from({ length: 10_001 }, (_, i) => `T${String(i).padStart(5, '0')}`);
    const rows = market.rows('ALFA', '1d', { from: session, to: session + 1 });
    const listing = market.listing('ALFA');
    const wide: Market = {
      ...{ tickers: () => names, intervals: () => ['1d'], actions: () => [], quiet: () => [] },
      listing: (ticker) => listing && { ...listing, ticker },
      rows: () => rows,
    };
    const { provider, simulator } = await served({ market: wide });
    const { parts = [] } = (await provider.fetchMarket?.(ask)) ?? {};
    expect(parts.map(({ ticker }) => ticker)).toEqual(names);
    expect(simulator.entries.map((entry) => entry.rows)).toEqual([10_000, 1]);
  });

  it('proves nothing of what the server has not seen the end of', async () => {
    const now = Date.parse('2025-03-03T17:00:00Z');
    const { provider } = await served({ now: () => now });
    const answer = await provider.fetchMarket?.(ask);
    expect(answer?.asOf).toBe(now);
    const tokyo = answer?.parts.find(({ ticker }) => ticker === 'KUMO.T');
    const [york] = answer?.parts.filter(({ ticker }) => ticker === 'ALFA') ?? [];
    expect(tokyo).toMatchObject({ answer: { bars: { length: 1 }, proven: { to: session + 1 } } });
    expect(york).toMatchObject({ answer: { bars: { length: 0 }, proven: { to: session } } });
  });

  it('is refused where there is none of the interval', async () => {
    const { provider } = await served();
    await expect(provider.fetchMarket?.({ ...ask, interval: '1m' })).rejects.toMatchObject({
      code: 'bad-answer',
    });
  });
});

describe('a list of tickers', () => {
  const tickers = market
    .tickers()
    .filter((ticker) => !ticker.includes('.') && !ticker.includes('-'))
    .slice(0, 30);

  it('comes in pages, of which one goes on with the ticker that the one before broke off', async () => {
    const asked = range('2021-01-04', '2025-01-04');
    const { parts, simulator } = await fetchList(tickers, asked);
    const expected = tickers.map((ticker) => market.rows(ticker, '1d', asked).length);
    const rows = expected.reduce((sum, count) => sum + count, 0);
    expect(rows).toBeGreaterThan(20_000);
    expect(simulator.entries.map((entry) => entry.rows)).toEqual([
      ...Array.from({ length: Math.floor(rows / 10_000) }, () => 10_000),
      rows % 10_000,
    ]);
    expect(tickers.map((ticker) => barsOf(parts.get(ticker)))).toEqual(expected);
    for (const part of parts.values())
      if ('answer' in part) expect(part.answer.bars.ts).toEqual(part.answer.bars.ts.toSorted());
  });

  it('lacks a ticker without a row, which is known at its end', async () => {
    const { parts, simulator } = await fetchList(['ALFA', 'GLYF'], range('2020-03-17', '2020-03-20'));
    expect(simulator.requests()).toBe(1);
    expect(barsOf(parts.get('ALFA'))).toBe(3);
    expect(parts.get('GLYF')).toMatchObject({ answer: { bars: { length: 0 }, explained: [] } });
  });

  it('loses the one that there is not, where the refusal names it', async () => {
    const { parts, simulator } = await fetchList(['ALFA', 'NOPE', 'NYXA'], WEEK);
    expect([...['ALFA', 'NOPE', 'NYXA'].map((ticker) => codeOf(parts.get(ticker)))]).toEqual([
      undefined,
      'unknown-ticker',
      undefined,
    ]);
    expect(simulator.requests()).toBe(2);
  });

  it('finds it where the refusal does not', async () => {
    const all = [...tickers.slice(0, 20), 'NOPE', ...tickers.slice(20)];
    const { parts, simulator } = await fetchList(all, WEEK, { unknown: 'unnamed' });
    expect(all.filter((ticker) => codeOf(parts.get(ticker)) !== undefined)).toEqual(['NOPE']);
    // Five halvings of 31, itself and the rest, beyond the one that was due.
    expect(simulator.requests()).toBeLessThanOrEqual(1 + 5 + 2);
    for (const ticker of tickers)
      expect(barsOf(parts.get(ticker)), ticker).toBe(market.rows(ticker, '1d', WEEK).length);
  });

  it('has no row of it where the server keeps silent about it', async () => {
    const { parts, simulator } = await fetchList(['ALFA', 'NOPE'], WEEK, { unknown: 'absent' });
    expect([barsOf(parts.get('ALFA')), barsOf(parts.get('NOPE'))]).toEqual([5, 0]);
    expect(simulator.requests()).toBe(1);
  });

  it('is refused beyond a hundred', async () => {
    const many = Array.from({ length: 101 }, (_, i) => `T${i}`);
    const { parts } = await fetchList(many, WEEK);
    expect(codeOf(parts.get('T0'))).toBe('bad-answer');
  });

  it('has a row without a value as unusable', async () => {
    const holed: Market = {
      tickers: () => market.tickers(),
      listing: (ticker) => market.listing(ticker),
      intervals: (ticker) => market.intervals(ticker),
      rows: (...asked) => market.rows(...asked).map((row, i) => (i === 2 ? { ...row, close: null } : row)),
      actions: (ticker) => market.actions(ticker),
      quiet: (ticker) => market.quiet(ticker),
    };
    const { parts } = await fetchList(['ALFA'], WEEK, { market: holed });
    expect(parts.get('ALFA')).toMatchObject({
      answer: { bars: { length: 4 }, unusable: [{ ts: Date.UTC(2025, 2, 5), reason: 'empty' }] },
    });
  });

  it('is not read twice where an answer of half of it is tried again', async () => {
    const { parts } = await fetchList(['ALFA', 'NYXA'], WEEK, {
      faults: { rates: 'truncated=50%,wrong-length=30%', seed: 3 },
    });
    expect([barsOf(parts.get('ALFA')), barsOf(parts.get('NYXA'))]).toEqual([5, 5]);
  });
});
