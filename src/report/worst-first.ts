import type { SeriesStanding } from './series-coverage.ts';

/** How bad a standing is, the worst first: in this order series are read. */
export const WORST_FIRST: readonly SeriesStanding[] = [
  'damaged',
  'incomplete',
  'unavailable',
  'provisional',
  'holes',
  'complete',
];
