import { describe, expect, it } from 'vitest';
import { closest, didYouMean } from '../../src/core/closest.ts';

const COMMANDS = ['actions', 'check-data', 'doctor', 'export', 'forget', 'query', 'rename'];

describe('the word that a slip of the pen stands for', () => {
  it.each([
    ['exprot', 'export'],
    ['Export', 'export'],
    ['exp', 'export'],
    ['chekc-data', 'check-data'],
    ['checkdata', 'check-data'],
    ['qurey', 'query'],
    ['forgett', 'forget'],
    ['dokter', 'doctor'],
  ])('%s is %s', (typed, meant) => {
    expect(closest(typed, COMMANDS)).toBe(meant);
  });

  it.each(['aapl', 'frobnicate', 'ex', 'q', '', 'portfolio', 'x'])('%s is none', (typed) => {
    expect(closest(typed, COMMANDS)).toBeUndefined();
  });

  it('is the nearest of several, and the first of equally near ones', () => {
    expect(closest('tciker', ['timeout', 'tickers', 'ticker'])).toBe('ticker');
    expect(closest('bat', ['cat', 'hat'])).toBe('cat');
  });

  it('is said as a question', () => {
    expect(didYouMean('yaho', ['yahoo', 'csv'])).toBe('; did you mean yahoo?');
    expect(didYouMean('dayz', ['days'], '--')).toBe('; did you mean --days?');
    expect(didYouMean('bloomberg', ['yahoo', 'csv'])).toBe('');
  });
});
