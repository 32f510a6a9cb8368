import type { Bar } from '../../../src/core/bars/bars.ts';

/** A bar that begins then, around a price. */
export function barAt(ts: number, price = 100): Bar {
  return {
    ...{ ts, open: price, high: price + 2, low: price - 2, close: price + 1, volume: 1000 },
    ...{ vwap: null, trades: null, source: 'csv', fetchedAt: 0 },
  };
}
