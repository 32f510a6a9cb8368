import { expect, it } from 'vitest';
import { currencyIn, inPriceCurrency, isSameCurrency } from '../../src/core/currency.ts';

it.each([
  ['USD', 'USD'],
  ['usd ', 'USD'],
  ['\u00A0Eur\n', 'EUR'],
  ['GBP', 'GBP'],
  ['GBp', 'GBp'],
  ['GBX', 'GBX'],
  ['gbx', 'GBX'],
  [' ZAc', 'ZAc'],
  ['zac', 'ZAc'],
  ['USc', 'USc'],
])('a currency is kept by its code, a minor unit by its word: %j is %s', (word, code) => {
  expect(currencyIn(word)).toBe(code);
});

it.each([
  '',
  ' ',
  '123',
  'US',
  'USDT',
  'US Dollar',
  '$',
  '💶',
  'U\u0000D',
  'ＵＳＤ',
  'x'.repeat(40_000),
  'toString',
])('what is no code of three letters is none: %j', (word) => {
  expect(currencyIn(word)).toBeUndefined();
});

it.each(['gbp', 'Gbp', 'gBP'])('%s may be pounds or pence, and is neither', (word) => {
  expect(currencyIn(word)).toBeUndefined();
});

it('blanks make no other currency of one', () => {
  expect(isSameCurrency('GBp ', 'GBX')).toBe(true);
  expect(isSameCurrency('usd ', 'USD')).toBe(true);
  expect(inPriceCurrency(0.31, ' GBP', 'GBp')).toBe(31);
});
