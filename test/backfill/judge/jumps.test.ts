import { describe, expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import { SESSIONS, dividend, split } from '../received.ts';
import { type Case, bars, daysOf, judge, on, scaled } from './judged.ts';

describe('a jump of prices', () => {
  /** The prices halve on the session of index 15. */
  const halved = bars(0, 20).map((bar) => (on(bar) >= 15 ? scaled(bar, 0.25) : bar));
  const exDate = '2025-06-24';
  const kinds = (testCase: Case): string[] =>
    judge({ ...testCase, answer: { bars: halved, ...testCase.answer } }).oddities.map(({ kind }) => kind);

  it('is told of unless a split explains it, whoever knows of that', () => {
    expect(SESSIONS[15]).toBe(parseDay(exDate));
    expect(kinds({})).toEqual(['basis-flip']);
    expect(kinds({ stored: { actions: [split(exDate, 4)] } })).toEqual([]);
    expect(kinds({ answer: { actions: [split(exDate, 4)] } })).toEqual([]);
  });

  it('is explained once by a split that both the store and the answer have', () => {
    const actions = [split(exDate, 4)];
    expect(kinds({ stored: { actions }, answer: { actions } })).toEqual([]);
    expect(kinds({ stored: { actions: [split(exDate, 16)] }, answer: { actions } })).toEqual([]);
  });

  it('is explained by a stored split though the answer has a dividend of that day', () => {
    const said = { actions: [dividend(exDate, 0.01)] };
    expect(kinds({ stored: { actions: [split(exDate, 4)] }, answer: said })).toEqual([]);
  });

  it('is not told of where it was not wanted', () => {
    expect(kinds({ gaps: [daysOf(10, 13)] })).toEqual([]);
  });
});
