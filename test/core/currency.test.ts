import { describe, expect, it } from 'vitest';
import { inPriceCurrency, isSameCurrency, unitsOfADollar } from '../../src/core/currency.ts';

describe('an amount in the currency of a price', () => {
  it.each([
    [0.31, 'GBP', 'GBp', 31],
    [0.29, 'GBP', 'GBX', 29],
    [29, 'GBp', 'GBP', 0.29],
    [7.5294, 'GBX', 'GBP', 0.075294],
    [1.1, 'ZAR', 'ZAc', 110],
    [250, 'ILA', 'ILS', 2.5],
    [0.0351, 'KWD', 'KWF', 35.1],
    [12, 'GBX', 'GBp', 12],
    [0.24, 'USD', 'USD', 0.24],
  ])('is exact between a currency and its minor unit: %s %s on %s is %s', (amount, from, to, expected) => {
    expect(inPriceCurrency(amount, from, to)).toBe(expected);
  });

  it.each([
    ['USD', 'GBp'],
    ['USD', 'GBP'],
    ['EUR', 'USD'],
    ['GBp', 'ZAc'],
  ])('is none of another currency: %s on %s', (from, to) => {
    expect(inPriceCurrency(1, from, to)).toBeNull();
  });
});

describe('two words for a currency', () => {
  it.each([
    ['USD', 'USD', true],
    ['usd', 'USD', true],
    ['GBX', 'GBp', true],
    ['GBp', 'GBP', false],
    ['ZAc', 'ZAR', false],
    ['ZAc', 'GBp', false],
    ['USD', 'EUR', false],
    ['toString', 'valueOf', false],
  ])('%s and %s: the same is %s', (one, other, expected) => {
    expect(isSameCurrency(one, other)).toBe(expected);
    expect(isSameCurrency(other, one)).toBe(expected);
  });
});

describe('what a dollar buys', () => {
  it('is known by the order of magnitude, also in minor units; 1 of what is not known', () => {
    const units = ['USD', 'EUR', 'GBP', 'GBp', 'ZAc', 'INR', 'JPY', 'KRW', 'IDR', 'XXX', '¥', '$'].map(
      unitsOfADollar,
    );
    expect(units).toEqual([1, 1, 1, 100, 1000, 10, 100, 1000, 10_000, 1, 10, 1]);
    expect(unitsOfADollar(null)).toBe(1);
  });
});
