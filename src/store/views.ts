import type { Series } from '../core/bars/bars.ts';
import type { Adjustment } from '../core/adjust/factors.ts';
import type { SqlRows } from './sql.ts';
import type { Scan } from './scan.ts';

/** How `bars_adjusted` is adjusted. */
export interface AdjustedView {
  readonly mode: Adjustment;
  /** `YYYY-MM-DD`, inclusive; undefined: each series as of its last bar. */
  readonly asOf: string | undefined;
}

/** What views are without: a damaged file, a folder that is none of a store's. */
export interface LeftOut {
  /** Relative to the store's root. */
  readonly path: string;
  readonly reason: string;
}

/** The views of a store, and what is not in them. */
export interface StoreViews {
  readonly sql: string;
  readonly leftOut: readonly LeftOut[];
}

/** A series that cannot be adjusted in some way. */
export interface NotAdjustable extends AdjustedView {
  readonly series: Series;
  /** In words, with the series' name. */
  readonly reason: string;
}

/** Says which series of a scan cannot be adjusted in some ways; of others than are meant (by `seriesKey`) nothing. */
export type JudgeBasis = (
  scan: Scan,
  adjustments: readonly AdjustedView[],
  isMeant: (key: string) => boolean,
) => Promise<readonly NotAdjustable[]>;

/** What is done with the rows of a query. `leftOut`: what the store's views are without: damaged files, foreign folders. */
export type QueryUse<T> = (rows: SqlRows, leftOut: readonly LeftOut[]) => Promise<T>;
