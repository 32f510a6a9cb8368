import { describe, expect, it } from 'vitest';
import { partServed } from '../../../src/backfill/want/served.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import { yahooCapabilities } from '../../../src/providers/yahoo/capabilities.ts';

const WITHOUT_SLASH = 'it has none with /: a share class is written BRK-B, a pair BTC-USD or EURUSD=X';
const OTHERS = 'it serves shares of the United States (AAPL, BRK-B) and crypto pairs (BTC-USD)';

const some: Capabilities = { ...yahooCapabilities, serves: ['us-shares', 'crypto'] };
const quoting: Capabilities = { ...yahooCapabilities, cryptoQuotes: ['USDT', 'BTC'] };

/** The tickers that are asked for, and the others with why. */
function parted(capabilities: Capabilities, ...tickers: string[]): [string, ...string[]] {
  const { served, notServed } = partServed(tickers, ['1d'], capabilities);
  return [
    served.join(' '),
    ...notServed.map((one) => `${one.provider} ${one.tickers.join(' ')}: ${one.why}`),
  ];
}

describe('a ticker that the provider cannot have', () => {
  it('is left out with what would do, and the others are asked for', () => {
    expect(parted(yahooCapabilities, 'A/B', 'AAPL', 'C/D', 'MSFT')).toEqual([
      'AAPL MSFT',
      `yahoo A/B C/D: ${WITHOUT_SLASH}`,
    ]);
    expect(parted(some, '^GSPC', 'AAPL', 'CL=F', 'ETH-USDT')).toEqual([
      'AAPL ETH-USDT',
      `yahoo ^GSPC CL=F: ${OTHERS}`,
    ]);
    expect(parted(quoting, 'ETH-BTC', 'ETH-USD', 'BTC-EUR', 'AAPL')).toEqual([
      'ETH-BTC AAPL',
      'yahoo ETH-USD BTC-EUR: its pairs are quoted in USDT, BTC, such as ETH-USDT',
    ]);
  });

  it('is told apart by the reason', () => {
    const pairs: Capabilities = { ...quoting, serves: ['crypto'] };
    expect(parted(pairs, 'ETH-USD', 'AAPL', 'ETH-BTC', 'A/B-BTC')).toEqual([
      'ETH-BTC',
      'yahoo ETH-USD: its pairs are quoted in USDT, BTC, such as ETH-USDT',
      'yahoo AAPL A/B-BTC: it serves crypto pairs (BTC-USDT)',
    ]);
  });

  it('is refused where the provider can have none of the tickers', () => {
    expect(() => parted(yahooCapabilities, 'A/B')).toThrow(`provider "yahoo" has no A/B: ${WITHOUT_SLASH}`);
    expect(() => parted(yahooCapabilities, 'A/B', 'C/D', 'E/F')).toThrow(
      `provider "yahoo" has no A/B (nor 2 more): ${WITHOUT_SLASH}`,
    );
    expect(() => parted({ ...quoting, serves: ['crypto'] }, 'AAPL', 'BTC-EUR')).toThrow(
      'provider "yahoo" has no AAPL: it serves crypto pairs (BTC-USDT)',
    );
    expect(() => parted(some, 'AIR.PA')).toThrow(
      expect.objectContaining({
        code: 'invalid-ticker',
        message: `provider "yahoo" has no AIR.PA: ${OTHERS}`,
      }),
    );
  });

  it('is any with such a sign, and no other', () => {
    const all = ['BRK-B', 'BTC-USD', 'EURUSD=X', '^GSPC', 'ES=F', '7203.T', 'M&M.NS', 'A_B', '^SP500-45'];
    expect(parted(yahooCapabilities, ...all)).toEqual([all.join(' ')]);
    expect(parted(some, 'AAPL', 'BRK-B', 'ETH-USDT')).toEqual(['AAPL BRK-B ETH-USDT']);
  });

  it('has none of its bars of an interval that is of other classes, and those of others', () => {
    const { intervals } = yahooCapabilities;
    const minutes = { ...intervals['1d'], serves: ['us-shares'] } as (typeof intervals)['1d'];
    const byDay: Capabilities = {
      ...some,
      intervals: { ...intervals, ...(minutes && { '1m': minutes, '5m': minutes }) },
    };
    const why = 'it has those of shares of the United States (AAPL, BRK-B) only';
    const pair = { provider: 'yahoo', tickers: ['BTC-USD'], intervals: ['1m', '5m'], why };
    expect(partServed(['AAPL', 'BTC-USD', '^GSPC'], ['1m', '1d', '5m'], byDay)).toEqual({
      served: ['AAPL', 'BTC-USD'],
      notServed: [pair, { provider: 'yahoo', tickers: ['^GSPC'], why: OTHERS }],
    });
    expect(partServed(['AAPL', 'BTC-USD'], ['5m', '1m'], byDay)).toEqual({
      served: ['AAPL'],
      notServed: [{ ...pair, intervals: ['5m', '1m'] }],
    });
    expect(() => partServed(['BTC-USD', 'ETH-USD'], ['5m'], byDay)).toThrow(
      `provider "yahoo" has no 5m bars of BTC-USD (nor 1 more): ${why}`,
    );
    expect(partServed(['BTC-USD'], ['1d'], byDay)).toEqual({ served: ['BTC-USD'], notServed: [] });
  });

  it('is one of a provider that says nothing of its tickers', () => {
    const { notInTickers: _none, ...silent } = yahooCapabilities;
    expect(parted(silent, 'A/B')).toEqual(['A/B']);
    expect(parted(silent)).toEqual(['']);
  });
});
