import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { type RowContext, findOddities } from '../rows.ts';
import { type Grid, atLevel, fiveSessions, gridOf, intraday, timesBar } from './intraday-bars.ts';

const US = gridOf('XNYS', '5m');
const [FIRST = [], SECOND = [], THIRD = []] = fiveSessions(US);
const BARS = [...FIRST, ...SECOND, ...THIRD];
const ROOM = FIRST.length;

const oddIn = (bars: readonly Ohlcv[], grid: Grid = US, change: Partial<RowContext> = {}) =>
  findOddities(bars, intraday(grid, change));
const said = (bars: readonly Ohlcv[], change: Partial<RowContext> = {}): string[] =>
  oddIn(bars, US, change).map(({ kind, session, note }) => `${kind} ${formatDay(session)}: ${note}`);
const named = (
  bars: readonly Ohlcv[],
  grid: Grid = US,
  change: Partial<RowContext> = {},
): [string, number][] => oddIn(bars, grid, change).map(({ kind, ts }) => [kind, ts]);

const grids = fc
  .tuple(fc.constantFrom('XNYS', 'XTKS', 'XHKG', '24-7'), fc.constantFrom<Interval>('1m', '5m', '15m', '1h'))
  .map(([calendar, interval]) => gridOf(calendar, interval));
const eitherWay = (min: number, max: number): fc.Arbitrary<number> =>
  fc.tuple(fc.double({ min, max, noNaN: true }), fc.boolean()).map(([one, isUp]) => (isUp ? one : 1 / one));

/** Bars of three sessions, and where a stretch of the second one, shorter than it, lies among them. */
const stretched = fc.tuple(grids, fc.nat(), fc.nat()).map(([grid, start, more]) => {
  const [before = [], session = [], after = []] = fiveSessions(grid);
  const length = 1 + (more % (session.length - 1));
  const from = before.length + (start % (session.length - length + 1));
  return { grid, bars: [...before, ...session, ...after], from, to: from + length };
});

describe('a spike inside a session', () => {
  it('is named once, at its first bar, in every calendar and at every interval', () => {
    fc.assert(
      fc.property(stretched, eitherWay(1.21, 4.9), ({ grid, bars, from, to }, factor) => {
        expect(named(atLevel(bars, from, to, factor), grid)).toEqual([['spike', bars[from]?.ts]]);
      }),
      { numRuns: 200 },
    );
  });

  it('is none at less than a fifth', () => {
    fc.assert(
      fc.property(stretched, eitherWay(1, 1.19), ({ grid, bars, from, to }, factor) => {
        expect(named(atLevel(bars, from, to, factor), grid)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('is said with the time and the prices', () => {
    expect(said(atLevel(BARS, 30, 31, 1.35).map(rounded))).toEqual([
      'spike 2025-03-06: the bar of 17:00 UTC closes at 135, between closes of 100 and 100',
    ]);
    expect(said(atLevel(BARS, 30, 33, 0.6).map(rounded))).toEqual([
      'spike 2025-03-06: 3 bars from 17:00 UTC on close at 60, between closes of 100 and 100',
    ]);
    const twice = atLevel(atLevel(BARS, 30, 31, 1.35), 40, 41, 1.35);
    expect(said(twice)[0]).toMatch(/; 1 more of the session$/);
    expect(said(twice)).toHaveLength(1);
  });

  it('comes back to within a twentieth, by a step', () => {
    const back = (level: number) => named(atLevel(atLevel(BARS, 30, 33, 1.4), 33, BARS.length, level));
    expect(back(1.04)).toEqual([['spike', BARS[30]?.ts]]);
    expect(back(1.06)).toEqual([]);
    expect(named(atLevel(atLevel(BARS, 30, 33, 1.22), 33, BARS.length, 1.04))).toEqual([]);
    const gradual = BARS.map((bar, i) => timesBar(bar, i < 30 ? 1 : Math.max(1, 1.4 - (i - 30) / 50)));
    expect(named(gradual)).toEqual([]);
  });

  it('is named where a bar that shows it is judged, and only there', () => {
    const odd = atLevel(BARS, 30, 33, 1.4);
    const alone = (from: number, to: number) => named(odd.slice(from, to), US, { known: odd });
    expect(alone(29, 30)).toHaveLength(1);
    expect(alone(33, 34)).toHaveLength(1);
    expect(alone(28, 29)).toEqual([]);
    expect(alone(34, 35)).toEqual([]);
  });

  it('explains the step between two sessions that begins or ends it', () => {
    for (const [from, to] of [
      [ROOM, ROOM + 3],
      [2 * ROOM - 3, 2 * ROOM],
      [ROOM + 20, 2 * ROOM + 20],
    ] as const)
      expect(named(atLevel(BARS, from, to, 0.6))).toEqual([['spike', BARS[from]?.ts]]);
  });

  it('is none of a price of a few units of its grid, or near 0 of what may go below it', () => {
    const cents = (price: number): Ohlcv[] =>
      BARS.map((bar, i) => {
        const at = i === 30 ? Math.round(price * 135) / 100 : price;
        return { ...bar, open: at, high: at, low: at, close: at };
      });
    expect(named(cents(0.51))).toEqual([]);
    expect(named(cents(0.61))).toHaveLength(1);
    const small = atLevel(BARS, 30, 31, 1.35).map((bar) => timesBar(bar, 0.001));
    expect(named(small, US, { type: 'index' })).toEqual([]);
    expect(named(small)).toHaveLength(1);
  });
});

describe('a high or low that no close comes near', () => {
  const odd = (at: number, change: Partial<Ohlcv>): Ohlcv[] =>
    BARS.map((bar, i) => (i === at ? { ...bar, ...change } : bar)).map(rounded);

  it('is named beyond 1.2 times', () => {
    expect(said(odd(30, { low: 25.3 }))).toEqual([
      'spike 2025-03-06: the bar of 17:00 UTC has a low of 25.3, between a close of 100 and one before it of 100',
    ]);
    expect(said(odd(ROOM, { high: 1000 }))).toEqual([
      'spike 2025-03-07: the bar of 14:30 UTC has a high of 1000, between a close of 100 and an open of 100',
    ]);
    expect(named(odd(30, { high: 120 }))).toEqual([]);
    expect(named(odd(30, { high: 120.1 }))).toHaveLength(1);
    expect(named(odd(30, { low: 83.4 }))).toEqual([]);
    expect(named(odd(30, { low: 83.3 }))).toHaveLength(1);
  });

  it('is none where the price went there', () => {
    const fallen = atLevel(BARS, 31, BARS.length, 0.7);
    const on = fallen.map((bar, i) => (i === 30 ? { ...bar, close: 70, low: 70 } : bar));
    expect(named(on)).toEqual([]);
    expect(named(odd(30, { open: 130, high: 130 }))).toHaveLength(1);
  });
});

describe('a jump inside a session', () => {
  it('is named beyond 1.5 times, if it stays', () => {
    const from = (at: number, factor: number) => atLevel(BARS, at, BARS.length, factor);
    expect(said(from(30, 0.6).map(rounded))).toEqual([
      'jump 2025-03-06: the bar of 17:00 UTC closes at 60, 0.6 times the close of the bar before it in the session',
    ]);
    expect(named(from(30, 1.51))).toEqual([['jump', BARS[30]?.ts]]);
    expect(named(from(30, 1.49))).toEqual([]);
    expect(named(from(30, 1 / 1.51))).toEqual([['jump', BARS[30]?.ts]]);
    expect(named(from(30, 1 / 1.49))).toEqual([]);
  });

  it('is none of a step between sessions, which has a name of its own', () => {
    expect(said(atLevel(BARS, ROOM, BARS.length, 0.6))).toEqual([
      expect.stringContaining('times the last close of'),
    ]);
  });
});

it('daily bars have no sessions to look into', () => {
  const days = BARS.filter((_, i) => i % ROOM === 0).map((bar, i) => ({
    ...bar,
    volume: i,
    ts: Math.floor(bar.ts / 86_400_000) * 86_400_000,
    high: 300,
  }));
  expect(findOddities(days, intraday(gridOf('XNYS', '1d')))).toEqual([]);
});

function rounded(bar: Ohlcv): Ohlcv {
  return { ...bar, open: Math.round(bar.open), close: Math.round(bar.close) };
}
