import { describe, expect, it } from 'vitest';
import { ratioOf, spreadOf } from '../../bench/harness/spread.ts';

describe('the spread of several runs', () => {
  it('is the value in the middle, the least and the most, in whatever order they came', () => {
    expect(spreadOf([30, 4, 100])).toEqual({ median: 30, least: 4, most: 100, runs: 3 });
    expect(spreadOf([7])).toEqual({ median: 7, least: 7, most: 7, runs: 1 });
  });

  it('has between two values in the middle their mean', () => {
    expect(spreadOf([10, 2, 4, 1])).toEqual({ median: 3, least: 1, most: 10, runs: 4 });
  });

  it('of no run is none', () => {
    expect(() => spreadOf([])).toThrow('no run');
  });
});

describe('the ratio of two that ran in the same rounds', () => {
  it('is taken round by round: a slow round weighs on both', () => {
    expect(ratioOf([2, 20, 3], [1, 10, 1])).toEqual({ median: 2, least: 2, most: 3, runs: 3 });
  });

  it('is none of runs without a partner', () => {
    expect(() => ratioOf([1, 2], [1])).toThrow('same runs');
  });
});
