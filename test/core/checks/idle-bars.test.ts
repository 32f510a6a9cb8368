import { describe, expect, it } from 'vitest';
import type { Ohlcv } from '../../../src/core/bars/bars.ts';
import { barsOf } from '../../../src/core/bars/bar-builder.ts';
import { soundBars } from '../../../src/core/checks/sound-bars.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { formatDay } from '../../../src/core/session/day.ts';
import { findOddities } from '../rows.ts';
import { fiveSessions, gridOf, intraday } from './intraday-bars.ts';

const HOURS = gridOf('XNYS', '1h');

/** The bar as a vendor has it where nobody traded. */
const idle = (bar: Ohlcv): Ohlcv => ({ ...bar, open: 99, high: 99, low: 99, close: 99, volume: 0 });

function rejectedOf(rows: readonly Ohlcv[], known: readonly Ohlcv[] = [], grid = HOURS) {
  const { accepted, rejected } = soundBars(barsOf(rows), { ...grid, actions: [], known: barsOf(known) });
  expect(accepted.length + rejected.length).toBe(rows.length);
  return rejected;
}

/** Five sessions, of which some bars of the third are idle. */
function withIdle(from: number, to: number, grid = HOURS): Ohlcv[] {
  return fiveSessions(grid).flatMap((bars, n) =>
    bars.map((bar, i) => (n === 2 && i >= from && i < to ? idle(bar) : bar)),
  );
}

describe('a flat row without volume', () => {
  it('never takes the place of a traded bar, be it alone', () => {
    const known = fiveSessions(HOURS).flat();
    const [, second] = known as [Ohlcv, Ohlcv];
    expect(rejectedOf([idle(second)], known)).toEqual([
      { bar: idle(second), reason: 'flat and without volume, where a bar with a volume of 10 is stored' },
    ]);
    expect(rejectedOf([idle(second)], [{ ...second, volume: 0 }])).toEqual([]);
    expect(rejectedOf([{ ...second, volume: 0 }], known)).toEqual([]);
  });

  it.each<[Interval, number]>([
    ['5m', 6],
    ['15m', 2],
    ['1h', 2],
  ])('of %s is rejected in a row in what trades in every bar', (interval, fewest) => {
    const grid = gridOf('XNYS', interval);
    expect(rejectedOf(withIdle(3, 3 + fewest, grid), [], grid)).toHaveLength(fewest);
    expect(rejectedOf(withIdle(3, 2 + fewest, grid), [], grid)).toEqual([]);
  });

  it('is rejected through a whole session, and leaves the others and the good bars of its own', () => {
    const [first] = rejectedOf(withIdle(0, 7));
    expect(rejectedOf(withIdle(0, 7))).toHaveLength(7);
    expect(rejectedOf(withIdle(0, 6))).toHaveLength(6);
    expect(first?.reason).toBe(
      'one of 7 bars in a row at 99 without volume, in a series that trades in nearly every bar',
    );
  });

  it('is kept in what has no volume, has idle bars elsewhere, or is too little to tell', () => {
    const rows = withIdle(2, 5);
    expect(rejectedOf(rows.map((bar) => ({ ...bar, volume: 0 })))).toEqual([]);
    expect(rejectedOf(rows.map((bar, i) => (i % 7 === 6 ? idle(bar) : bar)))).toEqual([]);
    expect(rejectedOf(rows.slice(7))).toEqual([]);
    expect(rejectedOf(rows.filter((_, i) => i % 7 > 0))).toEqual([]);
  });
});

describe('flat rows without volume that are too few to be rejected', () => {
  const MINUTES = gridOf('XNYS', '1m');
  const named = (rows: readonly Ohlcv[], grid = HOURS, known: readonly Ohlcv[] = []) =>
    findOddities(rows, { ...intraday(grid), known }).filter(({ kind }) => kind === 'idle');

  it('are named, one a session, in what trades in every bar', () => {
    const [hour, ...others] = named(withIdle(3, 4));
    expect([hour?.note, formatDay(hour?.session ?? 0), others]).toEqual([
      'the bar of 16:30 UTC is flat at 99 and without volume, in a series that trades in nearly every bar',
      '2025-03-10',
      [],
    ]);
    const minutes = withIdle(100, 129, MINUTES);
    expect(rejectedOf(minutes, [], MINUTES)).toEqual([]);
    expect(named(minutes, MINUTES).map(({ note }) => note)).toEqual([
      'the bar of 15:10 UTC is flat at 99 and without volume (and 28 more of the session), in a series that trades in nearly every bar',
    ]);
  });

  it('are not named again once they are stored', () => {
    const rows = withIdle(3, 4);
    expect(named(rows.slice(28), HOURS, rows.slice(0, 28))).toEqual([]);
    expect(named(rows.slice(14), HOURS, rows.slice(0, 14))).toHaveLength(1);
  });

  it('are not in what stands idle elsewhere, has no volume, or is too little to tell', () => {
    const rows = withIdle(3, 4);
    expect(named(rows.map((bar, i) => (i % 7 === 6 ? idle(bar) : bar)))).toEqual([]);
    expect(named(rows.map((bar) => ({ ...bar, volume: 0 })))).toEqual([]);
    expect(named(rows.slice(7))).toEqual([]);
  });
});
