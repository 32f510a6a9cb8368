import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { NO_BARS, type Reply, askedOf } from './serving.ts';
import { SHARES, ask } from './asked.ts';

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
