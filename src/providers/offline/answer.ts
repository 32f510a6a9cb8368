import type { Bars } from '../../core/bars/columns.ts';
import type { DayRange } from '../../core/session/day.ts';
import type { MarketRow } from '../../market/market.ts';
import type { BarAnswer } from '../provider.ts';
import type { MarketReading } from './read-market.ts';

/** Rows of the sessions of a reading: bars, and those that lack a value or cannot be read. */
export interface RowsRead {
  readonly bars: Bars;
  readonly unusable: readonly MarketRow[];
}

/** A reading as an answer that speaks of the `proven` days. */
export function barAnswer(
  { listing, quiet, actions, bars, unusable }: MarketReading & RowsRead,
  proven: DayRange,
  dropped: number,
): BarAnswer {
  const { currency, exchange, type, firstTrade } = listing;
  return {
    bars,
    unusable: unusable.map((row) => ({ ts: row.ts, reason: row.fault ?? 'empty', row })),
    proven,
    wireBasis: 'raw',
    explained: quiet,
    actions,
    identity: { currency, exchange, type, firstTrade },
    delistedOn: null,
    dropped,
  };
}
