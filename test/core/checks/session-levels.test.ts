import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { type RowContext, checkBars, rejectOffLevels, rejectUnitFlips } from '../rows.ts';
import { type Grid, atLevel, barAt, gridOf, intraday, fiveSessions, timesBar } from './intraday-bars.ts';

const US = gridOf('XNYS', '5m');
const [FIRST = [], SECOND = [], THIRD = [], FOURTH = [], FIFTH = []] = fiveSessions(US);
const ROOM = FIRST.length;

/** Stamps of the rejected bars. */
function rejected(bars: readonly Ohlcv[], grid: Grid = US, change: Partial<RowContext> = {}): number[] {
  const checked = rejectOffLevels({ accepted: bars, rejected: [] }, intraday(grid, change));
  return checked.rejected.map(({ bar }) => bar.ts);
}

const stamps = (bars: readonly Ohlcv[]): number[] => bars.map(({ ts }) => ts);

const grids = fc
  .tuple(
    fc.constantFrom('XNYS', 'XTKS', 'XHKG', 'XSHG', 'XASX', '24-7', '24-5-FX', 'weekdays'),
    fc.constantFrom<Interval>('1m', '5m', '15m', '1h'),
  )
  .map(([calendar, interval]) => gridOf(calendar, interval));
const gross = fc.double({ min: 5.02, max: 1000, noNaN: true });
const possible = fc.double({ min: 1, max: 4.98, noNaN: true });
const eitherWay = (factor: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.tuple(factor, fc.boolean()).map(([one, isUp]) => (isUp ? one : 1 / one));

/** Bars of three sessions, and where a stretch of the second one, shorter than it, lies among them. */
const stretched = fc.tuple(grids, fc.nat(), fc.nat()).map(([grid, start, more]) => {
  const [before = [], session = [], after = []] = fiveSessions(grid);
  const length = 1 + (more % (session.length - 1));
  const from = before.length + (start % (session.length - length + 1));
  return { grid, bars: [...before, ...session, ...after], from, to: from + length };
});

describe('a stretch of a session that stands alone beyond five times of the bars on both sides', () => {
  it('is rejected, and nothing else, in every calendar and at every interval', () => {
    fc.assert(
      fc.property(stretched, eitherWay(gross), ({ grid, bars, from, to }, factor) => {
        expect(rejected(atLevel(bars, from, to, factor), grid)).toEqual(stamps(bars.slice(from, to)));
      }),
      { numRuns: 150 },
    );
  });

  it('is none at less than that', () => {
    fc.assert(
      fc.property(stretched, eitherWay(possible), ({ grid, bars, from, to }, factor) => {
        expect(rejected(atLevel(bars, from, to, factor), grid)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is told by the stored bars beside it at the edge of what came', () => {
    const known = [...FIRST, ...THIRD];
    for (const [from, to] of [
      [0, 1],
      [0, 20],
      [0, ROOM - 1],
      [ROOM - 1, ROOM],
      [40, ROOM],
      [1, ROOM],
    ] as const)
      expect(rejected(atLevel(SECOND, from, to, 8), US, { known })).toEqual(stamps(SECOND.slice(from, to)));
  });

  it('is said with its prices', () => {
    const bars = atLevel(FIRST, 30, 31, 8).map((bar) => ({ ...bar, close: Math.round(bar.close) }));
    const checked = rejectOffLevels({ accepted: bars, rejected: [] }, intraday(US));
    expect(checked.rejected.map(({ reason }) => reason)).toEqual([
      'prices about 800 stand alone in the session between closes of 100 and 100',
    ]);
  });

  it('may come again, and be at several levels', () => {
    const bars = atLevel(atLevel(atLevel(FIRST, 10, 11, 8), 20, 22, 0.1), 22, 23, 6);
    expect(rejected(bars)).toEqual(stamps([10, 20, 21, 22].flatMap((i) => FIRST[i] ?? [])));
  });

  it('is the smaller part, be it the first of the session', () => {
    const bars = atLevel(atLevel(FIRST, 0, 3, 8), 8, 9, 8);
    expect(rejected(bars)).toEqual(stamps([0, 1, 2, 8].flatMap((i) => FIRST[i] ?? [])));
  });

  it('is never stored: what contradicts the stored bars is rejected, however few they are', () => {
    const known = FIRST.slice(30, 32);
    const others = FIRST.filter((_, i) => i < 30 || i >= 32).map((bar) => timesBar(bar, 8));
    expect(rejected(others, US, { known })).toEqual(stamps(others));
    expect(rejected(atLevel(FIRST, 5, 9, 8), US, { known: FIRST })).toEqual(stamps(FIRST.slice(5, 9)));
    expect(rejected(FIRST, US, { known: atLevel(FIRST, 5, 9, 8) })).toEqual([]);
  });
});

describe('a part of a session that is as far off the rest of it, at the edge of all bars', () => {
  const days = [...FIRST, ...SECOND];
  const tail = (length: number): Ohlcv[] => atLevel(days, days.length - length, days.length, 8);

  it('is rejected, as no bar on its other side confirms it', () => {
    for (const length of [1, 20, ROOM - 1])
      expect(rejected(tail(length))).toEqual(stamps(days.slice(-length)));
    for (const length of [1, 20, ROOM - 1])
      expect(rejected(atLevel(days, 0, length, 1 / 8))).toEqual(stamps(days.slice(0, length)));
    expect(rejected(atLevel(FIRST, 30, ROOM, 8))).toEqual(stamps(FIRST.slice(0, 30)));
    expect(rejected(atLevel(FIRST, ROOM - 30, ROOM, 8))).toEqual(stamps(FIRST.slice(-30)));
  });

  it('is true once a later session is at its level, or an earlier one', () => {
    const later = [...THIRD, ...FOURTH].map((bar) => timesBar(bar, 8));
    expect(rejected([...tail(20), ...later])).toEqual([]);
    expect(rejected([...tail(20).slice(ROOM), ...later], US, { known: FIRST })).toEqual([]);
    const earlier = [...FIRST, ...SECOND].map((bar) => timesBar(bar, 8));
    expect(rejected([...earlier, ...atLevel(THIRD, 0, 20, 8), ...FOURTH, ...FIFTH])).toEqual([]);
  });

  it('is true below five times', () => {
    expect(rejected(atLevel(days, days.length - 20, days.length, 4.9))).toEqual([]);
    expect(rejected(atLevel(days, 0, 20, 4.9))).toEqual([]);
  });
});

describe('nothing is rejected', () => {
  it('of steps between sessions, whether a split makes them or not', () => {
    const low = [...THIRD, ...FOURTH].map((bar) => timesBar(bar, 0.1));
    expect(rejected([...FIRST, ...SECOND, ...low])).toEqual([]);
    expect(rejected([...FIRST, ...low, ...FIFTH])).toEqual([]);
    expect(rejected(atLevel([...FIRST, ...SECOND, ...THIRD], ROOM, 2 * ROOM, 0.1))).toEqual([]);
  });

  it('of a session that begins lower by a split, but of a stretch that goes over it', () => {
    const exDay = US.calendar.localDay(SECOND[0]?.ts ?? 0);
    const splits = (ratio: number) => ({ actions: [{ kind: 'split' as const, exDay, ratio }] });
    const cut = (ratio: number) => [
      ...FIRST,
      ...[...SECOND, ...THIRD].map((bar) => timesBar(bar, 1 / ratio)),
    ];
    expect(rejected(atLevel(cut(8), ROOM + 5, ROOM + 6, 1), US, splits(8))).toEqual([]);
    const over = atLevel(cut(2), ROOM - 3, ROOM + 3, 10);
    expect(rejected(over, US, splits(2))).toEqual(stamps(over.slice(ROOM - 3, ROOM + 3)));
    expect(rejected(over)).toEqual([]);
  });

  it('where prices run through all between', () => {
    const [at = barAt(0, 1)] = FIRST.slice(30);
    const crash = FIRST.map((bar, i) => (i === 30 ? { ...at, close: 10, low: 0.1 } : bar));
    const over = crash.map((bar, i) => (i === 31 ? { ...bar, open: 10, low: 9 } : bar));
    expect(rejected(over)).toEqual([]);
    const low = crash.map((bar, i) => (i === 31 ? { ...timesBar(bar, 0.1) } : bar));
    const back = low.map((bar, i) => (i === 32 ? { ...bar, open: 10, low: 9 } : bar));
    expect(rejected(back)).toEqual([]);
  });

  it('where prices do not come back to within a quarter', () => {
    const bars = atLevel(atLevel([...FIRST, ...SECOND], 30, 33, 8), 33, 2 * ROOM, 1.3);
    expect(rejected(bars)).toEqual([]);
    expect(rejected(atLevel(atLevel([...FIRST, ...SECOND], 30, 33, 8), 33, 2 * ROOM, 1.2))).toHaveLength(3);
  });

  it('where the bars beside are more than an hour of trading away, over lunch and over night too', () => {
    for (const id of ['XNYS', 'XHKG', 'XSHG', '24-7']) {
      const grid = gridOf(id, '1m');
      const [before = [], session = []] = fiveSessions(grid);
      const at = 100;
      const spiked = [...before, ...atLevel(session, at, at + 1, 8)];
      const thinned = (gap: number): Ohlcv[] =>
        spiked.filter((_, i) => i <= before.length + at - gap || i >= before.length + at);
      expect(rejected(thinned(60), grid), id).toEqual([session[at]?.ts]);
      expect(rejected(thinned(61), grid), id).toEqual([]);
      // The first bar of a session, so many minutes of trading after the last one of the session before.
      const first = [...before, ...atLevel(session, 30, 31, 8).slice(30)];
      const without = (last: number): Ohlcv[] =>
        first.filter((_, i) => i >= before.length || i < before.length - last);
      expect(rejected(without(29), grid), id).toEqual([session[30]?.ts]);
      expect(rejected(without(30), grid), id).toEqual([]);
    }
  });

  it('where a session between is missing', () => {
    expect(rejected([...FIRST, ...atLevel(SECOND, 0, 1, 8)])).toEqual([SECOND[0]?.ts]);
    expect(rejected([...FIRST, ...atLevel(THIRD, 0, 1, 8)])).toEqual([]);
  });

  it('of a price of a few units of its grid', () => {
    const penny = (price: number) => ({ open: price, high: price, low: price, close: price });
    const cents = FIRST.map((bar) => ({ ...bar, ...penny(0.03) }));
    const spiked = (price: number) => cents.map((bar, i) => (i === 30 ? { ...bar, ...penny(price) } : bar));
    expect(rejected(spiked(0.22))).toEqual([]);
    expect(rejected(spiked(0.24))).toEqual([FIRST[30]?.ts]);
  });

  it('near 0 of what may go below it', () => {
    const small = FIRST.map((bar) => timesBar(bar, 0.001));
    const future = (bars: readonly Ohlcv[]) =>
      rejectUnitFlips({ accepted: bars, rejected: [] }, intraday(US, { type: 'future' })).rejected;
    expect(future(atLevel(small, 30, 31, 8))).toEqual([]);
    expect(future(atLevel(FIRST, 30, 31, 8))).toHaveLength(1);
  });

  it('of daily bars', () => {
    expect(rejected(atLevel(FIRST, 30, 31, 8), gridOf('XNYS', '1d'))).toEqual([]);
  });
});

describe('a high or low', () => {
  const bar = barAt(Date.UTC(2025, 2, 6, 15), 100);
  const faults = (change: Partial<Ohlcv>, type: string | null = null): string[] =>
    checkBars([{ ...bar, ...change }], type).rejected.map(({ reason }) => reason);

  it('is absurd beyond a million times open and close, and only then rejected', () => {
    expect(faults({ high: 100.02e6 })).toEqual([]);
    expect(faults({ high: 100.03e6 })).toEqual(['high 100030000 is absurd beside a close of 100.02']);
    expect(faults({ low: 100.01e-6 })).toEqual([]);
    expect(faults({ low: 99.99e-6 })).toEqual(['low 0.00009999 is absurd beside a close of 100.02']);
    expect(faults({ low: 1e-6 }, 'future')).toEqual([]);
  });
});
