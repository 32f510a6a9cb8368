import { describe, expect, it } from 'vitest';
import type { CorporateAction, Ohlcv } from '../../../src/core/bars/bars.ts';
import { SESSIONS, context, dayBar, dayBars, minuteBars } from '../daily-bars.ts';
import { type RowContext, rejectUnitFlips } from '../rows.ts';

function rejectedCloses(bars: readonly Ohlcv[], change: Partial<RowContext> = {}): number[] {
  const checked = rejectUnitFlips({ accepted: bars, rejected: [] }, context(change));
  const judged = [...checked.accepted, ...checked.rejected.map(({ bar }) => bar)];
  expect(judged.toSorted((a, b) => a.ts - b.ts)).toEqual(bars);
  return checked.rejected.map(({ bar }) => bar.close);
}

function split(at: number, ratio: number): CorporateAction {
  return { kind: 'split', exDay: SESSIONS[at] ?? 0, ratio };
}

describe('bars in another unit than the rest', () => {
  it('are rejected with the reason, and what was rejected before stays', () => {
    const before = { bar: dayBar(0, 1), reason: 'why' };
    const accepted = dayBars([3.1, 3.2, 318, 316, 3.2]);
    const checked = rejectUnitFlips({ accepted, rejected: [before] }, context());
    expect(checked.accepted.map(({ close }) => close)).toEqual([3.1, 3.2, 3.2]);
    const reason = 'prices are about 100 times those of the bars beside it: another unit';
    expect(checked.rejected).toEqual([before, { bar: accepted[2], reason }, { bar: accepted[3], reason }]);
  });

  it('are rejected however far beyond a unit they are, and what comes back to the level is not', () => {
    expect(rejectedCloses(dayBars([3900, 3910, 0.000256, 0.000251, 3890, 3920]))).toEqual([
      0.000256, 0.000251,
    ]);
    expect(rejectedCloses(dayBars([3900, 3910, 3920, 0.000256, 0.000251]))).toEqual([0.000256, 0.000251]);
    expect(rejectedCloses(dayBars([3, 3, 3, 600, 610]))).toEqual([600, 610]);
    expect(rejectedCloses(dayBars([3900, 3910, 0.0002, 0.0002, 1e7, 1e7, 3890, 3920, 3900]))).toEqual([
      0.0002, 0.0002, 1e7, 1e7,
    ]);
    const { rejected } = rejectUnitFlips({ accepted: dayBars([3, 3, 3, 600, 610]), rejected: [] }, context());
    expect(rejected[0]?.reason).toBe(
      'prices are more than 100 times those of the bars beside it: another unit, or another instrument',
    );
    const even = rejectUnitFlips({ accepted: dayBars([3, 3, 600, 610]), rejected: [] }, context());
    expect(even.rejected.map(({ reason }) => reason)).toEqual(
      Array.from(
        { length: 4 },
        () => 'prices jump by more than 100 times, and nothing says which of the units is right',
      ),
    );
  });

  it('are none so far off after sessions without a bar, at a split, or where a bar goes through all prices between', () => {
    expect(rejectedCloses([...dayBars([70, 71, 72]), ...dayBars([0.13, 0.14], 6)])).toEqual([]);
    expect(rejectedCloses(dayBars([3, 3, 3, 600, 610]), { actions: [split(3, 1 / 200)] })).toEqual([]);
    const through = dayBars([3, 3, 3, 600, 610]).map((bar, i) =>
      i === 3 ? { ...bar, open: 3, low: 3 } : bar,
    );
    expect(rejectedCloses(through)).toEqual([]);
  });

  it('are said to be too small where they are', () => {
    const { rejected } = rejectUnitFlips({ accepted: dayBars([310, 3.2, 318]), rejected: [] }, context());
    expect(rejected[0]?.reason).toContain('1/100 of');
  });

  it('are rejected wherever they lie', () => {
    expect(rejectedCloses(dayBars([310, 3.2, 3.2]))).toEqual([310]);
    expect(rejectedCloses(dayBars([3.2, 3.2, 310]))).toEqual([310]);
    expect(rejectedCloses(dayBars([310, 3.2, 310, 312, 3.1, 310]))).toEqual([3.2, 3.1]);
  });

  it('are the smaller part, or all of them where no part is larger', () => {
    expect(rejectedCloses(dayBars([3, 3, 300, 300, 300]))).toEqual([3, 3]);
    expect(rejectedCloses(dayBars([3, 3, 300, 300]))).toEqual([3, 3, 300, 300]);
    const { rejected } = rejectUnitFlips({ accepted: dayBars([3, 300]), rejected: [] }, context());
    expect(rejected[0]?.reason).toContain('nothing says which of the units is right');
  });

  it('are told by the known bars, however few, and those are never rejected', () => {
    const known = dayBars([300]);
    expect(rejectedCloses(dayBars([3, 3, 300], 1), { known })).toEqual([3, 3]);
    expect(rejectedCloses(dayBars([3, 3, 3], 1), { known })).toEqual([3, 3, 3]);
    expect(rejectedCloses(dayBars([3, 3]), { known: dayBars([300], 2) })).toEqual([3, 3]);
    expect(rejectedCloses(dayBars([3, 3]), { known: dayBars([3, 300, 300], 2) })).toEqual([3, 3]);
  });

  it('are told by the known bars of the same sessions, too', () => {
    expect(rejectedCloses(dayBars([3, 3]), { known: dayBars([300, 300]) })).toEqual([3, 3]);
    expect(rejectedCloses(dayBars([300, 3]), { known: dayBars([300, 300]) })).toEqual([3]);
  });

  it('are all rejected where the known bars are of two minds', () => {
    expect(rejectedCloses(dayBars([3, 300], 2), { known: dayBars([3, 300]) })).toEqual([3, 300]);
  });

  it.each([
    [74.9, []],
    [75.1, [75.1, 75.1]],
    [124.9, [124.9, 124.9]],
    [125.1, [125.1, 125.1]],
  ])('are about 100 times off, or farther: 1 before %d', (close, rejected) => {
    const later = dayBars(Array(4).fill(1), 0);
    expect(rejectedCloses([...later, ...dayBars([close, close], 4)])).toEqual(rejected);
    expect(rejectedCloses([...dayBars(Array(4).fill(close)), ...dayBars([1, 1], 4)])).toEqual(
      rejected.length > 0 ? [1, 1] : [],
    );
  });

  it('are no such bars where a split explains the step', () => {
    expect(rejectedCloses(dayBars([3, 3, 300]), { actions: [split(2, 0.01)] })).toEqual([]);
    expect(rejectedCloses(dayBars([300, 300, 3]), { actions: [split(2, 100)] })).toEqual([]);
    expect(rejectedCloses(dayBars([300, 300, 3]), { actions: [split(1, 100)] })).toEqual([3]);
  });

  it('are found across another split, and a split of 100 that does not show is none', () => {
    expect(rejectedCloses(dayBars([4, 4, 200]), { actions: [split(2, 2)] })).toEqual([200]);
    expect(rejectedCloses(dayBars([4, 4, 4]), { actions: [split(2, 100)] })).toEqual([]);
    expect(rejectedCloses(dayBars([4, 4, 6.1, 6.2, 6.3]), { actions: [split(3, 100)] })).toEqual([]);
  });

  it('are not looked for in a price that moved by less than half, whatever split is listed', () => {
    expect(rejectedCloses(dayBars([4, 4, 4 * 1.49]), { actions: [split(2, 67)] })).toEqual([]);
    expect(rejectedCloses(dayBars([4, 4, 4 * 1.51]), { actions: [split(2, 66)] })).toEqual([4 * 1.51]);
  });

  it('are not looked for across more than 30 days', () => {
    const last = SESSIONS[0] ?? 0;
    const late = (days: number): Ohlcv[] => [dayBar(last + days, 300)];
    expect(rejectedCloses(late(30), { known: dayBars([3]) })).toEqual([300]);
    expect(rejectedCloses(late(31), { known: dayBars([3]) })).toEqual([]);
  });

  it('are single minutes of an intraday series', () => {
    const minutes = minuteBars(SESSIONS[0] ?? 0, 10, 3).map((bar, i) =>
      i === 4 ? { ...bar, close: 300 } : bar,
    );
    expect(rejectedCloses(minutes, { interval: '1m' })).toEqual([300]);
  });
});

describe('a session that stands alone', () => {
  it('beyond 5 times or below 1/5 of both neighbours is rejected', () => {
    expect(rejectedCloses(dayBars([10, 51, 10]))).toEqual([51]);
    expect(rejectedCloses(dayBars([10, 1.9, 10]))).toEqual([1.9]);
    const { rejected } = rejectUnitFlips({ accepted: dayBars([10, 56, 11]), rejected: [] }, context());
    expect(rejected[0]?.reason).toBe('prices about 56 stand alone between closes of 10 and 11');
  });

  it('is rejected at an end until a session on its other side confirms it', () => {
    expect(rejectedCloses(dayBars([10, 10, 51]))).toEqual([51]);
    expect(rejectedCloses(dayBars([51, 10, 10]))).toEqual([51]);
    expect(rejectedCloses(dayBars([1.9, 10, 10]))).toEqual([1.9]);
    expect(rejectedCloses(dayBars([10, 10, 51, 50]))).toEqual([]);
    expect(rejectedCloses(dayBars([10, 10, 51]), { actions: [split(2, 0.2)] })).toEqual([]);
    expect(rejectedCloses(dayBars([10, 10, 49]))).toEqual([]);
    expect(rejectedCloses(dayBars([10, 51]))).toEqual([]);
    expect(rejectedCloses(dayBars([7, 10, 51]))).toEqual([]);
    expect(rejectedCloses(dayBars([51, 10, 7]))).toEqual([]);
    expect(rejectedCloses([], { known: dayBars([10, 10, 51]) })).toEqual([]);
    const [first, second, last] = dayBars([10, 10, 51]) as [Ohlcv, Ohlcv, Ohlcv];
    expect(rejectedCloses([first, second, { ...last, low: 20 }])).toEqual([]);
  });

  it('is kept nearer than that, or between neighbours that differ', () => {
    expect(rejectedCloses(dayBars([10, 49, 10]))).toEqual([]);
    expect(rejectedCloses(dayBars([10, 2.1, 10]))).toEqual([]);
    expect(rejectedCloses(dayBars([10, 70, 12.4]))).toEqual([70]);
    expect(rejectedCloses(dayBars([10, 70, 12.6]))).toEqual([]);
    expect(rejectedCloses(dayBars([10, 51, 11]))).toEqual([]);
  });

  it('is kept where a part of its bar is near the neighbours', () => {
    const [first, spike, last] = dayBars([10, 51, 10]) as [Ohlcv, Ohlcv, Ohlcv];
    expect(rejectedCloses([first, { ...spike, low: 12 }, last])).toEqual([]);
    const [, dip] = dayBars([10, 1.9, 10]) as [Ohlcv, Ohlcv, Ohlcv];
    expect(rejectedCloses([first, { ...dip, high: 9 }, last])).toEqual([]);
  });

  it('is measured against known neighbours, which are kept themselves', () => {
    const [first, spike, last] = dayBars([10, 51, 10]) as [Ohlcv, Ohlcv, Ohlcv];
    expect(rejectedCloses([spike], { known: [first, last] })).toEqual([51]);
    expect(rejectedCloses([first, last], { known: [spike] })).toEqual([]);
  });

  it('is kept where splits explain it, a day late or not', () => {
    const actions = [split(1, 0.1), split(2, 10)];
    expect(rejectedCloses(dayBars([10, 100, 10]), { actions })).toEqual([]);
    expect(rejectedCloses(dayBars([100, 100, 10, 10]), { actions: [split(1, 10)] })).toEqual([]);
  });

  it('is kept where a neighbour is more than 30 days away', () => {
    const day = SESSIONS[0] ?? 0;
    expect(rejectedCloses([dayBar(day, 10), dayBar(day + 31, 51), dayBar(day + 32, 10)])).toEqual([]);
    expect(rejectedCloses([dayBar(day, 10), dayBar(day + 1, 51), dayBar(day + 32, 10)])).toEqual([]);
    expect(rejectedCloses([dayBar(day, 10), dayBar(day + 30, 51), dayBar(day + 60, 10)])).toEqual([51]);
  });

  it('is rejected with all its minutes', () => {
    const bars = [10, 60, 10].flatMap((close, i) => minuteBars(SESSIONS[i] ?? 0, 3, close));
    expect(rejectedCloses(bars, { interval: '1m' })).toEqual([60, 60, 60]);
  });
});

describe('prices near 0 of what may go below it', () => {
  const oil = dayBars([19.87, 18.27, -37.63, 10.01, 13.78, 16.5]);

  it('are in no other unit and no spikes, whatever their ratios', () => {
    expect(rejectedCloses(oil, { type: 'future' })).toEqual([]);
    expect(rejectedCloses(dayBars([0.003, 0.3, 0.004, 0.02, 0.003, 0]), { type: 'index' })).toEqual([]);
    expect(rejectedCloses(dayBars([1.5, 1.52, 0.002, 1.5, 1.49]), { type: 'future' })).toEqual([]);
    expect(rejectedCloses(dayBars([18.27, 10.01]), { type: 'future', known: dayBars([-37.63], 2) })).toEqual(
      [],
    );
  });

  it('do not hide what is in another unit elsewhere in the answer', () => {
    expect(rejectedCloses([...oil, ...dayBars([1670, 16.8, 17], 6)], { type: 'future' })).toEqual([1670]);
  });

  it('are compared where the type does not go there', () => {
    expect(rejectedCloses(dayBars([0.32, 0.31, 31, 0.32, 0.3]), { type: 'equity' })).toEqual([31]);
    expect(rejectedCloses(dayBars([0.32, 0.31, 31, 0.32, 0.3]))).toEqual([31]);
  });
});
