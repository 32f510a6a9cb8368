import type { Interval } from '../../src/core/session/interval.ts';

/** What is reckoned: a first fill, the top-up of the next day, and a run with nothing to do. */
export type Work = 'fill' | 'top-up' | 'nothing';

export const WORKS = ['fill', 'top-up', 'nothing'] as const satisfies readonly Work[];
export const REACHED = ['1d', '1m'] as const satisfies readonly Interval[];
export type Reached = (typeof REACHED)[number];
export const SIZES = [10_000, 100_000, 1_000_000] as const;

/** Years of a first fill. */
export const YEARS: Readonly<Record<Reached, number>> = { '1d': 5, '1m': 1 };

export const SESSIONS_A_YEAR = 252;

/** Minutes of a session of New York. */
export const MINUTES_A_SESSION = 390;

/** Files of a series: one of days, one a month of minutes. */
export function partitionsOf(interval: Reached): number {
  return interval === '1d' ? 1 : 12 * YEARS['1m'];
}

/** Bars of a series that a work brings. */
export function barsOf(work: Work, interval: Reached): number {
  if (work === 'nothing') return 0;
  const sessions = work === 'fill' ? YEARS[interval] * SESSIONS_A_YEAR : 1;
  return sessions * (interval === '1d' ? 1 : MINUTES_A_SESSION);
}
