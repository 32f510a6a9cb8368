import { describe, expect, it } from 'vitest';
import { assetClassOf, assetClassesText, mayHaveActions } from '../../../src/core/instrument/asset-class.ts';

describe('the class of an instrument', () => {
  it.each([
    ['AAPL', 'us-shares'],
    ['BRK-B', 'us-shares'],
    ['AIR.PA', 'other-shares'],
    ['7203.T', 'other-shares'],
    ['600519', 'other-shares'],
    ['BTC-USD', 'crypto'],
    ['SHIB-USDT', 'crypto'],
    ['EURUSD=X', 'fx'],
    ['^GSPC', 'indices'],
    ['^FTSE', 'indices'],
    ['CL=F', 'futures'],
    ['AAPL251219C00200000', 'options'],
    ['AAPL1251219P00012500', 'options'],
  ])('of %s is %s', (ticker, its) => expect(assetClassOf(ticker)).toBe(its));

  it('is told with how it is written', () => {
    expect(assetClassesText(['crypto'])).toBe('crypto pairs (BTC-USD)');
    expect(assetClassesText(['fx', 'crypto'], 'USDT')).toBe(
      'currencies (EURUSD=X) and crypto pairs (BTC-USDT)',
    );
    expect(assetClassesText(['fx', 'crypto', 'indices'])).toBe(
      'currencies (EURUSD=X), crypto pairs (BTC-USD) and indices (^GSPC)',
    );
  });
});

it('has splits and dividends of shares alone, though indices and contracts trade on an exchange too', () => {
  expect(
    ['AAPL', 'AIR.PA', '^GSPC', 'AAPL251219C00200000', 'BTC-USD', 'EURUSD=X'].map((one) =>
      mayHaveActions(one),
    ),
  ).toEqual([...[true, true, false, false, false, false]]);
});
