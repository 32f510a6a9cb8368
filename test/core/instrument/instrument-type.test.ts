import { expect, test } from 'vitest';
import { bearsRatios, mayBeNegative, typeOf } from '../../../src/core/instrument/instrument-type.ts';

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

const bar = { ts: 0, vwap: null, trades: null, volume: 10 };

test.for([
  ['index', { open: 1, high: 99.9, low: -1, close: 1 }, true],
  ['index', { open: 1, high: 100, low: -1, close: 1 }, false],
  ['future', { open: 1, high: 100, low: -1, close: 1 }, true],
  ['equity', { open: 1, high: 2, low: -1, close: 1 }, false],
  // A lone 0 beside prices of one level is a price that the vendor does not have, unless they are near 0 too.
  ['index', { open: 0, high: 0.99, low: 0.99, close: 0.99 }, true],
  ['index', { open: 0, high: 1.01, low: 1.01, close: 1.01 }, false],
  ['future', { open: 0, high: 5.9, low: 3, close: 5 }, false],
  ['future', { open: 0, high: 6.1, low: 3, close: 5 }, true],
] as const)('prices of an instrument of type %s may be negative: %o is %s', ([type, prices, expected]) => {
  expect(mayBeNegative(type, { ...bar, ...prices })).toBe(expected);
});

test('ratios of prices say something from 1 on, and of what never nears 0 always', () => {
  expect([0.999, 1].map((price) => bearsRatios(price, 'future'))).toEqual([false, true]);
  expect([0.999, 1].map((price) => bearsRatios(price, 'index'))).toEqual([false, true]);
  expect(bearsRatios(0.001, 'equity')).toBe(true);
});
