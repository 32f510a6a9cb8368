import { expect, test } from 'vitest';
import { typeOf } from '../../src/core/instrument-type.ts';

test.for([
  ['EURUSD=X', null, 'fx'],
  ['CL=F', null, 'future'],
  ['^TNX', null, 'index'],
  ['BTC-USD', null, 'crypto'],
  ['1INCH-EUR', 'equity', 'crypto'],
  ['AAPL', 'equity', 'equity'],
  ['BRK-B', 'equity', 'equity'],
  ['SPY', 'etf', 'etf'],
  ['AAPL', null, null],
] as const)('%s, of which a provider says %s, is of type %s', ([ticker, said, type]) => {
  expect(typeOf(ticker, said)).toBe(type);
});
