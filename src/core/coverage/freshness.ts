import type { Unstored } from './overdue.ts';

/** How a store stands, by calendar, without those that are guesses. Holds good until something is stored. */
export interface Freshness {
  /** What `overdueAt` tells of, whatever the time is then. */
  readonly unstored: readonly Unstored[];
  readonly covered: readonly CoveredSessions[];
}

/** How much of the sessions of the stored series of one calendar is stored. */
export interface CoveredSessions {
  /** Calendar id. */
  readonly calendar: string;
  readonly series: number;
  /** Sessions of all of them on which they could have traded, and those of them that are stored and final. */
  readonly tradable: number;
  readonly stored: number;
}
