import { seriesKey } from '../core/bars/bars.ts';
import type { Held, Place } from '../store/holdings.ts';

/** How much of each kind. */
export interface CopySums {
  readonly series: number;
  readonly bars: number;
  /** Splits and dividends in force. */
  readonly actions: number;
  /** Values of final bars that were replaced, or stayed against others. */
  readonly revisions: number;
  /** Renames, universes, records of runs, rejected rows, what was forgotten. */
  readonly documents: number;
}

/** How many bars, splits and dividends, or replaced values lie at a place; a document is one. */
export function countOf(held: Held): number {
  if (held.is === 'bars') return held.bars.length;
  if (held.is === 'actions') return held.book.entries.length;
  return held.is === 'revisions' ? held.revisions.length : 1;
}

/** Adds up what lies at places, each given once. */
export function sumsOf(counted: Iterable<readonly [place: Place, count: number]>): CopySums {
  const series = new Set<string>();
  const sums = { bars: 0, actions: 0, revisions: 0, document: 0 };
  for (const [place, count] of counted) {
    if (place.is === 'bars') series.add(seriesKey(place.series));
    sums[place.is] += count;
  }
  const { bars, actions, revisions, document } = sums;
  return { series: series.size, bars, actions, revisions, documents: document };
}
