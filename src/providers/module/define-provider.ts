import type { Interval } from '../../core/session/interval.ts';
import type { HttpAnswer } from '../http/transport.ts';
import type { Capabilities, Secrets } from '../provider.ts';
import type { DeclaredCapabilities } from './check-capabilities.ts';
import type { FetchedRow } from './fetched-rows.ts';
import type { ModuleConfig } from './module-config.ts';

/** What a `fetch` of one's own is asked for, and by what it asks. */
export interface FetchRequest {
  /** In the provider's own spelling, see `symbolOf`. */
  readonly symbol: string;
  readonly interval: Interval;
  /** ms since the epoch, `[start, end)`. At first whole days in UTC; what is left of them where an answer was cut. */
  readonly start: number;
  readonly end: number;
  /** The keys that `capabilities.credentials` names. */
  readonly secrets: Secrets;
  /** URL and settings that the user gave. */
  readonly config: ModuleConfig;
  /**
   * Sends a GET: it counts against the quotas, is timed, and is sent again where that helps. Throws what an answer means whose
   * status is not 200.
   */
  readonly get: (url: string | URL, how?: GetOptions) => Promise<FetchedAnswer>;
  /** The same, and gives the body read as JSON; one that is none is asked for again. What it holds is the caller's word. */
  readonly getJson: <Body>(url: string | URL, how?: GetOptions) => Promise<Body>;
}

/** How a request is made, and what its answer may mean. */
export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether an answer whose status is not 200 says that there is no such ticker. Default: none does. */
  readonly isUnknown?: (answer: { readonly status: number; readonly body: string }) => boolean;
}

/** An answer whose status is 200. `headers`: by names in lower case. */
export type FetchedAnswer = Pick<HttpAnswer, 'headers' | 'body'>;

/** A provider of one's own as one function. */
export interface ProviderDefinition {
  /**
   * An interval's `paging` says how many rows an answer has at most: where so many come, the rest is asked for. Splits and
   * dividends, whole markets, lists and universes are for a provider in steps.
   */
  readonly capabilities: DeclaredCapabilities;
  /** Our ticker in the provider's own spelling. Default: the same. */
  readonly symbolOf?: (ticker: string) => string;
  /** Inverse of `symbolOf`. Default: the same. */
  readonly tickerOf?: (symbol: string) => string;
  /**
   * Bars of one ticker, as they were traded, in whatever order. A session without any is taken to have had no trade; an answer
   * that has rows, but none of what was asked for, is refused. One that neither ends nor asks for anything for ten times
   * `timeoutMs` (300 s unless it is set), since it began or its last request was over, is ended: its series fails with
   * `provider-broken`, and the others go on.
   */
  readonly fetch: (request: FetchRequest) => Promise<readonly FetchedRow[]>;
}

/** A definition whose capabilities were checked. */
export interface CheckedDefinition extends Omit<ProviderDefinition, 'capabilities'> {
  readonly capabilities: Capabilities;
}

/**
 * A provider that is one function, for a module of its own to export by default: `--provider ./acme.js`. Its requests count,
 * are timed and are sent again as those of any other.
 *
 * @example
 * export default defineProvider({
 *   capabilities: { id: 'acme', intervals: { '1d': { settleDelayMs: 0 } }, quotas: [{ requests: 60, perMs: 60_000 }] },
 *   fetch: async ({ symbol, start, end, get }) => {
 *     const { body } = await get(`https://acme.example/${symbol}?from=${start}&to=${end}`);
 *     return JSON.parse(body).map(([ts, open, high, low, close]) => ({ ts, open, high, low, close }));
 *   },
 * });
 */
export function defineProvider(definition: ProviderDefinition): ProviderDefinition {
  return definition;
}
