import { isComplete } from '../../market/market.ts';
import type { Instrument } from './instrument.ts';
import type { ChartQuery } from './query.ts';
import type { ChartRow } from './rows.ts';

type Column = (number | null)[];

/** The five columns of `quote`. */
type Quote = Record<'open' | 'high' | 'low' | 'close' | 'volume', Column>;

const PRICES = ['open', 'high', 'low', 'close'] as const;

/** `timestamp` and `indicators` of an answer. Without bars there is no `timestamp` and the columns are missing. */
export function seriesOf(instrument: Instrument, query: ChartQuery, rows: readonly ChartRow[]): object {
  const isDaily = query.interval === '1d';
  if (rows.length === 0) return { indicators: { quote: [{}], ...(isDaily && { adjclose: [{}] }) } };
  const quote: Quote = { open: [], high: [], low: [], close: [], volume: [] };
  const adjclose: Column = [];
  for (const { session, row } of rows) {
    if (!isComplete(row)) {
      for (const column of [...Object.values(quote), adjclose]) column.push(null);
      continue;
    }
    const shares = instrument.adjustment.sharesSince(session);
    for (const field of PRICES) quote[field].push(Math.fround(row[field] / shares));
    quote.volume.push(Math.round(row.volume * shares));
    const left = instrument.adjustment.leftAfterDividends(session);
    adjclose.push(Math.fround((row.close / shares) * left));
  }
  return {
    timestamp: rows.map(({ stamp }) => stamp),
    indicators: { quote: [quote], ...(isDaily && { adjclose: [{ adjclose }] }) },
  };
}
