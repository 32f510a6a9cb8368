import { INTERVALS, type Interval } from '../core/session/interval.ts';
import type { Market } from '../market/market.ts';
import { sampleMarket } from '../market/sample.ts';
import { type Gate, OPEN_GATE } from '../providers/http/gate.ts';
import type { BarRequest, Provider, ProviderConfig, Secrets } from '../providers/provider.ts';
import { type SimulatorOptions, startSimulator } from '../simulator/server.ts';

/** What every provider serves that is checked: the sample market. */
export const MARKET = sampleMarket();

/** A provider of that market as it is at some moment. */
export interface ProviderUnderTest {
  readonly provider: Provider;
  /** Where it is asked; undefined where it is not over HTTP. */
  readonly url?: string;
  /** Requests that its server saw; undefined where there is none. */
  readonly requests?: () => number;
  /** Ends what serves it. */
  readonly close?: () => Promise<void>;
}

/** A provider as it is checked. */
export interface ProviderSubject {
  readonly open: (now: number, gate?: Gate, otherwise?: Access) => Promise<ProviderUnderTest>;
  /** Where it is asked over HTTP: opened at a URL, to hear whatever is said there. */
  readonly at?: (url: string, gate: Gate, timeoutMs: number, otherwise?: Access) => Promise<Provider>;
  /** What is asked for: a ticker that has traded since 2019 without a halt. Default ALFA. */
  readonly ticker?: string;
  /** Of that. */
  readonly intervals: readonly Interval[];
  /** Whether it takes several tickers in one request. Default false. */
  readonly isList?: boolean;
  /** Whether it gives all tickers of a session in one request. Default false. */
  readonly isMarket?: boolean;
  /** Whether that names what was halted too, and why it has no bar. Default true. */
  readonly namesHalted?: boolean;
  /** Whether it tells splits and dividends apart from some of its bars. Default false. */
  readonly isApart?: boolean;
  /** How far a price may be from what was traded, as a part of it. */
  readonly precision: number;
  /** Whether a ticker that there is not is one without bars to it: it says of none that it does not know it. Default false. */
  readonly isUnknownEmpty?: boolean;
  /** The keys that its server takes, which refuses others. Default: it asks for none. */
  readonly secrets?: Secrets;
  /** What its server refuses keys that are not entitled to it. Default: nothing is known that it would. */
  readonly forbidden?: Forbidden;
}

/** How a provider is opened otherwise than its subject says. */
export interface Access {
  readonly secrets?: Secrets;
  readonly settings?: ProviderConfig['settings'];
  /** What is served to it. */
  readonly market?: Market;
}

/** A request that keys may not make. */
export interface Forbidden extends BarRequest {
  /** Default: the subject's. */
  readonly secrets?: Secrets;
  /** With which the provider makes it. */
  readonly settings?: ProviderConfig['settings'];
}

/** A provider that asks a simulator which speaks its wire. */
export function served(
  at: (url: string, gate: Gate, timeoutMs?: number, otherwise?: Access) => Promise<Provider>,
  wire: SimulatorOptions['wire'],
  {
    intervals = INTERVALS,
    precision,
    ...forms
  }: Omit<ProviderSubject, 'open' | 'at' | 'intervals'> & Partial<Pick<ProviderSubject, 'intervals'>>,
): ProviderSubject {
  return {
    open: async (now, gate = OPEN_GATE, otherwise = {}) => {
      const simulator = await startSimulator({ wire, market: otherwise.market ?? MARKET, now: () => now });
      const provider = await at(simulator.url, gate, undefined, otherwise);
      return {
        provider,
        url: simulator.url,
        requests: () => simulator.requests(),
        close: () => simulator.close(),
      };
    },
    ...{ at, intervals, precision, ...forms },
  };
}
