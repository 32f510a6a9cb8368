import type { Market } from '../../src/market/market.ts';
import type { WireResponse } from '../../src/simulator/wire.ts';
import { yahooWire } from '../../src/simulator/yahoo/wire.ts';

/** The parts of a chart answer that tests look at, as they come over the wire. */
export interface ChartResult {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly timestamp?: readonly number[];
  readonly events?: unknown;
  readonly indicators: {
    readonly quote: readonly Partial<Record<string, readonly (number | null)[]>>[];
    readonly adjclose?: readonly { readonly adjclose?: readonly (number | null)[] }[];
  };
}

interface ChartBody {
  readonly chart: {
    readonly result: readonly ChartResult[] | null;
    readonly error: { readonly code: string; readonly description: string } | null;
  };
}

/** What the wire answers to a path with its query, at an instant (ISO 8601 or ms). */
export function ask(market: Market, url: string, now: string | number): WireResponse {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const request = { method: 'GET', path: pathname, query: searchParams, headers: { 'user-agent': 'test' } };
  return yahooWire(request, market, new Date(now).getTime());
}

export function bodyOf({ body }: Pick<WireResponse, 'body'>): ChartBody {
  return JSON.parse(body);
}

/** The one result of an answer. */
export function resultOf(response: WireResponse): ChartResult {
  const [result] = bodyOf(response).chart.result ?? [];
  if (result === undefined) throw new Error(`no result: ${response.body}`);
  return result;
}
