// The public library; the command line uses nothing else.

export { openHistory } from './library/open-history.ts';
export { openMarket, startSimulator } from './library/markets.ts';
export type {
  BackfillOptions,
  DateRange,
  Forgotten,
  History,
  HistoryOptions,
  HistoryRequest,
} from './library/history.ts';
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
