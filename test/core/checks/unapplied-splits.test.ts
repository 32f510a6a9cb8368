import { describe, expect, it } from 'vitest';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { type CorporateAction, type Ohlcv, type Split, isSplit } from '../../../src/core/bars/bars.ts';
import { misstatedSplits } from '../../../src/core/checks/unapplied-splits.ts';
import { formatDay, utcDayOf } from '../../../src/core/session/day.ts';
import { SESSIONS, dividend, split, stored } from '../../backfill/received.ts';
import { hiddenSplits, unappliedSplits } from '../rows.ts';

const dateOf = (session: number): string => formatDay(SESSIONS[session] ?? 0);
const at = (session: number, ratio: number): Split => {
  const made = split(dateOf(session), ratio);
  if (!isSplit(made)) throw new Error('a split');
  return made;
};
/** Rows of the first sessions at these closes, each opening where it closes. */
const wire = (closes: readonly number[]): Ohlcv[] =>
  closes.map((close, i) => stored(SESSIONS[i] ?? 0, close));
const found = (rows: readonly Ohlcv[], ...splits: Split[]): number[] =>
  unappliedSplits(rows, splits, utcDayOf).map(({ ratio }) => ratio);

describe('a split that is listed', () => {
  it.each([
    [190, [1900, 1900, 10, 10]],
    [1 / 190, [10, 10, 1900, 1900]],
    [1 / 190, [10, 10, 2600, 2600]],
    [4, [100, 100, 26, 26]],
    [2, [100, 100, 50, 50]],
    [2, [100, 100, 59.3, 59.3]],
    [1 / 190, [10, 10, 2840, 2840]],
    [1.5, [100, 100, 66, 66]],
    [0.1, [1, 1, 9, 9]],
  ])('was not applied where the wire jumps by its ratio: %s', (ratio, closes) => {
    expect(found(wire(closes), at(2, ratio))).toEqual([ratio]);
  });

  it.each([
    [190, [10, 10, 10, 10]],
    [4, [25, 25, 26, 26]],
    [4, [25, 25, 14, 14]],
    [2, [100, 100, 70, 70]],
    [2, [100, 100, 36, 36]],
    [2, [50, 50, 100, 100]],
    [2, [100, 100, 59.7, 59.7]],
    [1 / 190, [10, 10, 2860, 2860]],
    [1.49, [100, 100, 67.1, 67.1]],
    [0.5, [100, 100, 100, 100]],
  ])('was applied where it does not: %s', (ratio, closes) => {
    expect(found(wire(closes), at(2, ratio))).toEqual([]);
  });

  it('was applied where the jump does not last to the close', () => {
    const rows = wire([100, 100, 50, 98]);
    const tick = { ...stored(SESSIONS[2] ?? 0, 98), open: 50, low: 50 };
    expect(found([...rows.slice(0, 2), tick], at(2, 2))).toEqual([]);
  });

  it('cannot be told without rows on both sides, or with a month between them', () => {
    expect(found(wire([100, 100]), at(2, 4))).toEqual([]);
    expect(found(wire([100, 100, 25]).slice(2), at(2, 4))).toEqual([]);
    const apart = [stored(SESSIONS[0] ?? 0, 100), stored((SESSIONS[0] ?? 0) + 31, 25)];
    expect(found(apart, at(2, 4))).toEqual([]);
    expect(found([stored(SESSIONS[0] ?? 0, 100), stored((SESSIONS[0] ?? 0) + 30, 25)], at(2, 4))).toEqual([
      4,
    ]);
  });

  it('cannot be told with another one between the same rows', () => {
    const holed = wire([100, 100, 100, 25]).filter((_, i) => i !== 2);
    expect(found(holed, at(2, 4), at(3, 2))).toEqual([]);
    expect(found(holed, at(2, 4))).toEqual([4]);
  });

  it('is judged for itself, whatever the others are', () => {
    expect(found(wire([40, 40, 10, 10, 10, 10]), at(2, 4), at(4, 2))).toEqual([4]);
    expect(found(wire([10, 10, 10, 10, 5, 5]), at(2, 4), at(4, 2))).toEqual([2]);
    expect(found(wire([80, 80, 20, 20, 10, 10]), at(2, 4), at(4, 2))).toEqual([4, 2]);
  });

  it('is told by rows in any order, and by prices alone', () => {
    const rows = wire([100, 100, 25, 25]);
    const broken = { ...stored(SESSIONS[1] ?? 0, 0), ts: (rows[1]?.ts ?? 0) + 1 };
    expect(found([...rows, broken].toReversed(), at(2, 4))).toEqual([4]);
  });
});

describe('a split that prices were adjusted for', () => {
  const hidden = (closes: readonly number[], ...splits: Split[]): number[] =>
    hiddenSplits(wire(closes), splits, utcDayOf).map(({ ratio }) => ratio);

  it.each([
    [2, [10, 10, 10, 10]],
    [2, [10, 10, 11, 11]],
    [4, [10, 10, 7.5, 7.5]],
    [0.1, [10, 10, 10, 10]],
    [1.5, [10, 10, 10.5, 10.5]],
  ])('is one that they go on over: %s', (ratio, closes) => {
    expect(hidden(closes, at(2, ratio))).toEqual([ratio]);
  });

  it.each([
    [2, [20, 20, 10, 10]],
    [2, [20, 20, 14, 14]],
    [4, [40, 40, 10, 10]],
    [0.1, [1, 1, 10, 10]],
    [1.4, [10, 10, 10, 10]],
  ])('is none that shows, or is too small to: %s', (ratio, closes) => {
    expect(hidden(closes, at(2, ratio))).toEqual([]);
  });

  it('is none where only the first trade goes on', () => {
    const fallen = { ...stored(SESSIONS[2] ?? 0, 5), open: 10, high: 10 };
    expect(hiddenSplits([...wire([10, 10]), fallen], [at(2, 2)], utcDayOf)).toEqual([]);
  });

  it('cannot be told without prices on both sides, or beside another split', () => {
    expect(hidden([10, 10], at(2, 2))).toEqual([]);
    expect(hidden([10, 10, 10], at(0, 2))).toEqual([]);
    expect(hidden([10, 10, 10, 10], at(2, 2), at(3, 2))).toEqual([2, 2]);
    const rows = wire([10, 10, 10, 10, 10]).toSpliced(1, 2);
    expect(hiddenSplits(rows, [at(1, 2), at(2, 3)], utcDayOf)).toEqual([]);
  });
});

describe('the ratio of a split', () => {
  const shown = (
    closes: readonly number[],
    actions: readonly CorporateAction[],
    rows: readonly Ohlcv[] = wire(closes),
  ): string[] => misstatedSplits(barsOf(rows), actions, utcDayOf).map((one) => one.shown);

  it.each<[number, number, string]>([
    [3, 50, '2:1'],
    [3, 49.1, '2:1'],
    [2, 25, '4:1'],
    [2, 33.4, '3:1'],
    [10, 50, '2:1'],
    [20, 200, '1:2'],
    [1 / 7, 14.3, '7:1'],
    [1 / 7, 11.5, '7:1'],
    [1 / 17, 5.5, '17:1'],
    [0.5, 50, '2:1'],
    [0.5, 14.3, '7:1'],
    [1e-6, 14.3, '7:1'],
    [17, 1800, '1:17'],
  ])('of %s for one is contradicted by prices that go from 100 to %s', (ratio, after, other) => {
    expect(shown([100, 100, after, after], [at(2, ratio)])).toEqual([other]);
  });

  it.each<[string, number, number]>([
    ['its own prices', 2, 50],
    ['a 20% rise', 1.5, 80],
    ['a 20% fall', 1.5, 53.3],
    ['a fall by a quarter', 1.5, 50],
    ['a fall by a third', 2, 34.5],
    ['no common ratio', 3, 45],
    ['a split that is too small to show', 21 / 20, 50],
    ['a reverse split', 1 / 10, 2000],
    ['a reverse split beside a spin-off', 0.5, 85],
    ['a reverse split beside one of most of a company', 1 / 10, 200],
    ['no split at all', 3, 100],
  ])('is not contradicted by %s: %s for one, from 100 to %s', (_, ratio, after) => {
    expect(shown([100, 100, after, after], [at(2, ratio)])).toEqual([]);
  });

  it('cannot be told beside another action, with bars lacking around it, or on a day of news', () => {
    const told = at(2, 3);
    expect(shown([100, 100, 50, 50], [told])).toEqual(['2:1']);
    expect(shown([100, 100, 50, 50], [told, dividend(dateOf(2), 10)])).toEqual([]);
    expect(shown([100, 100, 50, 50], [told, dividend(dateOf(1), 10)])).toEqual(['2:1']);
    const [first = 0] = SESSIONS;
    const apart = (days: number): string[] =>
      shown([], [{ ...told, exDay: first + 1 }], [stored(first, 100), stored(first + days, 50)]);
    expect([apart(5), apart(6)]).toEqual([['2:1'], []]);
    const news = { ...stored(SESSIONS[2] ?? 0, 53), open: 50, low: 50 };
    expect(shown([], [told], [...wire([100, 100]), news])).toEqual([]);
  });

  it('that is upside down is told on a day of news, and beside a dividend that does not explain the fall', () => {
    const told = at(2, 0.5);
    const news = { ...stored(SESSIONS[2] ?? 0, 60), open: 50, high: 60 };
    expect(shown([], [told], [...wire([100, 100]), news])).toEqual(['2:1']);
    const beside = (amount: number): string[] =>
      shown([100, 100, 50, 50], [told, dividend(dateOf(2), amount)]);
    expect([beside(0.5), beside(140)]).toEqual([['2:1'], []]);
    const foreign = { ...dividend(dateOf(2), 0.5), currency: 'USD' };
    expect(shown([100, 100, 50, 50], [told, foreign])).toEqual([]);
  });
});
