import { type Names, assertKnown } from '../core/known-names.ts';
import { type Kind, assertKind, assertOptions } from '../core/option-kinds.ts';
import type { Series } from '../core/bars/bars.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import { providersIn } from './check-request.ts';
import type { History, HistoryOptions, ReaderOptions } from './history.ts';
import type { OpenAttached, PlannerOptions } from './queue-calls.ts';
import type { WorkerOptions } from './worker-options.ts';

/** The names of what a method takes as its argument of that number. */
type NamesOf<Method extends Exclude<keyof History, 'capabilities'>, Argument extends number> = Names<
  NonNullable<Parameters<History[Method]>[Argument]>
>;

const DATES = { start: true, end: true } as const;
const RANGE = { ...DATES, days: true, years: true, includeProvisional: true } as const;
const SELECTION = { tickers: true, intervals: true } as const;
const REQUEST = { ...SELECTION, ...RANGE } as const;
const RUN = { onEvent: true, stop: true } as const;
const BACKFILL = {
  ...REQUEST,
  ...RUN,
  everything: true,
  derive: true,
  retryFailed: true,
  secondOpinion: true,
} as const;
const FILL = { ...RUN, maxRetries: true, strategy: true } as const;
const ADJUST = { adjust: true, asOf: true } as const;
const READ = { ...DATES, ...ADJUST, require: true } as const;
const WARMUP = { ...FILL, series: true, period: true, interval: true, end: true, offline: true } as const;
const FORGET = { ...DATES, intervals: true } as const;
const RENAME_DATES = { ...DATES, on: true } as const;
const RENAME = { ...RENAME_DATES, keepNew: true, inAdvance: true } as const;
const EXPORT = {
  ...DATES,
  ...ADJUST,
  tickers: true,
  interval: true,
  intervals: true,
  perTicker: true,
  format: true,
  to: true,
  stop: true,
} as const;

/** By method: which of its arguments has options, and their names. */
const OF_METHODS: Readonly<
  Partial<Record<keyof History, readonly [argument: number, Readonly<Record<string, true>>]>>
> = {
  scan: [0, SELECTION satisfies NamesOf<'scan', 0>],
  universe: [0, { ...BACKFILL, keeps: true } satisfies NamesOf<'universe', 0>],
  plan: [0, { ...BACKFILL, plan: true, to: true } satisfies NamesOf<'plan', 0>],
  backfill: [0, { ...BACKFILL, plan: true } satisfies NamesOf<'backfill', 0>],
  leftUndone: [0, { ...SELECTION, derive: true, stop: true } satisfies NamesOf<'leftUndone', 0>],
  runs: [0, { last: true } satisfies NamesOf<'runs', 0>],
  seriesStatus: [0, SELECTION satisfies NamesOf<'seriesStatus', 0>],
  coverage: [0, REQUEST satisfies NamesOf<'coverage', 0>],
  freshness: [0, SELECTION satisfies NamesOf<'freshness', 0>],
  coverageHtml: [0, REQUEST satisfies NamesOf<'coverageHtml', 0>],
  notFound: [0, { ...REQUEST, stop: true } satisfies NamesOf<'notFound', 0>],
  missing: [1, RANGE satisfies NamesOf<'missing', 1>],
  fillMissing: [1, RANGE satisfies NamesOf<'fillMissing', 1>],
  ensureRange: [1, RANGE satisfies NamesOf<'ensureRange', 1>],
  warmup: [0, WARMUP satisfies NamesOf<'warmup', 0>],
  verify: [0, { ...REQUEST, ...RUN, sample: true, seed: true } satisfies NamesOf<'verify', 0>],
  issues: [0, SELECTION satisfies NamesOf<'issues', 0>],
  revisions: [0, { ...SELECTION, onDamage: true } satisfies NamesOf<'revisions', 0>],
  read: [1, READ satisfies NamesOf<'read', 1>],
  batches: [1, { ...READ, columns: true } satisfies NamesOf<'batches', 1>],
  replay: [1, { ...READ, columns: true, rows: true } satisfies NamesOf<'replay', 1>],
  plot: [1, { ...RANGE, ...ADJUST } satisfies NamesOf<'plot', 1>],
  query: [2, ADJUST satisfies NamesOf<'query', 2>],
  views: [0, ADJUST satisfies NamesOf<'views', 0>],
  unadjustable: [0, ADJUST satisfies NamesOf<'unadjustable', 0>],
  doubtfulDividends: [0, { ...ADJUST, tickers: true } satisfies NamesOf<'doubtfulDividends', 0>],
  export: [0, EXPORT satisfies NamesOf<'export', 0>],
  changeActions: [1, { add: true, withdraw: true } satisfies NamesOf<'changeActions', 1>],
  forgettable: [1, FORGET satisfies NamesOf<'forgettable', 1>],
  forget: [1, { ...FORGET, onProgress: true } satisfies NamesOf<'forget', 1>],
  restore: [1, { onProgress: true } satisfies NamesOf<'restore', 1>],
  rename: [2, RENAME satisfies NamesOf<'rename', 2>],
  undoRename: [2, RENAME_DATES satisfies NamesOf<'undoRename', 2>],
  renameByMapFile: [1, { keepNew: true } satisfies NamesOf<'renameByMapFile', 1>],
  doctor: [0, { fix: true } satisfies NamesOf<'doctor', 0>],
};

/** The same of a second one that has options. */
const BESIDES: typeof OF_METHODS = {
  fillMissing: [2, FILL satisfies NamesOf<'fillMissing', 2>],
  ensureRange: [2, FILL satisfies NamesOf<'ensureRange', 2>],
};

const BOTH_TICKERS = [
  [0, 'a text', 'the old ticker'],
  [1, 'a text', 'the new ticker'],
] as const;

/** By method: which of its arguments nobody may leave out, and what they must be. Those that other checks hear are not here. */
const NEEDED: Readonly<
  Partial<Record<keyof History, readonly (readonly [argument: number, must: Kind, what: string])[]>>
> = {
  read: [[0, 'an object', 'the series']],
  plot: [[0, 'an object', 'the series']],
  warmup: [[0, 'an object', 'the request']],
  query: [
    [0, 'a text', 'the SELECT'],
    [1, 'a function', 'what takes the rows'],
  ],
  actions: [[0, 'a text', 'the ticker']],
  actionBook: [[0, 'a text', 'the ticker']],
  contradictedSplits: [[0, 'a text', 'the ticker']],
  changeActions: [
    [0, 'a text', 'the ticker'],
    [1, 'an object', 'the change'],
  ],
  run: [[0, 'a text', 'the id']],
  restore: [[0, 'a text', 'the id']],
  rename: BOTH_TICKERS,
  undoRename: BOTH_TICKERS,
  renameByMapFile: [[0, 'a text', 'the path']],
  holding: [[0, 'a function', 'the work']],
};

/**
 * Throws `usage` for what a method of `History` cannot be called with, such as an option that it does not have, which would
 * be left out in silence.
 */
export function assertArguments(method: string, given: readonly unknown[]): void {
  for (const [argument, must, what] of NEEDED[method as keyof History] ?? [])
    assertKind(method, what, given[argument], must);
  for (const of of [OF_METHODS, BESIDES]) {
    const [argument, names] = of[method as keyof History] ?? [];
    if (argument === undefined || names === undefined || given[argument] === undefined) continue;
    assertOptions(method, given[argument], names, argument === 0 ? 'the request' : 'the options');
  }
  if (OF_SERIES.has(method)) for (const one of [given[0]].flat()) assertSeries(method, one);
}

/** Methods whose first argument is a series, or several. */
const OF_SERIES: ReadonlySet<string> = new Set([
  'read',
  'plot',
  'batches',
  'replay',
  'record',
] satisfies (keyof History)[]);

function assertSeries(method: string, series: unknown): void {
  assertKind(method, 'the series', series, 'an object');
  assertKnown(`the series of ${method}`, series, { ticker: true, interval: true } satisfies Names<Series>);
}

const HISTORY = {
  ...{ store: true, provider: true, secrets: true, workers: true, concurrency: true },
  ...{ inFlight: true, recycleAfter: true, requestDelayMs: true, rateShare: true },
  ...{ quotas: true, stateFolder: true, quotaUrl: true, clock: true, listUrls: true },
  ...{ queue: true, world: true, requestedAsOf: true },
} satisfies Names<HistoryOptions>;

const WORKER = {
  ...{ store: true, queue: true, name: true, onLease: true, onNote: true },
  ...{ workers: true, concurrency: true },
  ...{ inFlight: true, recycleAfter: true, requestDelayMs: true, stateFolder: true },
} satisfies Names<WorkerOptions>;

/** The same of `startWorker`. */
export function assertWorkerOptions(options: WorkerOptions): void {
  assertOptions('startWorker', options, WORKER);
}

const PLANNER = {
  ...{ store: true, queue: true, name: true, onNote: true, stateFolder: true, carryOut: true },
} satisfies Names<PlannerOptions>;

/** The same of `startPlanner`. */
export function assertPlannerOptions(options: PlannerOptions): void {
  assertOptions('startPlanner', options, PLANNER);
}

const ATTACHED = {
  ...{ queue: true, run: true, store: true, secrets: true, stateFolder: true, clock: true },
} satisfies Names<OpenAttached>;

/** The same of `openAttached`. */
export function assertAttachedOptions(options: OpenAttached): void {
  assertOptions('openAttached', options, ATTACHED);
}

const PROVIDER = {
  ...{ id: true, module: true, settings: true, url: true, timeoutMs: true, maxRetries: true },
} satisfies Names<ProviderConfig>;

/** The same of `openHistory`. */
export function assertHistoryOptions(options: HistoryOptions | ReaderOptions | null | undefined): void {
  if (options === undefined || options === null || typeof options !== 'object') return;
  assertOptions('openHistory', options, HISTORY);
  for (const one of providersIn(options.provider))
    if (typeof one === 'object' && one !== null) assertOptions('provider', one, PROVIDER);
}
