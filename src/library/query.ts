import type { BarStore } from '../store/store.ts';
import type { AdjustedView, QueryUse, StoreViews } from '../store/views.ts';
import { doubtfulDividends, unadjustable } from './adjusted.ts';
import type { AdjustOptions } from './history.ts';
import { parseAdjust } from './reading.ts';

/** What `History.views` gives. `bars_adjusted` is for splits and dividends unless said otherwise. */
export async function viewsOf(store: BarStore, options: AdjustOptions): Promise<StoreViews> {
  return store.views(adjustedView(options));
}

/** What `History.query` does. */
export async function query<T>(
  store: BarStore,
  sql: string,
  options: AdjustOptions,
  use: QueryUse<T>,
): Promise<T> {
  return store.query(sql, adjustedView(options), use);
}

function adjustedView(options: AdjustOptions): AdjustedView {
  const { mode } = parseAdjust({ adjust: 'all', ...options });
  return { mode, asOf: options.asOf };
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
