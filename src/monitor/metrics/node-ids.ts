import type { Series } from '../../core/bars/bars.ts';

/** What stands for tickers beyond those that have a label of their own, and for what is of several at once. */
export const OTHERS = '_other';

/** The labels of a series. */
export type SeriesLabels = (
  series: Pick<Series, 'ticker'> & { readonly interval: string },
) => Record<string, string>;

/** The labels of series: the first `most` tickers that come have their own (0: nobody has), whatever the run. */
export function seriesLabels(most: number): SeriesLabels {
  const named = new Set<string>();
  return ({ ticker, interval }) => {
    if (most === 0) return { interval };
    if (named.size < most && ticker !== OTHERS) named.add(ticker);
    return { node_id: named.has(ticker) ? ticker : OTHERS, interval };
  };
}
