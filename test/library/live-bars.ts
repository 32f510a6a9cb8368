import { type History, type LiveBar, openHistory } from '../../src/index.ts';
import type { Counted } from './counted-sessions.ts';

/** The session before the one of `NOW`, which has settled. */
export const SETTLED = { start: '2026-11-19', end: '2026-11-19' };

/** A bar as it comes live. */
export function live(start: string | number, close = 10, more: Partial<LiveBar> = {}): LiveBar {
  const ts = typeof start === 'string' ? Date.parse(start) : start;
  return { ts, open: 10, high: 11, low: 9, close, volume: 100, ...more };
}

/** Another history of the same store, at another time. */
export function asOf({ options }: Counted, time: string): History {
  return openHistory({ ...options, clock: () => Date.parse(time) });
}
