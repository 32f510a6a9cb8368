import { describe, expect, it } from 'vitest';
import { assetClassOf, assetClassesText } from '../../../src/core/instrument/asset-class.ts';

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
