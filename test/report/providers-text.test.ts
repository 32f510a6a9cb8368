import { describe, expect, it } from 'vitest';
import { providersText } from '../../src/report/providers-text.ts';
import { yahooCapabilities } from '../../src/providers/yahoo/capabilities.ts';

const capabilities = {
  ...yahooCapabilities,
  id: 'acme',
  intervals: { '1d': { maxSpanDays: null, lookBackDays: 140, requestsPerSpan: 1, settleDelayMs: 0 } },
  quotas: [
    { requests: 1, perMs: 1000 },
    { requests: 25, perMs: 86_400_000 },
  ],
  serves: ['us-shares', 'fx'],
} as const;

const page = (columns: number): Parameters<typeof providersText>[1] => ({
  columns,
  isWhole: true,
  hasColours: false,
});

describe('a provider in a list', () => {
  it('says what it serves, how far back, at what quota, and whether its keys are there', () => {
    const keys = [
      { variable: 'ACME_ID', isThere: true },
      { variable: 'ACME_KEY', isThere: false },
    ];
    expect(providersText([{ capabilities, keys, keysOfSettings: [] }], page(Infinity))).toEqual([
      'acme',
      '  serves  shares of the United States (AAPL, BRK-B) and currencies (EURUSD=X)',
      '  bars    1d of the last 140 days; with splits and dividends',
      '  quota   1 req/s and 25 req/day',
      '  key     ACME_ID is set, ACME_KEY is not set',
    ]);
  });

  it('says which keys only a setting asks for', () => {
    const keysOfSettings = ['ACME_ID', 'ACME_SECRET'].map((variable, i) => {
      return { setting: 'source=files', variable, isThere: i === 1 };
    });
    const keys = [{ variable: 'ACME_KEY', isThere: false }];
    const lines = providersText([{ capabilities, keys, keysOfSettings }], page(Infinity));
    expect(lines[4]).toBe(
      '  key     ACME_KEY is not set; with source=files ACME_ID is not set, ACME_SECRET is set',
    );
  });

  it('says once which settings ask for the same keys', () => {
    const keysOfSettings = ['source=files', 'source=both', 'feed=own'].map((setting, i) => {
      return { setting, variable: i === 2 ? 'ACME_FEED' : 'ACME_ID', isThere: false };
    });
    const lines = providersText([{ capabilities, keys: [], keysOfSettings }], page(Infinity));
    expect(lines[4]).toBe(
      '  key     none needed; with source=files or source=both ACME_ID is not set; with feed=own ACME_FEED is not set',
    );
  });

  it('says how far back a run goes there that does not say', () => {
    const usual = { ...capabilities, usualRange: { years: 2 } };
    const lines = providersText([{ capabilities: usual, keys: [], keysOfSettings: [] }], page(Infinity));
    expect(lines[3]).toBe('  range   the last 2 years, unless a run says otherwise');
  });

  it('says of which classes alone it has bars of an interval', () => {
    const intervals = {
      '1m': { ...capabilities.intervals['1d'], serves: ['us-shares'], newestRows: { 'us-shares': 100 } },
      ...capabilities.intervals,
    } as const;
    const some = { ...capabilities, intervals };
    const lines = providersText([{ capabilities: some, keys: [], keysOfSettings: [] }], page(Infinity));
    expect(lines[2]).toContain(
      '1m of the last 140 days (us-shares only; the newest 100 of us-shares), 1d of',
    );
  });

  it('says how its pairs are written', () => {
    const pairs = { ...capabilities, serves: ['crypto'], cryptoQuotes: ['USDT', 'BTC'] } as const;
    const lines = providersText([{ capabilities: pairs, keys: [], keysOfSettings: [] }], page(Infinity));
    expect(lines[1]).toBe('  serves  crypto pairs (BTC-USDT)');
  });

  it('is no wider than the page', () => {
    const lines = providersText([{ capabilities, keys: [], keysOfSettings: [] }], page(40));
    expect(lines.filter((line) => line.length > 40)).toEqual([]);
    expect(lines[2]).toBe('          (AAPL, BRK-B) and currencies');
  });
});
