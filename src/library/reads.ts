import type { Series } from '../core/bars/bars.ts';
import { parseTicker } from '../core/instrument/ticker.ts';
import type { BarStore } from '../store/store.ts';
import { readAdjusted } from './adjusted.ts';
import { checkInterval, checkTickers, checked } from './check-request.ts';
import { exportTo } from './export-file.ts';
import { exportPerTicker } from './export-per-ticker.ts';
import type { History, HistoryRequest } from './history.ts';
import { doubtfulDividendsOf, query, unadjustableOf, viewsOf } from './query.ts';

type Reads = Pick<History, 'read' | 'query' | 'views' | 'unadjustable' | 'doubtfulDividends' | 'export'>;

/** The methods of a history that give bars. `tickersOf` resolves what a user names; undefined: all in the store. */
export function readsOf(
  store: BarStore,
  tickersOf: (named: HistoryRequest['tickers'], stop?: AbortSignal) => Promise<readonly string[] | undefined>,
): Reads {
  return {
    read: async (series, options = {}) => readAdjusted(store, canonical(series), checked(options)),
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

/** Throws `invalid-ticker` and `unsupported-interval`. */
export function canonical({ ticker, interval }: Series): Series {
  checkTickers(ticker);
  checkInterval('interval', interval);
  return { ticker: parseTicker(ticker), interval };
}
