import { type Source as OfArchive, sourcesOf as sourcesWith } from '../../core/plan/archive.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import { ARCHIVE } from './capabilities.ts';

/** Where days are read: klines of the API, or the archive's file of their month. */
export interface Source extends OfArchive {
  /** Whether its file is not there, so that the API is asked in its place. Default false. */
  readonly isLacking?: boolean;
}

/**
 * The sources that have some days for the fewest requests, in order. (The archive's files of a day cost two requests as well,
 * as many as their pages at most: they are never the cheaper way. A month's file that is not there, after all, costs one in
 * vain.) `now`: ms since the epoch.
 */
export function sourcesOf(interval: Interval, days: DayRange, now: number): Source[] {
  return sourcesWith(interval, days, now, ARCHIVE);
}
