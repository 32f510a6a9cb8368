import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { marketParts } from '../../../src/providers/market-parts.ts';
import type { MarketAnswer } from '../../../src/providers/provider.ts';
import { capabilitiesOf } from '../../../src/providers/registry.ts';
import { KEY, barsBody, isBars, polygonThatAnswers, stopServers } from './serving.ts';

afterEach(stopServers);

const NOW = Date.parse('2026-11-20T17:00:00Z');

const week = (ticker: string, interval: '1d' | '1h' | '5m' = '1d') => ({
  series: { ticker, interval },
  range: { from: parseDay('2026-11-16'), to: parseDay('2026-11-21') },
  now: NOW,
});

describe('what is asked for', () => {
  it.each([
    ['AAPL', '1d', '/v2/aggs/ticker/AAPL/range/1/day/2026-11-16/2026-11-20'],
    ['BTC-USD', '1d', '/v2/aggs/ticker/X%3ABTCUSD/range/1/day/2026-11-16/2026-11-20'],
    ['JPY=X', '1d', '/v2/aggs/ticker/C%3AUSDJPY/range/1/day/2026-11-16/2026-11-20'],
    ['^GSPC', '1d', '/v2/aggs/ticker/I%3ASPX/range/1/day/2026-11-16/2026-11-20'],
    // From the open of the first session, 14:30Z, to now, in the half hours that its hours are joined of.
    ['AAPL', '1h', `/v2/aggs/ticker/AAPL/range/30/minute/${Date.parse('2026-11-16T14:30:00Z')}/${NOW - 1}`],
    ['AAPL', '5m', `/v2/aggs/ticker/AAPL/range/5/minute/${Date.parse('2026-11-16T14:30:00Z')}/${NOW - 1}`],
  ] as const)('%s %s', async (ticker, interval, path) => {
    const { provider, asked } = await polygonThatAnswers(({ path: at }) =>
      isBars(at) ? { body: barsBody('', {}, { ticker: undefined }) } : undefined,
    );
    await provider.fetchBars(week(ticker, interval));
    const bars = asked.filter((one) => isBars(one.path));
    expect(bars.map((one) => one.path)).toEqual([path]);
    expect(Object.fromEntries(bars[0]?.query ?? [])).toEqual({
      adjusted: 'false',
      sort: 'asc',
      limit: '50000',
    });
    // Nothing of an index or of a pair is split.
    expect(asked).toHaveLength(ticker === 'AAPL' ? 3 : 1);
    expect(asked.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
    expect(JSON.stringify(asked.map((one) => [one.path, one.query.toString()]))).not.toContain(KEY);
  });

  it('is nothing of today with a free key, of which nothing is said then', async () => {
    const { provider, asked } = await polygonThatAnswers(
      ({ path }) => (isBars(path) ? { body: barsBody('AAPL', { '2026-11-19': 7 }) } : undefined),
      {},
    );
    const { proven } = await provider.fetchBars(week('AAPL'));
    expect(asked.at(-1)?.path).toContain('/2026-11-16/2026-11-19');
    expect([proven.from, proven.to].map(formatDay)).toEqual(['2026-11-16', '2026-11-20']);
    const today = { ...week('AAPL'), range: { from: parseDay('2026-11-20'), to: parseDay('2026-11-21') } };
    const none = await provider.fetchBars(today);
    expect(asked.at(-1)?.path).toContain('/2026-11-19/2026-11-19');
    expect(none.proven.from).toBe(none.proven.to);
  });
});

describe('a page that follows', () => {
  const first = barsBody('AAPL', { '2026-11-16': 1 });
  const beside = async (next: (host: string) => string, prefix = '') => {
    let host = '';
    const made = await polygonThatAnswers(
      ({ path, query }) => {
        if (!isBars(path.slice(prefix.length))) return undefined;
        if (query.has('cursor')) return { body: barsBody('AAPL', { '2026-11-17': 2 }) };
        return { body: barsBody('AAPL', { '2026-11-16': 1 }, { next_url: next(host) }) };
      },
      { tier: 'advanced' },
      prefix,
    );
    ({ host } = made);
    return made;
  };
  const PAGE = '/v2/aggs/ticker/AAPL/range/1/day/1763442000000/2026-11-20?cursor=YQ';

  it.each([
    ['the host that was asked', (host: string) => `http://${host}${PAGE}`, ''],
    ['its own host, by either name', () => `https://api.massive.com${PAGE}`, ''],
    ['its older host', () => `https://api.polygon.io${PAGE}`, ''],
    ['no host', () => PAGE, ''],
    ['a path below which it is served', () => `https://api.polygon.io${PAGE}`, '/below'],
    ['a key in it', (host: string) => `http://${host}${PAGE}&apiKey=leaked`, ''],
  ])('is asked for where the first was, with the key in a header, at %s', async (_, next, prefix) => {
    const { provider, asked, host } = await beside(next, prefix);
    const { bars } = await provider.fetchBars(week('AAPL'));
    expect([...bars.close]).toEqual([1, 2]);
    const page = asked.at(-1);
    expect([page?.path, page?.query.toString()]).toEqual([`${prefix}${PAGE.split('?')[0]}`, 'cursor=YQ']);
    expect([page?.headers.host, page?.headers.authorization]).toEqual([host, `Bearer ${KEY}`]);
  });

  it('is not asked for at another host, and what came before it is no answer', async () => {
    for (const next of [
      'http://192.0.2.1/v2/x?cursor=YQ',
      'https://api.massive.com.evil.example/?cursor=YQ',
    ]) {
      const { provider, asked } = await beside(() => next);
      await expect(provider.fetchBars(week('AAPL'))).rejects.toMatchObject({
        code: 'bad-answer',
        retryable: false,
        message: expect.stringContaining(new URL(next).host) as unknown,
      });
      expect(asked.filter(({ path }) => isBars(path))).toHaveLength(1);
    }
  });

  it('that is refused leaves nothing of the ones before', async () => {
    const { provider } = await polygonThatAnswers(({ path, query }) => {
      if (!isBars(path)) return undefined;
      return query.has('cursor')
        ? { status: 429, body: '' }
        : { body: first.replace('"status"', `"next_url":"${PAGE}","status"`) };
    });
    await expect(provider.fetchBars(week('AAPL'))).rejects.toMatchObject({
      code: 'throttled',
      retryable: true,
    });
  });
});

describe('a plan', () => {
  it.each([
    ['free', [{ requests: 5, perMs: 60_000 }], 730],
    ['starter', [{ requests: 99, perMs: 1000 }], 1826],
    ['developer', [{ requests: 99, perMs: 1000 }], 3652],
    ['advanced', [{ requests: 99, perMs: 1000 }], null],
  ])('%s has its pace and its reach, of whole markets too', (tier, quotas, lookBackDays) => {
    const capabilities = capabilitiesOf({ id: 'polygon', settings: { tier } });
    expect(capabilities.quotas).toEqual(quotas);
    for (const limits of Object.values(capabilities.intervals))
      expect(limits).toMatchObject({ lookBackDays });
    expect(capabilities.intervals['1d']?.market).toMatchObject({ lookBackDays, of: ['us-shares'] });
  });

  it('that is smaller than it is said to be proves nothing of the days before its answer begins', async () => {
    const begins = (date: string) => async () => {
      const { provider } = await polygonThatAnswers(({ path }) =>
        isBars(path) ? { body: barsBody('AAPL', { [date]: 1, '2025-03-03': 2 }) } : undefined,
      );
      const range = { from: parseDay('2022-01-03'), to: parseDay('2025-03-04') };
      return provider.fetchBars({ series: { ticker: 'AAPL', interval: '1d' }, range, now: NOW });
    };
    const cut = await begins('2024-11-21')();
    expect(formatDay(cut.proven.from)).toBe('2024-11-21');
    expect(cut.whyUnproven).toBe(
      'its answer begins on 2024-11-21, where the reach of the plan free does; --tier says what the plan is',
    );
    // Any other day is that of a listing.
    const listed = await begins('2024-12-12')();
    expect([formatDay(listed.proven.from), listed.whyUnproven]).toEqual(['2022-01-03', undefined]);
  });
});

describe('what says nothing for sure', () => {
  it.each([
    ['no results, and no count', '{"status":"OK"}'],
    ['fewer results than it counts', barsBody('AAPL', { '2026-11-16': 1 }, { resultsCount: 2 })],
    ['no status', '{"ticker":"AAPL","queryCount":0,"resultsCount":0}'],
    ['results that are none', '{"status":"OK","resultsCount":1,"results":"none"}'],
  ])('is no answer: %s', async (_, body) => {
    const { provider } = await polygonThatAnswers(({ path }) => (isBars(path) ? { body } : undefined));
    await expect(provider.fetchBars(week('AAPL'))).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: true,
    });
  });

  it('of another ticker is its fault', async () => {
    const { provider } = await polygonThatAnswers(({ path }) =>
      isBars(path) ? { body: barsBody('MSFT', { '2026-11-16': 1 }) } : undefined,
    );
    await expect(provider.fetchBars(week('AAPL'))).rejects.toMatchObject({
      code: 'provider-fault',
      retryable: true,
    });
  });

  it('but that it is late, or that there are none, is an answer', async () => {
    for (const body of [
      barsBody('AAPL', {}, { status: 'DELAYED', results: undefined }),
      '{"ticker":"AAPL","queryCount":0,"resultsCount":0,"adjusted":false,"status":"OK","count":0}',
    ]) {
      const { provider } = await polygonThatAnswers(({ path }) => (isBars(path) ? { body } : undefined));
      expect((await provider.fetchBars(week('AAPL'))).bars.length).toBe(0);
    }
  });

  it('of splits or dividends of another ticker says nothing of those that were asked for', async () => {
    const split = { ticker: 'MSFT', execution_date: '2026-11-17', split_from: 1, split_to: 4 };
    const dividend = { ticker: 'MSFT', ex_dividend_date: '2026-11-17', cash_amount: 0.5 };
    for (const [list, row] of [
      ['/v3/reference/splits', split],
      ['/v3/reference/dividends', dividend],
    ] as const) {
      const { provider } = await polygonThatAnswers(({ path }) =>
        path === list ? { body: JSON.stringify({ results: [row], status: 'OK' }) } : undefined,
      );
      const asking = provider.fetchActions?.({ ...week('AAPL'), tickers: ['AAPL'] });
      expect(await asking).toMatchObject([{ error: { code: 'provider-fault', retryable: true } }]);
    }
  });

  it.each([
    ['AAPL', 'AAPL'],
    ['BRK-B', 'BRK.B'],
  ])('of a ticker in adjusted prices is none, whatever splits are known: %s', async (ticker, symbol) => {
    const body = barsBody(symbol, { '2026-11-16': 1 }, { adjusted: true });
    const { provider } = await polygonThatAnswers(({ path }) => (isBars(path) ? { body } : undefined));
    await expect(provider.fetchBars(week(ticker))).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: false,
      message: `polygon gives adjusted prices of ${ticker}, asked for those as traded; none of them is stored`,
    });
  });

  it('of what is never split may say that it is adjusted', async () => {
    for (const [ticker, symbol] of [
      ['BTC-USD', 'X:BTCUSD'],
      ['EURUSD=X', 'C:EURUSD'],
      ['^GSPC', 'I:SPX'],
    ] as const) {
      const body = barsBody(symbol, { '2026-11-16': 1 }, { adjusted: true });
      const { provider } = await polygonThatAnswers(({ path }) => (isBars(path) ? { body } : undefined));
      expect((await provider.fetchBars(week(ticker))).bars.length, ticker).toBe(1);
    }
  });

  it('of a whole market in adjusted prices is none: nobody could turn them back', async () => {
    const body = '{"status":"OK","adjusted":true,"resultsCount":0,"results":[]}';
    const { provider } = await polygonThatAnswers(() => ({ body }));
    const asked = { interval: '1d', session: parseDay('2026-11-16'), now: NOW } as const;
    await expect(provider.fetchMarket?.(asked)).rejects.toMatchObject({
      code: 'bad-answer',
      retryable: false,
    });
  });

  it('of a whole market has the shares without a price by themselves, and names no symbol twice', async () => {
    const rows = ['AAPL', 'BRK.B', 'MSFT', 'X:BTCUSD', 'ZZZ'].map((T, i) => {
      const price = T === 'MSFT' ? null : i + 1;
      const values = { v: 100, o: price, c: price, h: price, l: price };
      return { T, ...values, ...(T === 'AAPL' && { vw: 1.5 }), t: Date.parse('2026-11-16T21:00:00Z') };
    });
    const page = (results: readonly object[], next?: string): string =>
      JSON.stringify({
        status: 'OK',
        adjusted: false,
        resultsCount: results.length,
        results,
        next_url: next,
      });
    const asked = { interval: '1d', session: parseDay('2026-11-16'), now: NOW } as const;
    const inPages = async (second: readonly object[]): Promise<Partial<MarketAnswer>> => {
      const { provider } = await polygonThatAnswers(({ query }) => ({
        body: query.has('cursor') ? page(second) : page(rows.slice(0, 2), '/v2/aggs/grouped/x?cursor=1'),
      }));
      return (await provider.fetchMarket?.(asked)) ?? {};
    };
    const market = await inPages(rows.slice(2));
    expect(market.alike).toMatchObject([{ tickers: ['AAPL', 'BRK-B', 'ZZZ'], counts: [1, 1, 1] }]);
    expect(market.parts).toMatchObject([
      { ticker: 'MSFT', answer: { bars: { length: 0 }, unusable: [{ reason: 'empty' }] } },
    ]);
    const { provider } = await polygonThatAnswers(({ path }) =>
      isBars(path) ? { body: barsBody('BRK.B', { '2026-11-16': 2 }, {}).replace('"vw":2,', '') } : undefined,
    );
    const range = { from: asked.session, to: asked.session + 1 };
    const alone = await provider.fetchBars({ ...week('BRK-B'), range });
    const { badActions: _, ...others } = alone;
    const { parts = [], alike = [] } = market;
    const inMarket = marketParts({ parts, alike }).find(({ ticker }) => ticker === 'BRK-B');
    expect(inMarket).toEqual({
      ticker: 'BRK-B',
      answer: { ...others, bars: { ...others.bars, trades: null } },
    });
    await expect(inPages(rows.slice(1))).rejects.toMatchObject({
      code: 'bad-answer',
      message: expect.stringContaining('two bars of BRK.B') as unknown,
    });
  });
});
