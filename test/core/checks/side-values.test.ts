import { describe, expect, it } from 'vitest';
import { BarBuilder } from '../../../src/core/bars/bar-builder.ts';
import type { Bars } from '../../../src/core/bars/columns.ts';
import { checkBars } from '../../../src/core/checks/checks.ts';
import { checkSideValues, sideOddities } from '../../../src/core/checks/side-values.ts';
import { startOfDay } from '../../../src/core/session/day.ts';

/** Bars of one day each between 9 and 11, closed at 10. */
function barsWith(sides: readonly (readonly [vwap: number, trades: number])[], volume = 100): Bars {
  const bars = new BarBuilder(sides.length);
  for (const [i, [vwap, trades]] of sides.entries())
    bars.push(startOfDay(20_000 + i), 10, 11, 9, 10, volume, vwap, trades);
  return bars.bars();
}

const NONE = Number.NaN;

describe('the vwap of a bar and its number of trades', () => {
  it('are as they came where they may be', () => {
    const bars = barsWith([
      [10, 3],
      [9, 0],
      [12.9, 1e14],
      [7.1, NONE],
      [NONE, 5],
    ]);
    expect(checkSideValues(bars)).toEqual({ bars, unknown: 0, first: -1 });
    expect(checkSideValues(bars).bars).toBe(bars);
    expect(sideOddities(bars, () => 0)).toEqual([]);
  });

  it.each([
    [10, 3.7],
    [10, -3],
    [10, 1e19],
    [10, 1e30],
    [10, Number.POSITIVE_INFINITY],
    [-72.4, 5],
    [0, 5],
    [1e308, 5],
    [500, 5],
    [13.1, 5],
    [6.9, 5],
  ])('are unknown where they cannot be: %d, %d', (vwap, trades) => {
    const given = barsWith([
      [10, 5],
      [vwap, trades],
      [10, 7],
    ]);
    const { accepted, rejected } = checkBars(given);
    expect(rejected).toEqual([]);
    const isTrades = trades === 5;
    expect([...(accepted.vwap ?? [])]).toEqual([10, isTrades ? NONE : 10, 10]);
    expect([...(accepted.trades ?? [])]).toEqual([5, isTrades ? 5 : NONE, 7]);
    expect([...accepted.close]).toEqual([10, 10, 10]);
    // What was given is not written to.
    expect([given.vwap?.[1], given.trades?.[1]]).toEqual([vwap, trades]);
    const said = isTrades ? `a vwap of ${vwap}` : `${trades} trades`;
    expect(sideOddities(given, () => 7)).toEqual([
      {
        kind: 'side-value',
        session: 7,
        ts: startOfDay(20_001),
        note: `1 bar with a vwap or a number of trades that cannot be, stored without it; the first is of this session (${said})`,
      },
    ]);
  });

  it('may be no vwap where nothing was traded, which is not told', () => {
    const bars = barsWith([[0, 0]], 0);
    expect(checkSideValues(bars)).toMatchObject({ unknown: 0, first: -1 });
    expect(checkSideValues(bars).bars.vwap?.[0]).toBeNaN();
  });

  it('cannot be 0 or less where prices are above 0, however low one is', () => {
    const low = new BarBuilder(2);
    for (const [i, vwap] of [0, -1].entries()) low.push(i, 10, 11, 0.5, 10, 5, vwap, 3);
    expect(checkSideValues(low.bars())).toMatchObject({ unknown: 2, first: 0 });
  });

  it('may be below zero where prices are', () => {
    const bars = new BarBuilder(1);
    bars.push(0, -10, -9, -40, -38, 5, -20, 3);
    expect(checkSideValues(bars.bars()).bars.vwap?.[0]).toBe(-20);
  });
});
