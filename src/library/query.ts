import { BackfillError } from '../core/errors.ts';
import type { DamageKind } from '../store/damage.ts';
import { withSelect } from '../store/sql.ts';
import type { BarStore } from '../store/store.ts';
import {
  type AdjustedView,
  type LeftOut,
  type StoreViews,
  pinnedViews,
  storeViews,
} from '../store/parquet/views.ts';
import { doubtfulDividends, unadjustable } from './adjusted.ts';
import { parseAdjust } from './reading.ts';
import type { AdjustOptions, QueryUse } from './history.ts';

/** What `History.views` gives. `bars_adjusted` is for splits and dividends unless said otherwise. */
export async function viewsOf(store: BarStore, options: AdjustOptions): Promise<StoreViews> {
  return storeViews(store.url, adjustedView(options), await store.scan());
}

function adjustedView(options: AdjustOptions): AdjustedView {
  const { mode } = parseAdjust({ adjust: 'all', ...options });
  return { mode, asOf: options.asOf };
}

/** What DuckDB says of a file that it cannot read, and of nothing that a user may have written wrongly. */
const UNREADABLE = /^(Invalid|Invalid Input|IO|Internal|Serialization) Error/;

/** Damages for which a file is left out. */
const ROT: ReadonlySet<DamageKind> = new Set(['damaged-rows', 'damaged-actions', 'damaged-revisions']);

/**
 * What `History.query` does. The views are without the files whose end is damaged. Rows that rotted show when they are
 * read: where that is before any row was given, all files are looked through, and the query is run without the bad ones.
 */
export async function query<T>(
  store: BarStore,
  sql: string,
  options: AdjustOptions,
  use: QueryUse<T>,
): Promise<T> {
  let isBegun = false;
  const run = async (rotted: readonly LeftOut[]): Promise<T> => {
    const views = await pinnedViews(store.url, adjustedView(options), await store.scan(), rotted);
    return withSelect(views, sql, (rows) => {
      isBegun = true;
      return use(rows, views.leftOut);
    });
  };
  try {
    return await run([]);
  } catch (error) {
    if (isBegun || !(error instanceof BackfillError) || !UNREADABLE.test(error.message)) throw error;
    const rotted = await rottedFiles(store);
    if (rotted.length === 0) throw error;
    return run(rotted);
  }
}

/** Files with rows that are not those that were written. Reads everything. */
async function rottedFiles(store: BarStore): Promise<LeftOut[]> {
  const { damages } = await store.examine({ now: 0 });
  return damages.filter(({ kind }) => ROT.has(kind)).map(({ path, what }) => ({ path, reason: what }));
}

/** What `History.unadjustable` gives: one line a series. */
export async function unadjustableOf(store: BarStore, options: AdjustOptions): Promise<readonly string[]> {
  const errors = await unadjustable(store, await store.scan(), { adjust: 'all', ...options });
  return [...errors.values()].map(({ message }) => message);
}

/** What `History.doubtfulDividends` gives: one line a dividend. */
export async function doubtfulDividendsOf(
  store: BarStore,
  tickers: readonly string[] | undefined,
  options: AdjustOptions,
): Promise<readonly string[]> {
  const scan = await store.scan(tickers && { tickers });
  const doubts = await doubtfulDividends(store, scan, { adjust: 'all', ...options });
  return [...doubts].flatMap(([key, lines]) => lines.map((line) => `${key} ${line}`));
}
