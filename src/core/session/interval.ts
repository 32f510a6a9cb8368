/**
 * Length of a bar. `1d` bars are one per session; the others lie on a grid that starts at each session's open, and
 * again after its lunch break.
 */
export type Interval = '1m' | '5m' | '15m' | '1h' | '1d';

/** All intervals, finest first. */
export const INTERVALS: readonly Interval[] = ['1m', '5m', '15m', '1h', '1d'];

const MINUTE = 60_000;
const DURATION: Readonly<Record<Interval, number>> = {
  '1m': MINUTE,
  '5m': 5 * MINUTE,
  '15m': 15 * MINUTE,
  '1h': 60 * MINUTE,
  '1d': 1440 * MINUTE,
};

/** Nominal length of a bar in ms. */
export function intervalMs(interval: Interval): number {
  return DURATION[interval];
}

/** Whether a text is the name of an interval: `1m`, `1d` … */
export function isInterval(text: string): text is Interval {
  return (INTERVALS as readonly string[]).includes(text);
}
