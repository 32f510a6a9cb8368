import { afterEach, describe, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { type Reply, type Request, barsBody, isBars, polygonThatAnswers, stopServers } from './serving.ts';

// An answer may begin where a smaller plan than is said does since the ticker was listed then: what the key has besides tells.

afterEach(stopServers);

const NOW = Date.parse('2026-11-20T17:00:00Z');

/** Two years before, and the session of which all shares are asked: before any day with which two years may begin. */
const LISTED = '2024-11-21';
const BEFORE = '/v2/aggs/grouped/locale/us/market/stocks/2024-11-15';

const asked = (ticker: string) => ({
  ...{ series: { ticker, interval: '1d' as const }, now: NOW },
  range: { from: parseDay('2022-01-03'), to: parseDay('2025-03-04') },
});

const REFUSED = {
  status: 403,
  body: '{"status":"NOT_AUTHORIZED","message":"Your plan doesn\'t include this data timeframe."}',
};

/** AAPL from 2022 on, and all others since they were listed; `ofAll`: what is said of all shares of a session before. */
function listedLate(ofAll: Reply) {
  return polygonThatAnswers(({ path }: Request) => {
    if (path.startsWith('/v2/aggs/grouped/')) return ofAll;
    const symbol = /ticker\/([^/]+)\//.exec(path)?.[1] ?? '';
    const first = symbol === 'AAPL' ? '2022-01-03' : LISTED;
    return isBars(path)
      ? { body: barsBody(decodeURIComponent(symbol), { [first]: 1, '2025-03-03': 2 }) }
      : undefined;
  });
}

const grouped = (results: readonly object[]): Reply => ({
  body: JSON.stringify({ status: 'OK', adjusted: false, resultsCount: results.length, results }),
});

describe('an answer that begins where a smaller plan does', () => {
  it('is that of a listing, where the key has a session before of any share', async () => {
    const share = { T: 'MSFT', v: 1, o: 1, c: 1, h: 1, l: 1, t: Date.parse('2024-11-15T21:00:00Z') };
    const { provider, asked: requests } = await listedLate(grouped([share]));
    const answer = await provider.fetchBars(asked('EVHC'));
    expect([formatDay(answer.proven.from), answer.whyUnproven]).toEqual(['2022-01-03', undefined]);
    expect(answer.bars.length).toBe(2);
    expect(requests.filter(({ path }) => path === BEFORE)).toHaveLength(1);
    expect((await provider.fetchBars(asked('LATE'))).whyUnproven).toBeUndefined();
    // Once that is known nobody asks for it again.
    expect(requests.filter(({ path }) => path === BEFORE)).toHaveLength(1);
  });

  it('is that of a listing, where another ticker had older bars: nothing more is asked', async () => {
    const { provider, asked: requests } = await listedLate(REFUSED);
    await provider.fetchBars(asked('AAPL'));
    expect((await provider.fetchBars(asked('EVHC'))).whyUnproven).toBeUndefined();
    expect(requests.some(({ path }) => path.includes('grouped'))).toBe(false);
  });

  it('is that of a listing, where a session of all shares was as old: nothing more is asked', async () => {
    const day = '2023-06-01';
    const share = { T: 'MSFT', v: 1, o: 1, c: 1, h: 1, l: 1, t: Date.parse(`${day}T20:00:00Z`) };
    const { provider, asked: requests } = await listedLate(grouped([share]));
    await provider.fetchMarket?.({ interval: '1d', session: parseDay(day), now: NOW });
    expect((await provider.fetchBars(asked('EVHC'))).whyUnproven).toBeUndefined();
    expect(requests.filter(({ path }) => path.includes('grouped'))).toHaveLength(1);
  });

  it.each([
    ['refuses such a session', REFUSED],
    ['has nothing of such a session', grouped([])],
  ])('is that of the plan, where the key %s', async (_, ofAll) => {
    const { provider } = await listedLate(ofAll);
    const answer = await provider.fetchBars(asked('EVHC'));
    expect(formatDay(answer.proven.from)).toBe(LISTED);
    expect(answer.whyUnproven).toContain('where the reach of the plan free does');
    expect(answer.bars.length).toBe(2);
  });

  it('is that of the plan, where its two years have a leap day', async () => {
    const now = Date.parse('2025-06-13T18:00:00Z');
    const { provider } = await polygonThatAnswers(({ path }) => {
      if (path.includes('grouped')) return REFUSED;
      return isBars(path) ? { body: barsBody('EVHC', { '2023-06-13': 1, '2025-03-03': 2 }) } : undefined;
    });
    const answer = await provider.fetchBars({ ...asked('EVHC'), now });
    expect(formatDay(answer.proven.from)).toBe('2023-06-13');
    expect(answer.whyUnproven).toContain('where the reach of the plan free does');
  });

  it('is whole where it begins with the range that was asked for', async () => {
    const first = '2024-11-19';
    const { provider, asked: requests } = await polygonThatAnswers(({ path }) => {
      if (path.includes('grouped')) return REFUSED;
      return isBars(path) ? { body: barsBody('EVHC', { [first]: 1, '2025-03-03': 2 }) } : undefined;
    });
    const range = { from: parseDay(first), to: parseDay('2025-03-04') };
    expect((await provider.fetchBars({ ...asked('EVHC'), range })).whyUnproven).toBeUndefined();
    expect(requests.some(({ path }) => path.includes('grouped'))).toBe(false);
  });

  it('fails where nobody can tell for the moment', async () => {
    const { provider } = await listedLate({ status: 500, body: '' });
    await expect(provider.fetchBars(asked('EVHC'))).rejects.toMatchObject({ retryable: true });
  });

  it('is not asked about where shares say nothing of it', async () => {
    const { provider, asked: requests } = await polygonThatAnswers(({ path }) =>
      isBars(path) ? { body: barsBody('X:BTCUSD', { [LISTED]: 1, '2025-03-03': 2 }) } : undefined,
    );
    expect((await provider.fetchBars(asked('BTC-USD'))).whyUnproven).toContain('the plan free');
    expect(requests.some(({ path }) => path.includes('grouped'))).toBe(false);
  });
});
