import { type Names, assertKnown } from '../core/known-names.ts';
import type { Series } from '../core/bars/bars.ts';
import type { RangeOptions } from '../backfill/want/wanted.ts';
import type { ProviderConfig } from '../providers/provider.ts';
import type { ActionsChange } from './actions-by-hand.ts';
import type { DoctorOptions } from './doctor.ts';
import type {
  AdjustOptions,
  BackfillOptions,
  DateRange,
  ExportRequest,
  ForgetOptions,
  ForgetRange,
  History,
  HistoryOptions,
  HistoryRequest,
  ReadOptions,
  RenameOptions,
  RenameRange,
  RevisionsRequest,
  SeriesSelection,
  VerifyOptions,
} from './history.ts';

const DATES = { start: true, end: true } satisfies Names<DateRange>;
const RANGE = { ...DATES, days: true, years: true, includeProvisional: true } satisfies Names<RangeOptions>;
const SELECTION = { tickers: true, intervals: true } satisfies Names<SeriesSelection>;
const REQUEST = { ...SELECTION, ...RANGE } satisfies Names<HistoryRequest>;
const RUN = { onEvent: true, stop: true } as const;
const BACKFILL = { ...REQUEST, ...RUN, everything: true } satisfies Names<BackfillOptions>;
const VERIFY = { ...REQUEST, ...RUN, sample: true, seed: true } satisfies Names<VerifyOptions>;
const ADJUST = { adjust: true, asOf: true } satisfies Names<AdjustOptions>;
const READ = { ...DATES, ...ADJUST } satisfies Names<ReadOptions>;
const EXPORT = {
  ...READ,
  ...{ tickers: true, interval: true, format: true, to: true, stop: true },
} satisfies Names<ExportRequest>;
const FORGET = { ...DATES, intervals: true } satisfies Names<ForgetRange>;
const PROGRESS = { onProgress: true } satisfies Names<ForgetOptions>;
const MAP_FILE = { keepNew: true } satisfies Names<RenameOptions>;

/** By method: which of its arguments has options, and their names. */
const OF_METHODS: Readonly<
  Partial<Record<keyof History, readonly [argument: number, Readonly<Record<string, true>>]>>
> = {
  plan: [0, BACKFILL],
  backfill: [0, BACKFILL],
  coverage: [0, REQUEST],
  notFound: [0, { ...REQUEST, stop: true }],
  verify: [0, VERIFY],
  issues: [0, SELECTION],
  revisions: [0, { ...SELECTION, onDamage: true } satisfies Names<RevisionsRequest>],
  read: [1, READ],
  query: [2, ADJUST],
  views: [0, ADJUST],
  unadjustable: [0, ADJUST],
  doubtfulDividends: [0, { ...ADJUST, tickers: true }],
  export: [0, EXPORT],
  changeActions: [1, { add: true, withdraw: true } satisfies Names<ActionsChange>],
  forgettable: [1, FORGET],
  forget: [1, { ...FORGET, ...PROGRESS }],
  restore: [1, PROGRESS],
  rename: [2, { ...DATES, ...MAP_FILE, on: true, inAdvance: true } satisfies Names<RenameRange>],
  renameByMapFile: [1, MAP_FILE],
  doctor: [0, { fix: true } satisfies Names<DoctorOptions>],
};

/** Throws `usage` for an option that a method of `History` does not have: it would be left out in silence. */
export function assertOptions(method: string, given: readonly unknown[]): void {
  const [argument, names] = OF_METHODS[method as keyof History] ?? [];
  if (argument !== undefined && names !== undefined) assertKnown(method, given[argument], names);
  if (method === 'read')
    assertKnown('the series of read', given[0], { ticker: true, interval: true } satisfies Names<Series>);
}

const HISTORY = {
  ...{ store: true, provider: true, secrets: true, workers: true, concurrency: true },
  ...{ quotas: true, stateFolder: true, clock: true },
} satisfies Names<HistoryOptions>;

const PROVIDER = {
  ...{ id: true, module: true, settings: true, url: true, timeoutMs: true },
} satisfies Names<ProviderConfig>;

/** The same of `openHistory`. */
export function assertHistoryOptions(options: HistoryOptions | null | undefined): void {
  assertKnown('openHistory', options, HISTORY);
  assertKnown('provider', options?.provider, PROVIDER);
}
