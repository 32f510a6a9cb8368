import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { type BackfillEvent, backfill } from './backfill/backfill.ts';
import { type BackfillRequest, prepare } from './backfill/prepare.ts';
import type { Traffic } from './backfill/traffic.ts';
import type { RunSummary } from './backfill/summary.ts';
import { resolveTickers } from './backfill/universe.ts';
import { type RangeOptions, parseRange } from './backfill/wanted.ts';
import { type Bar, type CorporateAction, type Series, UNKNOWN_IDENTITY, seriesKey } from './core/bars.ts';
import { calendarFor } from './core/calendar/calendars.ts';
import { NOTHING_KNOWN, knownSpan } from './core/coverage.ts';
import { type DayRange, parseDay } from './core/day.ts';
import { BackfillError } from './core/errors.ts';
import { type Interval, isInterval } from './core/interval.ts';
import { type Plan, type Quota, leastTime } from './core/plan.ts';
import { parseTicker } from './core/ticker.ts';
import type { Market } from './market/market.ts';
import type { Capabilities, ProviderConfig } from './providers/provider.ts';
import { monotonicNow } from './providers/http/gate-state.ts';
import { isPaced } from './providers/http/quota-keeper.ts';
import { assertConfigured, capabilitiesOf, openProvider } from './providers/registry.ts';
import { type CoverageReport, reportCoverage } from './report/coverage.ts';
import type { Simulator, SimulatorOptions } from './simulator/server.ts';
import { openStore } from './store/open.ts';
import type { BarStore, Scan, SeriesState } from './store/store.ts';

/** Tries of a request at most, and what they and the pauses between them take at most. */
const TRIES = 8;
const TASK_MINUTES = 20;

export interface HistoryOptions {
  /** Path or URL of the store. */
  readonly store: string;
  /** Where bars come from. Default Yahoo. */
  readonly provider?: ProviderConfig;
  /** Worker threads. Default `auto`: one a CPU. Never more than there are tasks. */
  readonly workers?: number | 'auto';
  /** Fetches in flight a worker. Default `auto`: what the provider bears, shared out. */
  readonly concurrency?: number | 'auto';
  /** Limits to keep instead of those that the provider declares, e.g. `parseQuotas('5/min,500/day')`. */
  readonly quotas?: readonly Quota[];
  /** Folder of what outlives a store: the use of each key's quota. Default `~/.local/state/backfill`. */
  readonly stateFolder?: string;
  /** ms since the epoch. Default: the system's clock. */
  readonly clock?: () => number;
}

export interface HistoryRequest extends RangeOptions {
  /** A list of tickers, or what `--tickers` takes: `AAPL,MSFT`, `@file`, `portfolio`, `all`, a stored universe. */
  readonly tickers?: string | readonly string[];
  /** Default `['1d']`. */
  readonly intervals?: readonly Interval[];
}

export interface BackfillOptions extends HistoryRequest {
  /** Fetch everything again, whatever is there. Default false. */
  readonly everything?: boolean;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Aborted: finish what is in work, then end with `interrupted` in the summary. */
  readonly stop?: AbortSignal;
}

/** What `forget` removed. */
export interface Forgotten {
  readonly rows: number;
  /** Partitions that could not be read and were moved to quarantine: they count as missing too. */
  readonly setAside: Scan['setAside'];
}

/** Session dates, both inclusive, `YYYY-MM-DD`. Default: all. */
export interface DateRange {
  readonly start?: string;
  readonly end?: string;
}

/**
 * The price history of many tickers, kept complete in a store. Methods throw `BackfillError`; match on its `code`.
 *
 * @example
 * const history = await openHistory({ store: './data' });
 * await history.backfill({ tickers: ['AAPL', 'MSFT'], days: 252 });
 * const bars = await history.read({ ticker: 'AAPL', interval: '1d' }, { start: '2026-01-01' });
 * await history.close();
 */
export interface History {
  readonly capabilities: Capabilities;
  /** What the store knows of each series, without reading bars. */
  scan(): Promise<Scan>;
  /** What a backfill would do. Makes no request and changes nothing. */
  plan(request?: BackfillOptions): Promise<Plan>;
  /** Closes the gaps. Failures of single tickers are in the summary, not thrown. */
  backfill(request?: BackfillOptions): Promise<RunSummary>;
  /**
   * Coverage of stored series. Default range: from the first session known of each series to the last settled one.
   * Default tickers: all in the store.
   */
  coverage(request?: HistoryRequest): Promise<CoverageReport>;
  /** Stored bars, as traded, ascending. */
  read(series: Series, range?: DateRange): Promise<Bar[]>;
  /** Stored splits and dividends of a ticker, ascending by ex-date. */
  actions(ticker: string): Promise<CorporateAction[]>;
  /** Removes rows and knowledge, so that they count as missing. */
  forget(
    tickers: string | readonly string[],
    range?: DateRange & { intervals?: readonly Interval[] },
  ): Promise<Forgotten>;
  close(): Promise<void>;
}

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
          const { startPool } = await import('./pool/pool.ts');
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

/** The market that a user names: `sample` (with its seed, default 1), or a folder of CSV files. Throws `usage`. */
export async function openMarket(from: string, seed?: number): Promise<Market> {
  const { sampleMarket } = await import('./market/sample.ts');
  if (from === 'sample') return sampleMarket(seed);
  const { csvFolderMarket } = await import('./market/csv-folder.ts');
  return csvFolderMarket(from);
}

/** Serves a market on loopback as a provider would. Throws `usage` where the port cannot be taken. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { startSimulator: start } = await import('./simulator/server.ts');
  return start(options);
}

async function openTrafficOf(
  options: HistoryOptions,
  config: ProviderConfig,
  { metered, quotas }: Capabilities,
): Promise<Traffic> {
  const { openTraffic, quotaFileOf } = await import('./backfill/traffic.ts');
  const folder = options.stateFolder ?? join(homedir(), '.local', 'state', 'backfill');
  const quotaFile = metered ? quotaFileOf(folder, config) : undefined;
  return openTraffic({ quotas, quotaFile, clocks: { wall: Date.now, gate: monotonicNow } });
}

/** Threads and fetches in flight in each, within what the provider declares. */
function poolSize(
  { workers = 'auto', concurrency = 'auto' }: HistoryOptions,
  { maxInFlight, defaultInFlight }: Capabilities,
  tasks: number,
): { workers: number; concurrency: number } {
  const ceiling = maxInFlight ?? Number.POSITIVE_INFINITY;
  const threads = Math.min(workers === 'auto' ? availableParallelism() : workers, tasks, ceiling);
  const wanted = concurrency === 'auto' ? Math.floor(defaultInFlight / threads) : concurrency;
  return { workers: threads, concurrency: Math.max(1, Math.min(wanted, Math.floor(ceiling / threads))) };
}

/** A task's tries take minutes at most, but before each it may queue for the quota behind all others. */
function deadlineOf(size: { workers: number; concurrency: number }, { quotas }: Capabilities): number {
  const queued = leastTime(TRIES * size.workers * size.concurrency, quotas.filter(isPaced)) ?? 0;
  return TASK_MINUTES * 60_000 + queued;
}

async function listTickers(config: ProviderConfig): Promise<readonly string[]> {
  const provider = await openProvider(config);
  try {
    return await provider.listTickers();
  } finally {
    await provider.close();
  }
}

async function coverageOf(
  store: BarStore,
  capabilities: Capabilities,
  now: number,
  request: HistoryRequest,
  tickers: readonly string[] | undefined,
): Promise<CoverageReport> {
  const { intervals, days, years, start, end } = request;
  const scan = await store.scan({ ...(tickers && { tickers }), ...(intervals && { intervals }) });
  const series = new Map(scan.series);
  for (const ticker of tickers ?? []) {
    for (const interval of intervals ?? ['1d']) {
      const key = seriesKey({ ticker, interval });
      if (!series.has(key)) series.set(key, nothingStored({ ticker, interval }));
    }
  }
  const wholeRange = [days, years, start, end].every((option) => option === undefined);
  const wanted = parseRange(request);
  return reportCoverage({ ...scan, series }, ({ series: { interval }, coverage }, calendar) => {
    const settled = calendar.lastSettled(now, capabilities.intervals[interval]?.settleDelayMs ?? 0);
    const known = knownSpan(coverage);
    // Another provider may have settled the last session sooner than this one would.
    const last = known === undefined ? settled : Math.max(settled, known.to - 1);
    return wholeRange && known !== undefined ? { from: known.from, to: last + 1 } : wanted(calendar, last);
  });
}

/** Throws `invalid-ticker` and `unsupported-interval`. */
function canonical({ ticker, interval }: Series): Series {
  if (isInterval(interval)) return { ticker: parseTicker(ticker), interval };
  throw new BackfillError('unsupported-interval', `there is no interval "${String(interval)}"`);
}

/** The state of a series that was asked for and is not in the store. */
function nothingStored(series: Series): SeriesState {
  const calendar = calendarFor(series.ticker).id;
  return { series, calendar, coverage: NOTHING_KNOWN, identity: UNKNOWN_IDENTITY, rows: 0, fetchedAt: null };
}

async function forget(
  store: BarStore,
  tickers: readonly string[],
  range: DateRange & { intervals?: readonly Interval[] },
): Promise<Forgotten> {
  const days = dayRange(range);
  const writer = await store.acquire();
  try {
    const { intervals } = range;
    const scan = await store.scan({ tickers, ...(intervals && { intervals }) });
    let rows = 0;
    for (const { series } of scan.series.values()) rows += await store.forget(series, days);
    return { rows, setAside: scan.setAside };
  } finally {
    await writer.release();
  }
}

/** User dates, both inclusive, as a range of days; undefined for no bounds. */
function dayRange({ start, end }: DateRange): DayRange | undefined {
  if (start === undefined && end === undefined) return undefined;
  return {
    from: start === undefined ? Number.NEGATIVE_INFINITY : parseDay(start),
    to: end === undefined ? Number.POSITIVE_INFINITY : parseDay(end) + 1,
  };
}

export { BackfillError } from './core/errors.ts';
export { INTERVALS, type Interval } from './core/interval.ts';
export type { Bar, CorporateAction, Series } from './core/bars.ts';
export type { Plan, Quota, Task } from './core/plan.ts';
export { parseQuotas } from './core/quota.ts';
export type { RangeOptions } from './backfill/wanted.ts';
export type { BackfillEvent } from './backfill/backfill.ts';
export type { Failure, RunSummary } from './backfill/summary.ts';
export type { CoverageReport, SeriesCoverage } from './report/coverage.ts';
export type { Capabilities, ProviderConfig } from './providers/provider.ts';
export type { Scan } from './store/store.ts';
export { isInterval } from './core/interval.ts';
export { nothingToDoLine, openingLine, planText, progressText, summaryText } from './report/run-text.ts';
export { coverageText } from './report/coverage-text.ts';
export { formatDuration } from './report/table.ts';
export type { Market } from './market/market.ts';
export type { RequestLogEntry, Simulator, SimulatorOptions } from './simulator/server.ts';
