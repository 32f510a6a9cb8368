import { backfill } from '../backfill/backfill.ts';
import { type BackfillRequest, prepare } from '../backfill/prepare.ts';
import { resolveTickers } from '../backfill/universe.ts';
import type { Series } from '../core/bars.ts';
import { BackfillError } from '../core/errors.ts';
import { isInterval } from '../core/interval.ts';
import { parseTicker } from '../core/ticker.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { assertConfigured, capabilitiesOf, openProvider } from '../providers/registry.ts';
import { openStore } from '../store/open.ts';
import { coverageOf } from './coverage.ts';
import { dayRange, forget } from './forget.ts';
import type { BackfillOptions, History, HistoryOptions, HistoryRequest } from './history.ts';
import { deadlineOf, openTrafficOf, poolSize } from './run-tools.ts';

/** Opens a store with the provider that fills it. Does no I/O yet. Throws `unknown-provider` and `usage`. */
export function openHistory(options: HistoryOptions): History {
  const config = options.provider ?? { id: 'yahoo' };
  assertConfigured(config);
  const declared = capabilitiesOf(config.id);
  const capabilities = { ...declared, quotas: options.quotas ?? declared.quotas };
  const store = openStore(options.store);
  const clock = options.clock ?? Date.now;
  const tickersOf = (request: HistoryRequest): Promise<readonly string[]> =>
    resolveTickers(request.tickers, { store, capabilities, listTickers: () => listTickers(config) });
  const requestOf = async (request: BackfillOptions): Promise<BackfillRequest> => {
    // A mistake in a folder's configuration is one error here instead of one a ticker.
    if (capabilities.needsUrl) await (await openProvider(config)).close();
    const tickers = await tickersOf(request);
    return { ...request, tickers, intervals: [...new Set(request.intervals ?? ['1d' as const])] };
  };
  return {
    capabilities,
    scan: () => store.scan(),
    plan: async (request = {}) =>
      (await prepare(await requestOf(request), store, capabilities, clock())).plan,
    backfill: async (request = {}) =>
      backfill(await requestOf(request), {
        store,
        capabilities,
        context: { storeUrl: options.store, provider: config },
        openTraffic: () => openTrafficOf(options, config, capabilities),
        startRunner: async (tasks, shared) => {
          const { startPool } = await import('../pool/pool.ts');
          const size = poolSize(options, capabilities, tasks);
          return startPool({ ...size, shared, taskDeadlineMs: deadlineOf(size, capabilities) });
        },
        clock,
        ...(request.onEvent && { onEvent: request.onEvent }),
        ...(request.stop && { stop: request.stop }),
      }),
    coverage: async (request = {}) => {
      const tickers = request.tickers === undefined ? undefined : await tickersOf(request);
      return coverageOf(store, capabilities, clock(), request, tickers);
    },
    read: async (series, range = {}) => store.readBars(canonical(series), dayRange(range)),
    actions: (ticker) => store.readActions(parseTicker(ticker)),
    forget: async (tickers, range = {}) => forget(store, await tickersOf({ tickers }), range),
    close: () => Promise.resolve(),
  };
}

async function listTickers(config: ProviderConfig): Promise<readonly string[]> {
  const provider = await openProvider(config);
  try {
    return await provider.listTickers();
  } finally {
    await provider.close();
  }
}

/** Throws `invalid-ticker` and `unsupported-interval`. */
function canonical({ ticker, interval }: Series): Series {
  if (isInterval(interval)) return { ticker: parseTicker(ticker), interval };
  throw new BackfillError('unsupported-interval', `there is no interval "${String(interval)}"`);
}
