// A chart answer taken apart, changed and put together again. What a change leaves alone stays as it was, to the byte.

import type { WireResponse } from '../wire.ts';

/** One row over all parallel arrays of an answer. */
export interface ChartBar {
  /** Seconds since the epoch. */
  readonly stamp: number;
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly close: number | null;
  readonly volume: number | null;
  /** In daily answers only. */
  readonly adjclose?: number | null;
}

/** A row that has every value; `adjclose` comes and goes with the others. */
export type TradedBar = { readonly [K in keyof ChartBar]: number };

/** The parts of a good answer that are changed. */
export interface ChartResult {
  meta: Record<string, unknown> & { firstTradeDate: number };
  timestamp?: number[];
  events?: Partial<Record<string, Record<string, { date: number }>>>;
  indicators: {
    quote: [Partial<Record<QuoteColumn, Column>>];
    adjclose?: [{ adjclose?: Column }];
  };
}

type QuoteColumn = 'open' | 'high' | 'low' | 'close' | 'volume';
type Column = (number | null)[];

/** Stands in the text where JSON's writer, unlike its grammar, has no number large enough. */
const INFINITY = '@infinity';

/** A good answer with its result changed in place; null for an error, an answer without bars and where nothing changed. */
export function edited(answer: WireResponse, edit: (result: ChartResult) => void): WireResponse | null {
  if (answer.rows === 0) return null;
  const parsed = JSON.parse(answer.body) as { chart: { result: [ChartResult] } };
  const [result] = parsed.chart.result;
  edit(result);
  const body = JSON.stringify(parsed, (_, value: unknown) =>
    value === Number.POSITIVE_INFINITY ? INFINITY : value,
  ).replaceAll(`"${INFINITY}"`, '1e999');
  return body === answer.body ? null : { ...answer, body, rows: result.timestamp?.length ?? 0 };
}

/** A good answer with other rows; null as for `edited`. */
export function withBars(
  answer: WireResponse,
  change: (bars: readonly ChartBar[]) => readonly ChartBar[],
): WireResponse | null {
  return edited(answer, (result) => writeBars(result, change(barsOf(result))));
}

/** The rows of a result that has some. */
export function barsOf({ timestamp = [], indicators }: ChartResult): ChartBar[] {
  const [quote] = indicators.quote;
  const at = (column: QuoteColumn, i: number): number | null => quote[column]?.[i] ?? null;
  const adjclose = indicators.adjclose?.[0].adjclose;
  return timestamp.map((stamp, i) => ({
    stamp,
    open: at('open', i),
    high: at('high', i),
    low: at('low', i),
    close: at('close', i),
    volume: at('volume', i),
    ...(adjclose !== undefined && { adjclose: adjclose[i] ?? null }),
  }));
}

/** Puts rows in the place of those of a result, in the order given. */
export function writeBars(result: ChartResult, bars: readonly ChartBar[]): void {
  result.timestamp = bars.map(({ stamp }) => stamp);
  const [quote] = result.indicators.quote;
  for (const column of Object.keys(quote) as QuoteColumn[]) quote[column] = bars.map((bar) => bar[column]);
  const adjusted = result.indicators.adjclose?.[0];
  if (adjusted !== undefined) adjusted.adjclose = bars.map(({ adjclose }) => adjclose ?? null);
}

export function isTraded(bar: ChartBar): bar is TradedBar {
  return bar.close !== null;
}

/** A row with its prices multiplied, in the wire's single precision. */
export function scaled(bar: TradedBar, factor: number): TradedBar {
  const times = (price: number): number => Math.fround(price * factor);
  return {
    ...bar,
    open: times(bar.open),
    high: times(bar.high),
    low: times(bar.low),
    close: times(bar.close),
    ...(bar.adjclose !== undefined && { adjclose: times(bar.adjclose) }),
  };
}

/** A row without a trade: all prices are one, and dividends take off as much as they did. */
export function flat(bar: TradedBar, price: number): TradedBar {
  const one = Math.fround(price);
  const { close, adjclose } = bar;
  return {
    ...bar,
    ...{ open: one, high: one, low: one, close: one, volume: 0 },
    ...(adjclose !== undefined && { adjclose: Math.fround((adjclose / close) * price) }),
  };
}
