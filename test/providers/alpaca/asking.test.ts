import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { BarAnswer, Provider } from '../../../src/providers/provider.ts';
import { inRows } from '../rows.ts';
import { stopAfterEach, ask, codeOf, range } from './asked.ts';

stopAfterEach();

const ends = (query: URLSearchParams[]): (string | null)[][] =>
  query.map((one) => [one.get('start'), one.get('end')]);

describe('a request for shares', () => {
  it('asks for raw prices of all exchanges, by the day from midnight to the last second in New York', async () => {
    const { shares, asked } = await ask({
      tickers: ['AAPL', 'BRK-B'],
      range: range('2023-03-10', '2023-03-15'),
    });
    expect(shares.map((query) => Object.fromEntries(query))).toEqual([
      {
        symbols: 'AAPL,BRK.B',
        timeframe: '1Day',
        // The clocks went forward on the 12th.
        ...{ start: '2023-03-10T05:00:00Z', end: '2023-03-15T03:59:59Z' },
        ...{ limit: '10000', sort: 'asc', adjustment: 'raw', feed: 'sip', asof: '2023-12-10' },
      },
    ]);
    expect(asked.map(({ headers }) => [headers['apca-api-key-id'], headers['apca-api-secret-key']])).toEqual([
      ['id', 'secret'],
      ['id', 'secret'],
    ]);
  });

  it('asks for another feed where it is told', async () => {
    const { shares } = await ask({}, undefined, { feed: 'iex' });
    expect(shares.map((query) => query.get('feed'))).toEqual(['iex']);
  });

  it('asks for intraday bars from the open of the first session to the close of the last', async () => {
    const { shares } = await ask({ interval: '5m', range: range('2023-11-22', '2023-11-25') });
    // The 24th is a half day.
    expect(ends(shares)).toEqual([['2023-11-22T14:30:00Z', '2023-11-24T17:59:59Z']]);
    expect(shares[0]?.get('timeframe')).toBe('5Min');
  });

  it('asks session by session where that costs fewer pages than the hours between them', async () => {
    const tickers = Array.from({ length: 25 }, (_, i) => `Q${String.fromCharCode(65 + i)}`);
    const { shares } = await ask({ tickers, interval: '1m', range: range('2023-11-22', '2023-11-25') });
    expect(ends(shares)).toEqual([
      ['2023-11-22T14:30:00Z', '2023-11-22T20:59:59Z'],
      ['2023-11-24T14:30:00Z', '2023-11-24T17:59:59Z'],
    ]);
  });

  it('is never of the last fifteen minutes, which a free plan may not have', async () => {
    const now = Date.parse('2023-11-24T15:00:30Z');
    const today = range('2023-11-22', '2023-11-25');
    const { shares } = await ask({ interval: '1m', range: today, now });
    expect(ends(shares)).toEqual([['2023-11-22T14:30:00Z', '2023-11-24T14:44:30Z']]);
    for (const settings of [{ plan: 'algo-trader-plus' }, { feed: 'iex' }]) {
      const { shares: recent } = await ask({ interval: '1m', range: today, now }, undefined, settings);
      expect(ends(recent)).toEqual([['2023-11-22T14:30:00Z', '2023-11-24T15:00:30Z']]);
    }
  });

  it('proves nothing of a session whose last minutes it may not have yet', async () => {
    const asked = range('2023-11-21', '2023-11-23');
    for (const [at, last] of [
      ['2023-11-22T21:05:00Z', '2023-11-22'],
      ['2023-11-22T21:17:00Z', '2023-11-23'],
    ] as const) {
      const { parts } = await ask({ interval: '1m', range: asked, now: Date.parse(at) });
      expect(parts.get('AAPL')).toMatchObject({ answer: { proven: { to: parseDay(last) } } });
    }
  });

  it('does not end before it begins', async () => {
    const now = Date.parse('2023-11-24T14:40:00Z');
    const { shares, parts } = await ask({ interval: '1m', range: range('2023-11-24', '2023-11-25'), now });
    expect(ends(shares)).toEqual([['2023-11-24T14:24:00Z', '2023-11-24T14:24:00Z']]);
    const part = parts.get('AAPL');
    expect(part).toMatchObject({
      answer: { proven: { from: parseDay('2023-11-24'), to: parseDay('2023-11-24') } },
    });
  });
});

describe('a request for pairs', () => {
  it('goes to the endpoint of crypto, for whole days by UTC, which are joined of hours', async () => {
    const hour = (t: string, o: number, v: number): object => ({
      t,
      o,
      h: o + 2,
      l: o - 1,
      c: o + 1,
      v,
      n: 2,
      vw: o,
    });
    const rows = [
      hour('2023-01-03T00:00:00Z', 10, 1),
      hour('2023-01-03T23:00:00Z', 14, 3),
      hour('2023-01-04T00:00:00Z', 20, 2),
    ];
    const body = JSON.stringify({ bars: { 'BTC/USD': rows }, next_page_token: null });
    const { crypto, shares, parts, asked } = await ask(
      { tickers: ['BTC-USD'], range: range('2023-01-03', '2023-01-05') },
      () => ({ body }),
    );
    expect(crypto.map((query) => Object.fromEntries(query))).toEqual([
      {
        ...{ symbols: 'BTC/USD', timeframe: '1Hour', limit: '10000', sort: 'asc' },
        ...{ start: '2023-01-03T00:00:00Z', end: '2023-01-04T23:59:59Z' },
      },
    ]);
    // Of crypto no splits are asked for.
    expect([shares.length, asked.length]).toEqual([0, 1]);
    const { answer } = parts.get('BTC-USD') as { answer: BarAnswer };
    const { bars } = await inRows({ fetchBars: async () => answer } as unknown as Provider).fetchBars(
      {} as never,
    );
    expect(bars).toEqual([
      { ts: Date.parse('2023-01-03'), open: 10, high: 16, low: 9, close: 15, volume: 4, vwap: 13, trades: 4 },
      {
        ts: Date.parse('2023-01-04'),
        open: 20,
        high: 22,
        low: 19,
        close: 21,
        volume: 2,
        vwap: 20,
        trades: 2,
      },
    ]);
    expect(answer.identity).toMatchObject({ type: 'crypto', currency: 'USD' });
  });

  it('are asked for beside shares, each at their endpoint', async () => {
    const { crypto, shares, parts } = await ask({ tickers: ['AAPL', 'BTC-USD', 'MSFT', 'ETH-USD'] });
    expect(shares.map((query) => query.get('symbols'))).toEqual(['AAPL,MSFT']);
    expect(crypto.map((query) => query.get('symbols'))).toEqual(['BTC/USD,ETH/USD']);
    expect([...parts.values()].map(codeOf)).toEqual(['bars', 'bars', 'bars', 'bars']);
  });
});
