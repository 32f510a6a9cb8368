import { expect, it } from 'vitest';
import {
  currencyIn,
  currencyKnown,
  inPriceCurrency,
  isSameCurrency,
  mayBeSameCurrency,
  priceCurrencyIn,
} from '../../src/core/currency.ts';

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

it.each([
  ['usd ', 'USD'],
  ['€', 'EUR'],
  ['₹', 'INR'],
  ['US$', 'USD'],
  ['c$', 'CAD'],
  ['CAD$', 'CAD'],
  ['CN¥', 'CNY'],
  ['$', '$'],
  [' £', '£'],
  ['¥', '¥'],
  ['₩', '₩'],
  ['X$', '$'],
  ['EUR$', '$'],
  ['$$', undefined],
  ['123', undefined],
  ['', undefined],
])(
  'what prices are in is kept by its code, or by a sign that several currencies have: %j is %s',
  (word, kept) => {
    expect(priceCurrencyIn(word)).toBe(kept);
  },
);

it.each([
  ['$', 'USD', true],
  ['$', 'CAD', true],
  ['$', '$', true],
  ['£', 'GBP', true],
  ['¥', 'CNY', true],
  ['$', 'EUR', false],
  ['$', 'GBP', false],
  ['$', '£', false],
  ['£', 'GBp', false],
  ['USD', 'CAD', false],
])('%s may be %s: %s', (one, other, expected) => {
  expect(mayBeSameCurrency(one, other)).toBe(expected);
  expect(mayBeSameCurrency(other, one)).toBe(expected);
});

it('a sign takes the place of no code, and a code that of its sign', () => {
  expect(currencyKnown('CAD', '$')).toBe('CAD');
  expect(currencyKnown('$', 'CAD')).toBe('CAD');
  expect(currencyKnown('GBX', 'GBp')).toBe('GBp');
  expect(currencyKnown(null, '$')).toBe('$');
  expect(currencyKnown('$', null)).toBe('$');
});
