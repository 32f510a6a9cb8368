import type { Market } from '../market/market.ts';

/** A request as a provider's server sees it. */
export interface WireRequest {
  readonly method: string;
  /** Percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What a simulated server answers. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `latin1`: the body is no text, each of its signs is a byte. Default: UTF-8. */
  readonly encoding?: 'latin1';
  /** Bars in the body. */
  readonly rows: number;
}

/** The bytes of a body. */
export function bytesOf({ body, encoding }: Pick<WireResponse, 'body' | 'encoding'>): Buffer {
  return Buffer.from(body, encoding ?? 'utf8');
}

/** A provider's server as a pure function: its answer from a market at `now` (ms since the epoch). */
export type Wire = (request: WireRequest, market: Market, now: number) => WireResponse;

/** What a request is about, in its own spelling; null where it does not say. */
export interface AskedSeries {
  readonly symbol: string | null;
  readonly interval: string | null;
}
