import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { NO_BARS, type Reply, askedOf } from './serving.ts';
import { stopAfterEach, SHARES, ask } from './asked.ts';

stopAfterEach();

describe('splits and dividends', () => {
  it('are asked for from a few days before the first to far beyond today, as they are listed by their payment', async () => {
    const { asked } = await ask({ tickers: ['AAPL', 'BTC-USD', 'MSFT'] });
    expect(askedOf(asked, '/v1/corporate-actions').map((query) => Object.fromEntries(query))).toEqual([
      { symbols: 'AAPL,MSFT', start: '2022-12-24', end: '2024-06-07', limit: '1000', sort: 'asc' },
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

  it('stand beside a rename, which is named for either ticker, as they are written here', async () => {
    const renamed = { old_symbol: 'BAC.PRL', new_symbol: 'BML.PRA', process_date: '2023-06-09' };
    const split = { symbol: 'BML.PRA', ex_date: '2023-08-01', new_rate: 3, old_rate: 1 };
    const undated = { old_symbol: 'FB', new_symbol: 'META' };
    const corporate_actions = { name_changes: [renamed, undated], forward_splits: [split] };
    const { parts } = await ask({ tickers: ['BAC-PL', 'BML-PA', 'META'] }, ({ path }) => ({
      body: path === SHARES ? NO_BARS : JSON.stringify({ corporate_actions, next_page_token: null }),
    }));
    const words =
      'BAC-PL became BML-PA on 2023-06-09; to move what is stored: backfill rename BAC-PL BML-PA --on 2023-06-09';
    expect(parts.get('BAC-PL')).toMatchObject({ answer: { actions: [], notRead: [`BAC-PL: ${words}`] } });
    expect(parts.get('BML-PA')).toMatchObject({
      answer: {
        actions: [{ kind: 'split', exDay: parseDay('2023-08-01'), ratio: 3 }],
        notRead: [`BML-PA: ${words}`],
      },
    });
    expect(parts.get('META')).toMatchObject({
      answer: { actions: [], notRead: ['META: FB became META, nobody says when'] },
    });
  });

  it('of other symbols only are no answer', async () => {
    const body =
      '{"corporate_actions":{"cash_dividends":[{"symbol":"MSFT","ex_date":"2023-02-10","rate":1}]},"next_page_token":null}';
    const { parts } = await ask({}, ({ path }) => ({ body: path === SHARES ? NO_BARS : body }));
    expect(parts.get('AAPL')).toMatchObject({ error: { code: 'bad-answer', retryable: true } });
  });
});
