import type { LiveBar } from '../../src/index.ts';

/** Trades around the clock, so that every minute is one of a session. */
export const RECORDED_SERIES = { ticker: 'BTC-USD', interval: '1m' } as const;

/** The bar of a minute, told by its number. */
export function recordedMinute(n: number): LiveBar {
  const price = 100 + n / 7;
  const prices = { open: price, high: price, low: price, close: price };
  return { ts: Date.parse('2026-10-01T00:00:00Z') + n * 60_000, ...prices, volume: n / 3, trades: n };
}
