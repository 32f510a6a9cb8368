import { BarBuilder } from '../../core/bar-builder.ts';
import type { DayRange } from '../../core/day.ts';
import { isComplete } from '../../market/market.ts';
import type { BarAnswer, UnusableRow } from '../provider.ts';
import type { MarketReading } from './read-market.ts';

/** A reading as an answer that speaks of the `proven` days: rows that lack a value are unusable. */
export function barAnswer(reading: MarketReading, proven: DayRange, dropped: number): BarAnswer {
  const { currency, exchange, type, firstTrade } = reading.listing;
  const bars = new BarBuilder(reading.rows.length);
  const unusable: UnusableRow[] = [];
  for (const row of reading.rows) {
    if (row.fault === undefined && isComplete(row)) bars.pushRow(row);
    else unusable.push({ ts: row.ts, reason: row.fault ?? 'empty', row });
  }
  return {
    bars: bars.bars(),
    unusable,
    proven,
    wireBasis: 'raw',
    explained: reading.quiet,
    actions: reading.actions,
    identity: { currency, exchange, type, firstTrade },
    delistedOn: null,
    dropped,
  };
}
