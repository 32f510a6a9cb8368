import { rename } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard, type History, startDashboard } from '../../src/index.ts';
import { NOON } from '../store/fixtures.ts';
import { ask } from './ask.ts';
import { AAPL, type Served, serveWeek } from './served-week.ts';

let served: Served;
let store = '';
let history: History;
let dashboard: Dashboard;
beforeAll(async () => {
  served = await serveWeek();
  ({ store, history, dashboard } = served);
});
afterAll(() => served.close());

const asked: Served['asked'] = (query, headers) => served.asked(query, headers);
const json = <T>(query: string): Promise<T> => served.json<T>(query);

describe('coverage over HTTP', () => {
  it('is the verdict on a range, and by itself of all that is stored', async () => {
    const range = { start: '2026-02-23', end: '2026-02-25' };
    const verdict = await history.batches([AAPL], range).verdict();
    expect(await json('coverage?tickers=AAPL&start=2026-02-23&end=2026-02-25')).toEqual({
      interval: '1d',
      ...range,
      verdict,
    });
    expect(await json('coverage')).toMatchObject({
      verdict: {
        complete: false,
        series: 2,
        lacks: [
          { series: AAPL, ranges: [{ start: '2026-02-27', why: 'provisional' }] },
          {
            series: { ticker: 'MSFT' },
            ranges: [{ start: '2026-02-26', end: '2026-02-27', why: 'missing' }],
          },
        ],
      },
    });
    expect(await json('coverage?interval=1h&asOf=2026-02-26')).toMatchObject({
      verdict: { complete: true, series: 1 },
    });
  });

  it('goes with a list of the series that are stored', async () => {
    const apple = { ticker: 'AAPL', calendar: 'XNYS', currency: 'USD', exchange: 'XNAS', type: 'equity' };
    const fetchedAt = new Date(NOON).toISOString();
    const hourly = { ...apple, interval: '1h', rows: 3, first: '2026-02-26', last: '2026-02-27', fetchedAt };
    const { series } = await json<{ series: unknown[] }>('series');
    expect(series).toEqual([
      { ...apple, interval: '1d', rows: 5, first: '2026-02-23', last: '2026-02-27', fetchedAt },
      hourly,
      {
        ...apple,
        ticker: 'MSFT',
        interval: '1d',
        rows: 2,
        first: '2026-02-23',
        last: '2026-02-24',
        fetchedAt,
      },
    ]);
    expect(await json('series?tickers=aapl&interval=1h')).toEqual({ series: [hourly] });
  });
});

describe('who asks over HTTP', () => {
  it('may look, be it at the head alone, and do nothing', async () => {
    const head = await ask(dashboard.url, '/api/bars?tickers=AAPL', {}, 'HEAD');
    expect([head.status, head.body, head.headers['backfill-complete']]).toEqual([200, '', 'false']);
    expect((await ask(dashboard.url, '/api/bars?tickers=NOPE', {}, 'HEAD')).status).toBe(404);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      const { status, headers, body } = await ask(dashboard.url, '/api/series', {}, method);
      expect([status, headers['allow'], JSON.parse(body)]).toMatchObject([405, 'GET, HEAD', { error: {} }]);
    }
    const { headers } = await asked('series');
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });

  it('is refused as by every page: under another name, from another site, without the token', async () => {
    expect((await asked('series', { host: 'evil.example' })).status).toBe(403);
    expect((await asked('series', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const token = 'a-token-of-some-length';
    const own = await startDashboard({ history, store, port: 0, token });
    const refused = await ask(own.url, '/api/bars?tickers=AAPL');
    expect([refused.status, JSON.parse(refused.body)]).toMatchObject([
      401,
      { error: { code: 'unauthorized' } },
    ]);
    expect((await ask(own.url, '/api/series', { authorization: `Bearer ${token}` })).status).toBe(200);
    // No redirection: a program keeps no cookie.
    const brought = await ask(own.url, `/api/bars?tickers=AAPL&token=${token}`);
    expect([brought.status, brought.headers['set-cookie']]).toEqual([200, undefined]);
    await own.close();
  });

  it('is told when the store is gone, whatever is asked for', async () => {
    await rename(store, `${store}-moved`);
    try {
      for (const query of ['series', 'coverage', 'bars?tickers=AAPL', 'bars?tickers=AAPL&format=arrow']) {
        const { status, body } = await asked(query);
        expect([status, JSON.parse(body)]).toMatchObject([
          503,
          {
            error: {
              code: 'store-unusable',
              message: expect.stringContaining(`store ${store}: there is no such folder`),
            },
          },
        ]);
      }
    } finally {
      await rename(`${store}-moved`, store);
    }
    expect((await asked('series')).status).toBe(200);
  });
});
