import { describe, expect, it } from 'vitest';
import { assertKnownBasis } from '../../../src/backfill/judge/split-basis.ts';
import type { Bar, CorporateAction } from '../../../src/core/bars/bars.ts';
import { formatDay, startOfDay, utcDayOf } from '../../../src/core/session/day.ts';
import { BackfillError } from '../../../src/core/errors.ts';
import { SESSIONS, answer, bars, received, span, split, stored, want } from '../received.ts';
import { comparisonOf } from '../../core/rows.ts';

const EX = SESSIONS[10] ?? 0;
const dateOf = (place: number): string => formatDay(SESSIONS[place] ?? 0);
const NEWS = split(formatDay(EX), 3);

interface Case {
  readonly said?: readonly CorporateAction[];
  readonly replaces?: boolean;
  readonly change?: Partial<Bar>;
}

/** What is thrown where stored bars of the first sessions at 100 are answered as these, with a split that is news. */
function judged(closes: readonly number[], { said = [NEWS], replaces, change = {} }: Case = {}) {
  const before = closes.map((_, i) => stored(SESSIONS[i] ?? 0, 100, change));
  const base = received();
  const heard = received({
    want: want(replaces === undefined ? {} : { replaces }),
    answer: answer({ wireBasis: 'split-adjusted', actions: said, bars: bars(closes) }),
    stored: { ...base.stored, book: { ...base.stored.book, covered: [span('2025-05-01', dateOf(9))] } },
  });
  try {
    assertKnownBasis(heard, comparisonOf(before, bars(closes)), utcDayOf);
  } catch (error) {
    if (error instanceof BackfillError) return { code: error.code, message: error.message };
    throw error;
  }
  return undefined;
}

const all = (close: number): number[] => Array.from({ length: 8 }, () => close);

describe('a split that is listed with another ratio than prices have', () => {
  it.each([
    [3, 150, 2],
    [0.5, 25, 2],
    [2.5, 125, 2],
    [3, 300, 1],
    [3, 270.1, 1.11],
  ])('%d, by which bars stored at 100 become %d, is not believed', (ratio, close, inPrices) => {
    const error = judged(all(close), { said: [split(formatDay(EX), ratio)] });
    expect(error?.code).toBe('basis-unknown');
    if (ratio === close / 100) expect(error?.message).toContain('which its prices do not have yet');
    else expect(error?.message).toContain(`its prices have one of about ${inPrices}: nothing is stored`);
  });

  it('is not in prices that it moves by less than a hundredth, nor where a bar before another one tells it', () => {
    const YET = 'which its prices do not have yet';
    expect(judged(all(100.5), { said: [split(formatDay(EX), 1.005)] })?.message).toContain(YET);
    const [change, said] = [{ fetchedAt: startOfDay(EX) - 1 }, [split(dateOf(8), 1.5), NEWS]];
    expect(judged(all(300), { said, change })?.message).toContain(YET);
    // Both came late: the bars between them tell of the second alone.
    const both = [split(dateOf(4), 1.5), NEWS];
    const moved = [450, 450, 450, 450, 300, 300, 300, 300];
    expect(judged(moved, { said: both, change })?.message).toMatch(
      / lists the split 3:1 of .* do not have yet: /,
    );
  });

  it('is one where bars are as they were, but for a cent, or differ each in its own way', () => {
    expect(judged(all(100))).toBeUndefined();
    expect(judged(all(100.9))).toBeUndefined();
    expect(judged([150, 149, 151, 150, 100, 150, 150, 150])).toBeUndefined();
  });

  it('is told by bars alone that were fetched before it', () => {
    const after = { fetchedAt: startOfDay(EX) };
    expect(judged(all(150), { change: after })).toBeUndefined();
    expect(judged(all(150), { change: { fetchedAt: startOfDay(EX) - 1 } })?.code).toBe('basis-unknown');
  });

  it('is told by bars alone that no other split can have moved', () => {
    const [other, change] = [split(dateOf(4), 1.5), { fetchedAt: startOfDay(EX) - 1 }];
    const said = [other, NEWS];
    expect(judged([150, 150, 150, 150, 100, 100, 100, 100], { said, change })).toBeUndefined();
    expect(judged(all(150), { said, change })?.code).toBe('basis-unknown');
    // What only bars of before that other one could tell.
    const later = split(dateOf(8), 1.5);
    expect(
      judged(all(150), { said: [later, NEWS], change: { fetchedAt: startOfDay(EX) - 1 } }),
    ).toBeUndefined();
  });

  it('does not hold up what replaces the series', () => {
    expect(judged(all(150), { replaces: true })).toBeUndefined();
  });
});
