import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { isCryptoPair } from '../../../src/core/calendar/calendars.ts';
import type { Category } from '../../../src/core/universe/member.ts';
import { sampleMarket } from '../../../src/market/sample.ts';
import type { DiscoverRequest } from '../../../src/providers/discovery.ts';
import { OPEN_GATE } from '../../../src/providers/http/gate.ts';
import { openProvider } from '../../../src/providers/registry.ts';
import { ALPACA_KEYS } from '../../../src/simulator/alpaca/index.ts';
import { REAL_DATA, describeWith } from '../../needs.ts';
import { realData } from '../../realdata.ts';
import { NOW, start, stopAll } from '../../simulator/running.ts';
import expected from './expected.json' with { type: 'json' };
import { alpacaThatAnswers, stopServers } from './serving.ts';

afterEach(stopServers);
afterEach(stopAll);

const asked = (...categories: Category[]): DiscoverRequest => ({ categories, asOf: null, now: NOW });

function asset(symbol: string, exchange: string, more: object = {}): object {
  return { symbol, name: `${symbol} Inc.`, exchange, status: 'active', tradable: true, ...more };
}

const SHARES = [
  asset('BRK.B', 'NYSE'),
  asset('SPY', 'ARCA', { name: '' }),
  asset('HALTD', 'NASDAQ', { tradable: false }),
  asset('OLD', 'NASDAQ', { status: 'inactive' }),
  asset('RGTSWIX', 'NASDAQ'),
  asset('FNMA', 'OTC'),
  asset('SIVBQ', 'OTC', { tradable: false }),
];
const PAIRS = [
  asset('BTC/USD', 'CRYPTO'),
  asset('OLD/USD', 'CRYPTO', { tradable: false }),
  asset('SHARE', 'CRYPTO'),
];

const served = () =>
  alpacaThatAnswers(({ query }) => ({
    body: JSON.stringify(query.get('asset_class') === 'crypto' ? PAIRS : SHARES),
  }));

describe('the universes of Alpaca', () => {
  it.each<[Category[], string[], string[]]>([
    [['us_equities'], ['BRK-B', 'SPY'], ['us_equity']],
    [['otc'], ['FNMA'], ['us_equity']],
    [['crypto'], ['BTC-USD'], ['crypto']],
    [
      ['us_equities', 'otc', 'crypto'],
      ['BRK-B', 'SPY', 'FNMA', 'BTC-USD'],
      ['us_equity', 'crypto'],
    ],
  ])('of %s are what can be traded', async (categories, tickers, kinds) => {
    const { provider, asked: requests } = await served();
    const members = await provider.discover?.(asked(...categories));
    expect(members?.map(({ ticker }) => ticker)).toEqual(tickers);
    expect(requests.map(({ path, query }) => `${path}?${query.toString()}`)).toEqual(
      kinds.map((kind) => `/v2/assets?status=active&asset_class=${kind}`),
    );
    for (const { headers } of requests) expect(headers['apca-api-secret-key']).toBe('secret');
  });

  it('say what it tells: names and exchanges, of shares not what they are', async () => {
    const { provider } = await served();
    const untold = { listed: null, delisted: null, source: 'alpaca' };
    expect(await provider.discover?.(asked('us_equities', 'crypto'))).toEqual([
      { ticker: 'BRK-B', name: 'BRK.B Inc.', type: null, exchange: 'NYSE', ...untold },
      { ticker: 'SPY', name: null, type: null, exchange: 'ARCA', ...untold },
      { ticker: 'BTC-USD', name: 'BTC/USD Inc.', type: 'crypto', exchange: 'CRYPTO', ...untold },
    ]);
  });

  it.each([
    ['a refusal', { status: 403, body: '{"message":"forbidden."}' }],
    ['no list', { body: '{}' }],
    ['a list of what has no symbol', { body: '[{"name":"Nobody"}]' }],
    ['half a list', { body: JSON.stringify(PAIRS).slice(0, -9) }],
  ])('are none at all where the second answer is %s', async (_, second) => {
    const { provider } = await alpacaThatAnswers(({ query }) =>
      query.get('asset_class') === 'crypto' ? second : { body: JSON.stringify(SHARES) },
    );
    const code = 'status' in second ? expect.stringMatching(/^(?:unauthorized|not-entitled)$/) : 'bad-answer';
    await expect(provider.discover?.(asked('us_equities', 'crypto'))).rejects.toMatchObject({ code });
  });

  it('are those of a market behind its server', async () => {
    const market = sampleMarket();
    const { url, entries } = await start({ wire: 'alpaca', market });
    const provider = await openProvider({ id: 'alpaca', url }, OPEN_GATE, ALPACA_KEYS);
    const truth = market.tickers().filter((ticker) => {
      const { calendar, delistedOn, firstTrade } = market.listing(ticker) ?? {};
      const isKnown = isCryptoPair(ticker) || (calendar === 'XNYS' && /^[A-Z-]+$/.test(ticker));
      return isKnown && delistedOn === null && (firstTrade ?? Number.NaN) * 86_400_000 <= NOW;
    });
    const members = await provider.discover?.(asked('us_equities', 'otc', 'crypto'));
    expect(members?.map(({ ticker }) => ticker).toSorted()).toEqual(truth.toSorted());
    expect(truth).toContain('SMPL-USD');
    expect(market.listing('TOYC-EUR')?.delistedOn).not.toBeNull();
    expect(entries.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });
});

describeWith(REAL_DATA)('recorded assets of Alpaca', () => {
  it('are those on exchanges: of what is dealt in over the counter none can be traded', async () => {
    const body = readFileSync(realData('http/alpaca/recorded/assets-2023.part.json'), 'utf8');
    const { provider } = await alpacaThatAnswers(() => ({ body }));
    const members = await provider.discover?.(asked('us_equities', 'otc'));
    expect(members?.map(({ ticker }) => ticker)).toEqual(expected.tickers);
    expect(members?.find(({ ticker }) => ticker === 'BF-B')).toMatchObject({
      ...{ name: 'Brown-Forman Corporation Class B', exchange: 'NYSE' },
    });
    expect(await provider.discover?.(asked('otc'))).toEqual([]);
  });
});
