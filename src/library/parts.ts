import { resolveTickers } from '../backfill/want/universe.ts';
import type { OpenTraffic } from '../backfill/run/traffic.ts';
import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
import { assertConfigured, capabilitiesOf } from '../providers/registry.ts';
import { openStore } from '../store/open.ts';
import type { BarStore, ScanOptions } from '../store/store.ts';
import { Engine } from './engine.ts';
import type { BackfillOptions, HistoryOptions, SeriesSelection } from './history.ts';
import { listTickers } from './listed-tickers.ts';
import { openPoolOf, openTrafficOf } from './run-tools.ts';

/** What every method of a `History` works with. */
export interface Parts {
  readonly options: HistoryOptions;
  readonly config: ProviderConfig;
  readonly capabilities: Capabilities;
  readonly engine: Engine;
  readonly store: BarStore;
  /** ms since the epoch. */
  readonly clock: () => number;
  /** The tickers to fetch: what a user names, or the default universe. */
  readonly tickersToFetch: (
    tickers: SeriesSelection['tickers'],
    how?: Pick<BackfillOptions, 'stop' | 'onEvent'>,
  ) => Promise<readonly string[]>;
  /** The tickers to read; undefined for all that are stored, which `all` means here whatever the provider lists. */
  readonly tickersToRead: (
    tickers: SeriesSelection['tickers'],
    stop?: AbortSignal,
  ) => Promise<readonly string[] | undefined>;
}

/** Throws `unknown-provider` and `usage`. */
export function partsOf(options: HistoryOptions): Parts {
  const config = options.provider ?? { id: 'yahoo' };
  assertConfigured(config);
  const declared = capabilitiesOf(config);
  const capabilities = { ...declared, quotas: options.quotas ?? declared.quotas };
  const store = openStore(options.store);
  const engine = new Engine(store, {
    openTraffic: () => openTrafficOf(options, config, capabilities),
    openPool: () => openPoolOf(options, capabilities),
  });
  const openTraffic = (): Promise<OpenTraffic> => engine.openTraffic();
  const tickersToFetch: Parts['tickersToFetch'] = (tickers, { stop, onEvent } = {}) =>
    resolveTickers(tickers, {
      ...{ stop, store, capabilities },
      listTickers: () => listTickers({ options, config, capabilities, openTraffic, onEvent }),
    });
  return {
    options,
    config,
    capabilities,
    engine,
    store,
    clock: options.clock ?? Date.now,
    tickersToFetch,
    tickersToRead: async (tickers, stop) =>
      tickers === undefined || tickers === 'all' ? undefined : tickersToFetch(tickers, stop && { stop }),
  };
}

/** What a store is scanned for. */
export async function scanOptionsOf(
  { tickersToRead }: Parts,
  { tickers, intervals, stop }: SeriesSelection & { readonly stop?: AbortSignal },
): Promise<ScanOptions> {
  const wanted = await tickersToRead(tickers, stop);
  return { ...(wanted && { tickers: wanted }), ...(intervals && { intervals }) };
}
