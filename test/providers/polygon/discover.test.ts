import { afterEach, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import type { DiscoverRequest } from '../../../src/providers/discovery.ts';
import { polygonThatAnswers, stopServers } from './serving.ts';

afterEach(stopServers);

const NOW = Date.parse('2026-11-20T12:00:00Z');

const stocks = [
  { ticker: 'AAPL', type: 'CS', primary_exchange: 'XNAS', active: true },
  { ticker: 'SPY', type: 'ETF', primary_exchange: 'ARCX', active: true },
  { ticker: 'ACHR.WS', type: 'WARRANT', primary_exchange: 'XNYS', active: true },
  { ticker: 'GSpJ', type: 'PFD', primary_exchange: 'XNYS', active: true },
  // In no form of ours.
  { ticker: 'XYZrw', type: 'CS', active: true },
];

const gone = [
  {
    ticker: 'TWTR',
    type: 'CS',
    primary_exchange: 'XNYS',
    active: false,
    delisted_utc: '2022-11-08T05:00:00Z',
  },
  {
    ticker: 'AAPL',
    type: 'CS',
    primary_exchange: 'XNAS',
    active: false,
    delisted_utc: '1990-01-02T00:00:00Z',
  },
  // Nobody tells when.
  { ticker: 'OLD', type: 'CS', primary_exchange: 'XNYS', active: false },
];

async function found(categories: DiscoverRequest['categories'], asOf: string | null = null) {
  const { provider, asked } = await polygonThatAnswers(({ path, query }) => {
    const rows: Readonly<Record<string, readonly object[]>> = {
      'stocks true': query.get('date') === '2022-01-03' ? [...stocks, { ...gone[0], active: true }] : stocks,
      'stocks false': gone,
      'otc true': [{ ticker: 'TCEHY', type: 'ADRC' }],
      'crypto true': [{ ticker: 'X:BTCUSD', name: 'Bitcoin' }],
      'fx true': [{ ticker: 'C:EURUSD' }],
      'indices true': [{ ticker: 'I:SPX' }],
    };
    const contract = { ticker: 'O:AAPL251219C00200000', expiration_date: '2025-12-19', strike_price: 200 };
    const results = path.endsWith('/contracts')
      ? [contract]
      : (rows[`${query.get('market')} ${query.get('active')}`] ?? []);
    return { body: JSON.stringify({ results, status: 'OK', count: results.length }) };
  });
  const day = asOf === null ? null : parseDay(asOf);
  const members = (await provider.discover?.({ categories, asOf: day, now: NOW })) ?? [];
  return {
    members: members.map(({ ticker, type, exchange, delisted }) =>
      [ticker, type, exchange, delisted === null ? '' : formatDay(delisted)].join(' ').trim(),
    ),
    asked: asked.map(({ path, query }) => [path.split('/').at(-1), ...query.values()].join(' ')),
  };
}

it('lists shares with those that are gone, by when, but for what cannot be written or dated', async () => {
  const { members, asked } = await found(['us_equities']);
  expect(members).toEqual([
    'AAPL equity XNAS',
    'GS-PJ equity XNYS',
    'TWTR equity XNYS 2022-11-08',
    'AAPL equity XNAS 1990-01-02',
  ]);
  expect(asked).toEqual(['tickers stocks true ticker asc 1000', 'tickers stocks false ticker asc 1000']);
});

it('lists what was active on a day, with the end that has come since', async () => {
  const { members, asked } = await found(['us_equities'], '2022-01-03');
  expect(members).toEqual(['AAPL equity XNAS', 'GS-PJ equity XNYS', 'TWTR equity XNYS 2022-11-08']);
  expect(asked[0]).toBe('tickers stocks true 2022-01-03 ticker asc 1000');
});

it('lists all other categories, each by its market', async () => {
  const { members } = await found(['etf', 'otc', 'crypto', 'fx', 'indices', 'options']);
  expect(members).toEqual([
    'SPY etf ARCX',
    'TCEHY equity OTC',
    'BTC-USD crypto',
    'EURUSD=X fx',
    '^GSPC index',
    // It expired before the day that it is.
    'AAPL251219C00200000 option  2025-12-19',
  ]);
  expect((await found(['options'], '2025-12-01')).asked).toEqual([
    'contracts false 2025-12-01 ticker asc 1000',
  ]);
});
