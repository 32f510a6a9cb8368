import type { Bars } from '../bars/columns.ts';

/** Part of the prices that get by with the decimals of a grid; vendors print a few closes finer than the others. */
const MOST = 0.9;

/** A step of fewer units of the grid is what the spread of a penny stock makes of it: its ratio says nothing. */
export const LEAST_UNITS = 20;

/** More decimals than this are a float's, not a vendor's. */
const MOST_DECIMALS = 9;

/** By number of decimals, the units of a grid in 1. */
const UNITS = Array.from({ length: MOST_DECIMALS + 1 }, (_, decimals) => 10 ** decimals);

/** What is left of a decimal in binary, relative to the price in units of the grid. */
const BINARY_REST = 1e-9;

/** The unit that the prices of some bars are printed in: 0.01 for cents, 1 for whole units; 0 for no bars. */
export function priceGrid(bars: Bars): number {
  const counts = Array.from({ length: MOST_DECIMALS + 1 }, () => 0);
  for (const column of [bars.open, bars.high, bars.low, bars.close]) {
    for (const price of column) {
      const decimals = decimalsOf(price);
      counts[decimals] = (counts[decimals] ?? 0) + 1;
    }
  }
  let prices = 0;
  for (const [decimals, few] of counts.entries()) {
    prices += few;
    if (prices >= MOST * 4 * bars.length) return bars.length === 0 ? 0 : 1 / 10 ** decimals;
  }
  return 0;
}

function decimalsOf(price: number): number {
  for (let decimals = 0; decimals < MOST_DECIMALS; decimals++) {
    const units = Math.abs(price) * (UNITS[decimals] as number);
    if (Math.abs(units - Math.round(units)) <= BINARY_REST * Math.max(1, units)) return decimals;
  }
  return MOST_DECIMALS;
}
