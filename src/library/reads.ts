import type { Series } from '../core/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { isInterval } from '../core/interval.ts';
import { parseTicker } from '../core/ticker.ts';
import type { BarStore } from '../store/store.ts';
import { readAdjusted } from './adjusted.ts';
import { exportTo } from './export-file.ts';
import type { History, HistoryRequest } from './history.ts';
import { doubtfulDividendsOf, query, unadjustableOf, viewsOf } from './query.ts';

type Reads = Pick<History, 'read' | 'query' | 'views' | 'unadjustable' | 'doubtfulDividends' | 'export'>;

/** The methods of a history that give bars. `tickersOf` resolves what a user names; undefined: all in the store. */
export function readsOf(
  store: BarStore,
  tickersOf: (named: HistoryRequest['tickers']) => Promise<readonly string[] | undefined>,
): Reads {
  return {
    read: async (series, options = {}) => readAdjusted(store, canonical(series), options),
    query: (sql, use, options = {}) => query(store, sql, options, use),
    views: (options = {}) => viewsOf(store, options),
    unadjustable: (options = {}) => unadjustableOf(store, options),
    doubtfulDividends: async (request = {}) =>
      doubtfulDividendsOf(store, await tickersOf(request.tickers), request),
    export: async (request) => exportTo(store, await tickersOf(request.tickers), request),
  };
}

/** Throws `invalid-ticker` and `unsupported-interval`. */
function canonical({ ticker, interval }: Series): Series {
  if (isInterval(interval)) return { ticker: parseTicker(ticker), interval };
  throw new BackfillError('unsupported-interval', `there is no interval "${String(interval)}"`);
}
