import { afterEach, describe, expect, it } from 'vitest';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { BarAnswer, Part, Provider } from '../../../src/providers/provider.ts';
import { inRows } from '../rows.ts';
import {
  NO_ACTIONS,
  NO_BARS,
  type Reply,
  type Request,
  alpacaThatAnswers,
  askedOf,
  stopServers,
} from './serving.ts';

// What is asked for, and what is made of a chain of answers.

afterEach(stopServers);

const SHARES = '/v2/stocks/bars';
const CRYPTO = '/v1beta3/crypto/us/bars';
const range = (from: string, to: string): DayRange => ({ from: parseDay(from), to: parseDay(to) });
const JANUARY = range('2023-01-03', '2023-02-01');
const NOW = Date.parse('2023-12-10T18:54:00Z');

interface Asking {
  readonly tickers?: readonly string[];
  readonly interval?: Interval;
  readonly range?: DayRange;
  readonly now?: number;
}

async function ask(
  asking: Asking,
  reply: (request: Request) => Reply | undefined = ({ path }) =>
    path === '/v1/corporate-actions' ? undefined : { body: NO_BARS },
  settings = {},
) {
  const { provider, asked } = await alpacaThatAnswers(reply, settings);
  const parts = await listOf(provider, asking);
  return { asked, shares: askedOf(asked, SHARES), crypto: askedOf(asked, CRYPTO), parts };
}

async function listOf(provider: Provider, asking: Asking): Promise<ReadonlyMap<string, Part>> {
  const request = { tickers: ['AAPL'], interval: '1d', range: JANUARY, now: NOW, ...asking } as const;
  return new Map((await provider.fetchList?.(request))?.map((part) => [part.ticker, part]));
}

const ends = (query: URLSearchParams[]): (string | null)[][] =>
  query.map((one) => [one.get('start'), one.get('end')]);

function codeOf(part: Part | undefined): unknown {
  return part !== undefined && 'error' in part ? (part.error as { code?: unknown }).code : part && 'bars';
}

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

describe('bars of an hour', () => {
  const half = (t: string, o: number): object => ({ t, o, h: o + 2, l: o - 1, c: o + 1, v: 10 });
  const barsOf = (rows: object[]) => ({
    body: JSON.stringify({ bars: { AAPL: rows }, next_page_token: null }),
  });
  const replying =
    (rows: object[]) =>
    (request: Request): Reply =>
      request.path === SHARES ? barsOf(rows) : { body: NO_ACTIONS };
  const asking = { interval: '1h', range: range('2023-01-03', '2023-01-04') } as const;

  it('begin at the open, joined of half hours, without those before and after the session', async () => {
    const rows = ['14:00', '14:30', '15:00', '15:30', '20:30', '21:00'].map((at, i) =>
      half(`2023-01-03T${at}:00Z`, 10 * i),
    );
    const { shares, parts } = await ask(asking, replying(rows));
    expect(shares[0]?.get('timeframe')).toBe('30Min');
    const { answer } = parts.get('AAPL') as { answer: BarAnswer };
    expect([...answer.bars.ts].map((ts) => new Date(ts).toISOString().slice(11, 16))).toEqual([
      '14:30',
      '15:30',
      '20:30',
    ]);
    expect([...answer.bars.open, ...answer.bars.close, ...answer.bars.volume]).toEqual([
      10, 30, 40, 21, 31, 41, 20, 10, 10,
    ]);
    expect(answer).toMatchObject({ dropped: 2, offGrid: 0 });
  });

  it.each([
    ['twice', ['14:30', '14:30']],
    ['in no order', ['15:00', '14:30']],
  ])('are not joined of rows that come %s', async (_, times) => {
    const { parts } = await ask(asking, replying(times.map((at) => half(`2023-01-03T${at}:00Z`, 10))));
    expect(parts.get('AAPL')).toMatchObject({ error: { code: 'bad-answer', retryable: true } });
  });
});

describe('a list', () => {
  it('of which a symbol is on no page has no bars of that, which proves its days', async () => {
    const first =
      '{"bars":{"AAPL":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":"more"}';
    const last =
      '{"bars":{"MSFT":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":null}';
    const { shares, parts } = await ask({ tickers: ['AAPL', 'GONE', 'MSFT'] }, ({ path, query }) =>
      path === SHARES ? { body: query.get('page_token') === 'more' ? last : first } : undefined,
    );
    expect(shares).toHaveLength(2);
    for (const [ticker, rows] of [
      ['AAPL', 1],
      ['GONE', 0],
      ['MSFT', 1],
    ] as const)
      expect(parts.get(ticker)).toMatchObject({ answer: { bars: { length: rows }, proven: JANUARY } });
  });

  it('of which a page does not come proves nothing of any symbol', async () => {
    const first =
      '{"bars":{"AAPL":[{"t":"2023-01-03T05:00:00Z","o":1,"h":2,"l":1,"c":2,"v":3}]},"next_page_token":"more"}';
    const { parts } = await ask({ tickers: ['AAPL', 'MSFT'] }, ({ path, query }) => {
      if (path !== SHARES) return undefined;
      return query.has('page_token')
        ? { status: 500, body: '{"message":"internal server error"}' }
        : { body: first };
    });
    expect([...parts.values()].map(codeOf)).toEqual(['provider-fault', 'provider-fault']);
  });

  it('goes on without a symbol that has it refused by name', async () => {
    const { shares, parts } = await ask(
      { tickers: ['AAPL', 'BRK-B', 'ABC-U', 'MSFT'] },
      ({ path, query }) => {
        const symbols = query.get('symbols') ?? '';
        if (symbols.includes('ABC~U')) return { status: 400, body: '{"message":"invalid symbol: ABC~U"}' };
        return path === SHARES ? { body: NO_BARS } : undefined;
      },
    );
    expect(shares.map((query) => query.get('symbols'))).toEqual(['AAPL,BRK.B,MSFT']);
    expect(Object.fromEntries([...parts].map(([ticker, part]) => [ticker, codeOf(part)]))).toEqual({
      ...{ AAPL: 'bars', 'BRK-B': 'bars', 'ABC-U': 'unknown-ticker', MSFT: 'bars' },
    });
  });

  it('finds a symbol that has it refused without a name', async () => {
    const tickers = ['AAPL', 'AMD', 'BADD', 'MSFT', 'ORCL'];
    const { parts } = await ask({ tickers }, ({ path, query }) => {
      if (path !== SHARES) return undefined;
      const isBad = (query.get('symbols') ?? '').includes('BADD');
      return isBad ? { status: 400, body: '{"message":"invalid symbol"}' } : { body: NO_BARS };
    });
    expect(tickers.map((ticker) => codeOf(parts.get(ticker)))).toEqual([
      'bars',
      'bars',
      'unknown-ticker',
      'bars',
      'bars',
    ]);
  });
});

describe('a refusal', () => {
  const html = '<html>\r\n<head><title>401 Authorization Required</title></head>\r\n</html>';
  it.each([
    [401, html, 'unauthorized', false, 'run', 'alpaca answered 401: 401 Authorization Required'],
    [
      403,
      '{"message":"subscription does not permit querying recent SIP data"}',
      'not-entitled',
      false,
      'series',
    ],
    [403, '{"message":"forbidden."}', 'not-entitled', false, 'endpoint'],
    [429, '{"message": "too many requests."}', 'throttled', true, 'series'],
    [500, '{"message":"internal server error"}', 'provider-fault', true, 'series'],
    [400, '{"message":"end should not be before start"}', 'bad-answer', false, 'series'],
    [404, '{"message":"endpoint not found."}', 'bad-answer', false, 'series'],
    [404, '<html>nginx</html>', 'provider-fault', true, 'series'],
  ])('%d %s', async (status, body, code, retryable, scope, message = expect.any(String)) => {
    const { parts } = await ask({}, ({ path }) => (path === SHARES ? { status, body } : undefined));
    expect(parts.get('AAPL')).toMatchObject({ error: { code, retryable, scope, message } });
  });
});

describe('splits and dividends', () => {
  it('are asked for far beyond today, as a dividend is listed by its payment', async () => {
    const { asked } = await ask({ tickers: ['AAPL', 'BTC-USD', 'MSFT'] });
    expect(askedOf(asked, '/v1/corporate-actions').map((query) => Object.fromEntries(query))).toEqual([
      { symbols: 'AAPL,MSFT', start: '2023-01-03', end: '2024-06-07', limit: '1000', sort: 'asc' },
    ]);
  });

  it('come in pages, and without what is only announced', async () => {
    const dividend = (ex_date: string, rate: number): object => ({ symbol: 'AAPL', ex_date, rate });
    const page = (rows: object[], next: string | null): Reply => ({
      body: JSON.stringify({ corporate_actions: { cash_dividends: rows }, next_page_token: next }),
    });
    const { parts } = await ask({}, ({ path, query }) => {
      if (path === SHARES) return { body: NO_BARS };
      return query.has('page_token')
        ? page([dividend('2023-12-11', 0.26), dividend('not a date', 1)], null)
        : page([dividend('2023-02-10', 0.23), dividend('2023-05-12', 0.24)], 'more');
    });
    expect(parts.get('AAPL')).toMatchObject({
      answer: {
        actions: [
          { kind: 'dividend', exDay: parseDay('2023-02-10'), amount: 0.23 },
          { kind: 'dividend', exDay: parseDay('2023-05-12'), amount: 0.24 },
        ],
        badActions: [{ exDay: null, reason: 'dividend without an ex-date' }],
      },
    });
  });

  it('of other symbols only are no answer', async () => {
    const body =
      '{"corporate_actions":{"cash_dividends":[{"symbol":"MSFT","ex_date":"2023-02-10","rate":1}]},"next_page_token":null}';
    const { parts } = await ask({}, ({ path }) => ({ body: path === SHARES ? NO_BARS : body }));
    expect(parts.get('AAPL')).toMatchObject({ error: { code: 'bad-answer', retryable: true } });
  });
});
