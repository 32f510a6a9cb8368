import type { Market } from '../market/market.ts';
import type { Random } from '../market/random.ts';

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
  /** Bars in the body. */
  readonly rows: number;
}

/** A provider's server as a pure function: its answer from a market at `now` (ms since the epoch). */
export type Wire = (request: WireRequest, market: Market, now: number) => WireResponse;

/** What a request is about, in its own spelling; null where it does not say. */
export interface AskedSeries {
  readonly symbol: string | null;
  readonly interval: string | null;
}

/** One request as a distortion sees it. */
export interface Asked {
  readonly request: WireRequest;
  readonly market: Market;
  /** ms since the epoch. */
  readonly now: number;
  readonly random: Random;
}

/** Makes a good answer wrong in its content. Null where it has nothing to make wrong: an error, too few rows. */
export type Distortion = (answer: WireResponse, asked: Asked) => WireResponse | null;

/** Distortions that every wire has. */
export interface Distortions {
  /** A good answer for another ticker of the market. */
  readonly wrongTicker: Distortion;
  /** Some rows stand twice, one after the other. */
  readonly duplicated: Distortion;
  /** The rows are shuffled. */
  readonly unordered: Distortion;
  /** Stamps are in ms though the wire's unit is another. */
  readonly milliseconds: Distortion;
}

/** All that the simulator knows of a provider's server. */
export interface SimulatedServer {
  readonly answer: Wire;
  readonly askedSeries: (request: WireRequest) => AskedSeries;
  readonly distortions: Distortions;
}
