import { parseDay } from '../core/session/day.ts';
import type { BarStore } from '../store/store.ts';
import type { AdjustedView, JudgeBasis } from '../store/views.ts';
import { adjustability } from './adjusted.ts';
import type { QueryUse, ViewsScript } from './history.ts';
import type { AdjustOptions } from './read-options.ts';
import { type Basis, basisOf, basisSaid, NO_BASIS } from './query-basis.ts';
import { parseAdjust } from './reading.ts';

/** What `History.views` gives. `bars_adjusted` is for splits and dividends unless said otherwise. */
export async function viewsOf(store: BarStore, options: AdjustOptions): Promise<ViewsScript> {
  const { judge, judged } = judgeOf(store);
  const { sql, leftOut } = await store.views(adjustedView(options), judge);
  return { sql, leftOut, ...basisSaid(judged(), leftOut) };
}

/** What `History.query` does. */
export async function query<T>(
  store: BarStore,
  sql: string,
  options: AdjustOptions,
  use: QueryUse<T>,
): Promise<T> {
  const { judge, judged } = judgeOf(store);
  return store.query(
    sql,
    adjustedView(options),
    (rows, leftOut) => use(rows, leftOut, basisSaid(judged(), leftOut)),
    judge,
  );
}

/** Judges by the rule of every adjusted read, and keeps what it found last. */
function judgeOf(store: BarStore): { judge: JudgeBasis; judged: () => Basis } {
  let basis = NO_BASIS;
  const judge: JudgeBasis = async (scan, adjustments, isMeant) => {
    basis = await basisOf(store, scan, adjustments, isMeant);
    return basis.notAdjustable;
  };
  return { judge, judged: () => basis };
}

function adjustedView(options: AdjustOptions): AdjustedView {
  const { adjust = 'all', asOf } = options;
  if (asOf !== undefined) parseDay(asOf);
  return { mode: parseAdjust({ adjust }).mode, asOf };
}

/** What `History.unadjustable` gives: one line a series. */
export async function unadjustableOf(store: BarStore, options: AdjustOptions): Promise<readonly string[]> {
  const found = await adjustability(store, await store.scan(), { adjust: 'all', ...options });
  return [...found.values()].flatMap(({ error }) => error?.message ?? []);
}

/** What `History.doubtfulDividends` gives: one line a dividend. */
export async function doubtfulDividendsOf(
  store: BarStore,
  tickers: readonly string[] | undefined,
  options: AdjustOptions,
): Promise<readonly string[]> {
  const scan = await store.scan(tickers && { tickers });
  const found = await adjustability(store, scan, { adjust: 'all', ...options });
  return [...found].flatMap(([key, { doubts }]) => doubts.map((line) => `${key} ${line}`));
}
