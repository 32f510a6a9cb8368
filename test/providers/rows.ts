import { barsOf, rowsOf } from '../../src/core/bars/bar-builder.ts';
import type { Ohlcv } from '../../src/core/bars/bars.ts';
import type { Bars } from '../../src/core/bars/columns.ts';
import type { BarAnswer, BarRequest, Provider } from '../../src/providers/provider.ts';

/** What has bars, with rows in their place. */
export type WithRows<T extends { readonly bars: Bars }> = Omit<T, 'bars'> & { readonly bars: Ohlcv[] };

export type RowAnswer = Omit<BarAnswer, 'bars'> & { readonly bars: readonly Ohlcv[] };

/** A provider that speaks in rows. */
export interface RowProvider extends Omit<Provider, 'fetchBars'> {
  fetchBars(request: BarRequest): Promise<RowAnswer>;
}

export function withRows<T extends { readonly bars: Bars }>(answer: T): WithRows<T> {
  return { ...answer, bars: rowsOf(answer.bars) };
}

/** A provider as tests look at it. */
export function inRows(provider: Provider): RowProvider {
  return { ...provider, fetchBars: async (request) => withRows(await provider.fetchBars(request)) };
}

export function inBars(answer: RowAnswer): BarAnswer {
  return { ...answer, bars: barsOf(answer.bars) };
}
