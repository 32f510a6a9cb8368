import type { Day } from '../../core/session/day.ts';
import type { Bars } from '../../core/bars/columns.ts';
import type { StatedOf } from './actions.ts';
import type { GroupedPage } from './parse.ts';

/** What the pages of a chain said so far. */
export interface Told {
  /** How many lists have been read to their end: that of splits, that of dividends. */
  readonly lists: number;
  /** The page that comes next of the list that is being read; null: its first. */
  readonly next: string | null;
  readonly bars: readonly Bars[];
  readonly stated: readonly StatedOf[];
  /** Of a session. */
  readonly market: readonly GroupedPage[];
  /** The session of all shares that is asked for besides, to see how far back the key reaches. Default: none is. */
  readonly telling?: Day;
}

export const NOTHING_TOLD: Told = {
  ...{ lists: 0, next: null, bars: [], stated: [], market: [] },
};
