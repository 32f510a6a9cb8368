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

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was asked for and how much was given, for the log; null and 0 where it came to nothing. */
  readonly symbol: string | null;
  readonly rows: number;
}

/** A provider's server as a pure function: its answer from a market at `now` (ms since the epoch). */
export type Wire = (request: WireRequest, market: Market, now: number) => WireResponse;
