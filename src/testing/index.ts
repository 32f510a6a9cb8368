// What the author of a provider tests it with: `import … from 'backfill/testing'`.

import type { Interval } from '../core/session/interval.ts';
import { loadProvider } from '../providers/module/load-module.ts';
import type { ModuleConfig } from '../providers/module/module-config.ts';
import type { Secrets } from '../providers/provider.ts';
import { capabilitiesOf, openProvider } from '../providers/registry.ts';
import { servesClassOf, servesIntervalOf } from '../providers/serves.ts';
import type { OwnWire } from '../simulator/own-wire.ts';
import type { Check } from './check.ts';
import { providerChecks } from './contract.ts';
import { served } from './subject.ts';

export type { Check } from './check.ts';
export type { OwnWire } from '../simulator/own-wire.ts';
export type { AskedSeries, Wire, WireRequest, WireResponse } from '../simulator/wire.ts';
export type { Listing, Market, MarketRow } from '../market/market.ts';
export type { RequestLogEntry, Simulator, SimulatorOptions } from '../simulator/server.ts';
export { startSimulator } from '../simulator/server.ts';
export { tradedRows } from '../market/traded-rows.ts';
export { sampleMarket } from '../market/sample.ts';

/** What is asked for: the first that a provider may have. */
const TICKERS = ['ALFA', 'BRVO.PA', 'PSDO-USDT', 'QAAUSD=X'];

/** A provider of one's own as it is checked. */
export interface CheckedModule {
  /** Path of its module, or its `file:` URL. */
  readonly module: string;
  /** What its server says of a market. */
  readonly wire: OwnWire;
  readonly settings?: ModuleConfig['settings'];
  /** Keys that its server takes, which has to refuse others. Default: it asks for none. */
  readonly secrets?: Secrets;
  /** How far a price may be from what was traded, as a part of it. Default 0. */
  readonly precision?: number;
  /** Whether a ticker that there is not is one without bars to it: it says of none that it does not know it. Default false. */
  readonly isUnknownEmpty?: boolean;
}

/**
 * All that every provider has to do, as checks for any test runner: how it reads a sound market that a simulator serves
 * over its wire, and how it takes what servers do besides. Throws like `loadProvider`.
 */
export async function contractOf({
  module,
  wire,
  settings,
  secrets,
  precision = 0,
  isUnknownEmpty = false,
}: CheckedModule): Promise<readonly Check[]> {
  const own = settings === undefined ? {} : { settings };
  const config = await loadProvider(module, { url: 'http://127.0.0.1', ...own });
  const capabilities = capabilitiesOf(config);
  const { intervals } = capabilities;
  const of = Object.values(intervals);
  const ticker = TICKERS.find((one) => servesClassOf(one, capabilities)) ?? 'ALFA';
  const offered = Object.keys(intervals) as Interval[];
  return providerChecks(
    served(
      (url, gate, timeoutMs = 5000, otherwise = {}) =>
        openProvider(
          { ...config, url, timeoutMs, ...(otherwise.settings && { settings: otherwise.settings }) },
          gate,
          otherwise.secrets ?? secrets,
        ),
      wire,
      {
        intervals: offered.filter((interval) => servesIntervalOf(ticker, interval, capabilities)),
        ...{ ticker, precision },
        ...{ isUnknownEmpty, ...(secrets && { secrets }) },
        isList: of.some(({ mostSeries = 1 }) => mostSeries > 1),
        isMarket: of.some(({ market }) => market !== undefined),
        isApart: of.some(({ requestsForActions = 0 }) => requestsForActions > 0),
      },
    ),
  );
}
