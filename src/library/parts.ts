import { clockOf } from './clock.ts';
import { BackfillError } from '../core/errors.ts';
import { option } from '../core/option-name.ts';
import { utcDayOf } from '../core/session/day.ts';
import { type ResolvedUniverse, resolveUniverse } from '../backfill/want/universe.ts';
import type { OpenTraffic, SharedTraffic } from '../backfill/run/traffic.ts';
import { type Quota, shareOf } from '../core/plan/quota.ts';
import type { Universe } from '../core/universe/universe.ts';
import type { Capabilities, ProviderConfig } from '../providers/provider.ts';
import { assertConfigured, capabilitiesOf } from '../providers/registry.ts';
import { withoutPassword } from '../core/without-password.ts';
import { redisAddress } from '../redis/address.ts';
import { openStore } from '../store/open.ts';
import type { BarStore, ScanOptions } from '../store/store.ts';
import { Engine, type EngineTools } from './engine.ts';
import { providersOf } from './chain-options.ts';
import type { BackfillOptions, HistoryOptions, ReaderOptions, SeriesSelection } from './history.ts';
import { listTickers } from './listed-tickers.ts';
import { NO_PROVIDER, isReader, nobodysCapabilities } from './no-provider.ts';
import { type Attached, type RunToAttach, attachedTo, joinedOrOwn } from './attached.ts';
import { assertQueue } from './queue-run.ts';
import { RecordedBars } from './recorded-bars.ts';
import { openPoolOf, openTrafficOf } from './run-tools.ts';
import { RecordedSettling } from './settle-recorded.ts';
import { withRecorded } from './with-recorded.ts';

/** What every method of a `History` works with. */
export interface Parts {
  /** The run of another planner that is gone on with. Default: none is. */
  readonly attached?: Attached;
  readonly options: HistoryOptions;
  readonly config: ProviderConfig;
  readonly capabilities: Capabilities;
  readonly engine: Engine;
  readonly store: BarStore;
  /** The same as who reads it is to see it: with the live bars that are recorded. */
  readonly readStore: BarStore;
  readonly recorded: RecordedBars;
  /** Of the whole chain. */
  readonly settling: RecordedSettling;
  /** The same of the providers that are asked for what those before them cannot give, in their order. Default: of none. */
  readonly next: readonly Parts[];
  /** ms since the epoch. */
  readonly clock: () => number;
  /** The universe to fetch: what a user names, or the default one. */
  readonly universeToFetch: (
    tickers: SeriesSelection['tickers'],
    how?: Pick<BackfillOptions, 'stop' | 'onEvent'> & { readonly keeps?: boolean },
  ) => Promise<ResolvedUniverse>;
  /** The universe to read; undefined for all that are stored, which `all` means here whatever the provider lists. */
  readonly universeToRead: (
    tickers: SeriesSelection['tickers'],
    stop?: AbortSignal,
  ) => Promise<Universe | undefined>;
  /** Its tickers. */
  readonly tickersToRead: (
    tickers: SeriesSelection['tickers'],
    stop?: AbortSignal,
  ) => Promise<readonly string[] | undefined>;
}

/** `idleMs`: how long threads stay that no run needs. Throws `unknown-provider` and `usage`. */
export function partsOf(given: HistoryOptions | ReaderOptions, run?: RunToAttach, idleMs?: number): Parts {
  if (isReader(given)) {
    const { provider: _none, ...rest } = given;
    return partsWith(countedWith(rest), NO_PROVIDER);
  }
  const options = countedWith(given);
  const [config, ...others] = providersOf(options);
  const first = partsWith(options, config, undefined, { run, idleMs });
  // Limits and keys that are given are those of the first.
  const { quotas: _quotas, secrets: _secrets, ...common } = options;
  const next = others.map((one) => partsWith(common, one, first));
  if (run === undefined) return { ...first, next };
  const attached = attachedTo(run);
  const marked = (parts: Parts): Parts => (parts.config.id === run.provider ? { ...parts, attached } : parts);
  return { ...marked(first), next: next.map(marked) };
}

/** The parts that ask one provider; `first`: those of the first one of its chain. */
function partsWith(
  options: HistoryOptions,
  config: ProviderConfig,
  first?: Parts,
  { run, idleMs }: { readonly run?: RunToAttach | undefined; readonly idleMs?: number | undefined } = {},
): Parts {
  if (config !== NO_PROVIDER) assertConfigured(config);
  assertQuotaUrl(options);
  const declared = config === NO_PROVIDER ? nobodysCapabilities() : capabilitiesOf(config);
  const capabilities = { ...declared, quotas: quotasOf(options, declared) };
  const store = first?.store ?? openStore(options.store);
  assertQueue(options, store);
  const clock = clockOf(options.clock);
  const recorded = first?.recorded ?? new RecordedBars(store.liveRecord);
  const settling = first?.settling ?? new RecordedSettling(store, recorded, clock);
  let traffic: SharedTraffic | undefined;
  const waitedMs = (): number => traffic?.awayMs() ?? 0;
  const tools: EngineTools = {
    openTraffic: async () => (traffic = await openTrafficOf(options, config, capabilities, store)),
    openPool: () => openPoolOf(options, capabilities, { idleMs, waitedMs }),
    ...(run && { acquire: () => joinedOrOwn(store, run.lock) }),
    atEnd: () => settling.end(),
  };
  const engine = first === undefined ? new Engine(store, tools) : first.engine.beside(tools);
  const openTraffic = (): Promise<OpenTraffic> => engine.openTraffic();
  const listed = (onEvent?: BackfillOptions['onEvent']): Promise<readonly string[]> =>
    listTickers({ options, config, capabilities, openTraffic, onEvent });
  const universeToFetch: Parts['universeToFetch'] = (tickers, { stop, onEvent, keeps = false } = {}) =>
    resolveUniverse(tickers, {
      ...{ stop, store, capabilities, today: utcDayOf(clock()), listTickers: () => listed(onEvent) },
      fetchList: async (name) =>
        (await import('./fetch-list.ts')).fetchList(name, { options, engine, store, now: clock(), keeps }),
      ...(keeps && {
        keepPortfolio: async (text) => void (await engine.write([], () => store.savePortfolio(text))),
      }),
    });
  const universeToRead: Parts['universeToRead'] = async (tickers, stop) =>
    tickers === undefined || tickers === 'all'
      ? undefined
      : resolveUniverse(tickers, {
          ...{ stop, store, capabilities, today: utcDayOf(clock()), listTickers: () => listed() },
        });
  return {
    options,
    config,
    capabilities,
    engine,
    store,
    readStore: withRecorded(store, recorded, clock),
    ...{ recorded, settling },
    next: [],
    ...{ clock, universeToFetch, universeToRead },
    tickersToRead: async (tickers, stop) => (await universeToRead(tickers, stop))?.tickers,
  };
}

/** Machines of a queue count together where it is. Throws `usage` where they are to count elsewhere. */
function countedWith(options: HistoryOptions): HistoryOptions {
  const { queue, quotaUrl = queue } = options;
  if (quotaUrl === undefined) return options;
  if (queue !== undefined) redisAddress(queue);
  if (queue !== undefined && quotaUrl !== queue)
    throw new BackfillError(
      'usage',
      `${option('quotaUrl')} "${withoutPassword(quotaUrl)}": the machines of a queue count where it is, in ${withoutPassword(queue)}; leave it out`,
    );
  return { ...options, quotaUrl };
}

/** Throws `usage` for what names no server in which quotas could be counted. */
function assertQuotaUrl({ quotaUrl }: HistoryOptions): void {
  if (quotaUrl === undefined) return;
  try {
    redisAddress(quotaUrl);
  } catch (error) {
    if (!(error instanceof BackfillError)) throw error;
    throw new BackfillError('usage', `${option('quotaUrl')} ${error.message}`, { cause: error });
  }
}

/** What limits the requests of a history: never more than the user allows or, if he does not say, the provider declares. */
function quotasOf({ quotas, rateShare = 1 }: HistoryOptions, declared: Capabilities): readonly Quota[] {
  return quotas ?? shareOf(declared.quotas, rateShare);
}

/** What a store is scanned for. */
export async function scanOptionsOf(
  { tickersToRead }: Parts,
  { tickers, intervals, stop }: SeriesSelection & { readonly stop?: AbortSignal },
): Promise<ScanOptions> {
  const wanted = await tickersToRead(tickers, stop);
  return { ...(wanted && { tickers: wanted }), ...(intervals && { intervals }) };
}
