// The public library: `import … from 'backfill'`. The command line does its work with nothing else.

export { renamedTickers } from './library/rename.ts';
export { openHistory } from './library/open-history.ts';
export { type CopyOptions, copyStore } from './library/copy.ts';
export type { CopyFailed, CopyReport } from './copy/copied.ts';
export type { CopyStep } from './copy/copy.ts';
export type { CopySums } from './copy/sums.ts';
export { openMarket, startSimulator } from './library/markets.ts';
export type {
  BackfillOptions,
  History,
  HistoryOptions,
  HistoryRequest,
  PlanRequest,
  ReaderOptions,
  SeriesSelection,
  UniverseRequest,
  VerifyOptions,
} from './library/history.ts';
export type { BroughtBack, Forgettable, ForgetOptions, Forgotten } from './library/forgotten.ts';
export type { BarBatch, BarBatches, BarBatchOptions, BarColumn, BarColumns } from './library/bar-batch.ts';
export type {
  Replay,
  ReplayBatch,
  ReplayOptions,
  ReplayRow,
  ReplayRowOptions,
} from './library/replay-batch.ts';
export { BAR_COLUMNS } from './library/bar-batch.ts';
export type { SourceNote } from './library/source-note.ts';
export { EXPORT_FORMATS, type ExportFormat } from './library/read-options.ts';
export type {
  AdjustOptions,
  DateRange,
  ExportRequest,
  PlotOptions,
  ReadOptions,
} from './library/read-options.ts';
export type { RenameDates, RenameRange, RenameUndone, Renamed } from './library/renamed.ts';
export { BackfillError } from './core/errors.ts';
export { INTERVALS, type Interval } from './core/session/interval.ts';
export type { ActionBook } from './core/actions/action-book.ts';
export type { Bar, CorporateAction, Series } from './core/bars/bars.ts';
export type { Plan } from './core/plan/plan.ts';
export type { OtherTier, Route } from './core/plan/route.ts';
export type { Task } from './core/plan/task.ts';
export { type Quota, type QuotaStanding, parseQuotas } from './core/plan/quota.ts';
export { type RangeOptions, assertRange } from './backfill/want/wanted.ts';
export type { BackfillEvent } from './backfill/run/events.ts';
export type { Failure } from './backfill/failure.ts';
export type { RunSummary } from './backfill/settle/summary.ts';
export { type OpenObserver, type RunObserver, observedBy } from './monitor/observer.ts';
export type { RunMetrics } from './monitor/metrics/run-metrics.ts';
export type { MetricsAddress, MetricsServer } from './monitor/metrics/serve.ts';
export { type MetricsOptions, openMetrics, serveRunMetrics } from './library/open-metrics.ts';
export {
  DASHBOARD_HOST,
  DASHBOARD_PORT,
  type Dashboard,
  type DashboardOptions,
  startDashboard,
} from './server/dashboard.ts';
export { startWorker, workerName } from './library/worker.ts';
export type { WorkerOptions } from './library/worker-options.ts';
export type { QueueWorker } from './queue/options.ts';
export type { LeaseEvent } from './queue/lease-events.ts';
export { joinRuns } from './backfill/settle/joined-runs.ts';
export type { CoverageHtml } from './report/coverage-page/page-html.ts';
export type { CoverageReport } from './report/coverage.ts';
export type { Freshness } from './core/coverage/freshness.ts';
export type { SeriesCoverage } from './report/series-coverage.ts';
export type { Capabilities, ProviderConfig, Secrets } from './providers/provider.ts';
export type { CsvSettings } from './providers/csv/settings.ts';
export type { SampleSettings } from './providers/sample/settings.ts';
export { loadProvider } from './providers/module/load-module.ts';
export type { ModuleConfig } from './providers/module/module-config.ts';
export { listProviders } from './library/provider-list.ts';
export type { ProviderEntry } from './report/providers-text.ts';
export {
  capabilitiesOf,
  providerIds,
  providersToldByName,
  providersWithSetting,
  tierNames,
  usualYears,
} from './providers/registry.ts';
export type { Scan } from './store/scan.ts';
export { isInterval } from './core/session/interval.ts';
export type { RunOnRecord, RunsOnRecord } from './report/runs-text.ts';
export type { SeriesRevision } from './report/revisions-text.ts';
export type { IssuesReport } from './report/issues.ts';
export type { ActionsChange } from './library/actions-by-hand.ts';
export type { DoctorOptions } from './library/doctor.ts';
export type { ForgetStep, ForgottenEntry, Restored } from './store/forgotten.ts';
export type { Damage, DamageKind, Examination } from './store/damage.ts';
export { type DiscoverOptions, discover } from './library/discover.ts';
export type { Discovered } from './report/discovered-text.ts';
export { CATEGORIES, type Category, type Member } from './core/universe/member.ts';
export type { Universe } from './core/universe/universe.ts';
export { type Batch, type BatchOptions, batchesOf } from './core/universe/batches.ts';
export { PUBLIC_INDICES, PUBLIC_LISTS } from './providers/listings/public-lists.ts';
export { inspectFiles } from './library/inspect.ts';
export type { InspectRequest, InspectedFile, InspectedSeries, Inspection } from './report/inspection.ts';
export type { Market } from './market/market.ts';
export type { RequestLogEntry, Simulator, SimulatorOptions } from './simulator/server.ts';
export { ADJUSTMENTS, type Adjustment } from './core/adjust/factors.ts';
export type {
  AbsentSpan,
  DamagedFile,
  LackReason,
  LackingSpan,
  SessionSpan,
  SpansOf,
  Verdict,
} from './library/verdict.ts';
export type { Ensured, FillOptions, FillStrategy, SeriesList, WarmupRequest } from './library/filling.ts';
export type { LiveBar } from './library/live-bar.ts';
export type { Exported } from './library/exported.ts';
export type { NotFound } from './library/not-found.ts';
export { misspeltTickers } from './library/misspelt-tickers.ts';
export type { SqlRows, SqlValue } from './store/sql.ts';
export {
  type OpenAttached,
  type PlannerOptions,
  type QueueDesk,
  type QueuedRun,
  enqueueRun,
  openAttached,
  openQueueDesk,
  startPlanner,
} from './library/queue-calls.ts';
