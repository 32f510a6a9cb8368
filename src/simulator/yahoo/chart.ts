// A chart answer taken apart, changed and put together again. What a change leaves alone stays as it was, to the byte.

import { jsonOf } from '../garbage/json.ts';
import type { Row } from '../garbage/rows.ts';
import type { WireResponse } from '../wire.ts';

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

/** A good answer with its result changed in place. */
export function edited(answer: WireResponse, edit: (result: ChartResult) => void): WireResponse {
  const parsed = JSON.parse(answer.body) as { chart: { result: [ChartResult] } };
  const [result] = parsed.chart.result;
  edit(result);
  const body = jsonOf(parsed);
  return { ...answer, body, rows: result.timestamp?.length ?? 0 };
}

/** The result of a good answer. */
export function resultOf({ body }: WireResponse): ChartResult {
  return (JSON.parse(body) as { chart: { result: [ChartResult] } }).chart.result[0];
}

/** The rows of a result that has some. */
export function barsOf({ timestamp = [], indicators }: ChartResult): Row[] {
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
export function writeBars(result: ChartResult, bars: readonly Row[]): void {
  const adjusted = result.indicators.adjclose?.[0];
  if (bars.length === 0) {
    // As the wire answers where it has none.
    delete result.timestamp;
    result.indicators = { quote: [{}], ...(adjusted !== undefined && { adjclose: [{}] }) };
    return;
  }
  result.timestamp = bars.map(({ stamp }) => stamp);
  const [quote] = result.indicators.quote;
  for (const column of Object.keys(quote) as QuoteColumn[]) quote[column] = bars.map((bar) => bar[column]);
  if (adjusted !== undefined) adjusted.adjclose = bars.map(({ adjclose }) => adjclose ?? null);
}
