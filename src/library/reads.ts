import type { Bar, Series } from '../core/bars/bars.ts';
import { readAdjusted } from './adjusted.ts';
import { verdictOn } from './bar-source.ts';
import { canonical, checked, checkedRead } from './check-request.ts';
import { assertComplete } from './complete.ts';
import { exportTo } from './export-file.ts';
import { exportPerTicker } from './export-per-ticker.ts';
import type { History } from './history.ts';
import type { Parts } from './parts.ts';
import type { ReadOptions } from './read-options.ts';
import { doubtfulDividendsOf, query, unadjustableOf, viewsOf } from './query.ts';
import type { VerdictTools } from './verdict-in.ts';

type Reads = Pick<History, 'read' | 'query' | 'views' | 'unadjustable' | 'doubtfulDividends' | 'export'>;

/** The methods of a history that give bars. */
export function readsOf({ tickersToRead: tickersOf, ...tools }: Parts): Reads {
  const { store } = tools;
  return {
    read: async (series, options = {}) => readWhole(tools, canonical(series), checkedRead(options)),
    query: (sql, use, options = {}) => query(store, sql, options, use),
    views: (options = {}) => viewsOf(store, options),
    unadjustable: (options = {}) => unadjustableOf(store, options),
    doubtfulDividends: async (request = {}) =>
      doubtfulDividendsOf(store, await tickersOf(checked(request).tickers), request),
    export: async (request) => {
      const tickers = await tickersOf(checked(request).tickers, request.stop);
      return request.perTicker ? exportPerTicker(store, tickers, request) : exportTo(store, tickers, request);
    },
  };
}

/** What `History.read` gives. */
async function readWhole(
  tools: VerdictTools & Pick<Parts, 'recorded'>,
  series: Series,
  options: ReadOptions,
): Promise<Bar[]> {
  // Bars as traded are read without a scan.
  await tools.recorded.all();
  if (options.require !== undefined) assertComplete(await verdictOn(tools, [series], options));
  return readAdjusted(tools.store, series, options);
}
