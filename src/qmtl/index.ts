// The names of QMTL's guide to backfilling, over the library: `import … from 'backfill/qmtl'`.

export type {
  AutoBackfillStrategy,
  BoundStream,
  DataFetcher,
  FetchSource,
  GivenSeries,
  HistoryBackend,
  HistoryProvider,
  NodeSeries,
} from './history-provider.ts';
export type { HistoryRow } from './history-rows.ts';
export type { GivenInterval } from './intervals.ts';
export type { TimeRange } from './time-ranges.ts';
export { type BackendOptions, QuestDBBackend } from './questdb-backend.ts';
export {
  type AugmentedOptions,
  AugmentedHistoryProvider,
  FetcherBackfillStrategy,
  LiveReplayBackfillStrategy,
  QuestDBHistoryProvider,
  QuestDBHistoryProvider as QuestDBLoader,
  type QuestDBProviderOptions,
} from './augmented-provider.ts';
export { ensureHistory } from './ensure-history.ts';
export { BackfillState } from './backfill-state.ts';
export { NodeCache, type Timed } from './node-cache.ts';
export { BackfillEngine, type LoadOptions, type LoadedNode } from './backfill-engine.ts';
export { type EventRecorder, EventRecorderService } from './event-recorder.ts';
export { QuestDBRecorder } from './questdb-recorder.ts';
export { StreamInput, type StreamOptions } from './stream-input.ts';
export { type NodeOptions, type NodeValue, type NodeView, Pipeline, ProcessingNode } from './pipeline.ts';
export {
  type RunOptions,
  Runner,
  Strategy,
  type StrategyClass,
  type StrategySetup,
  type WarmStrategy,
  type WarmupOptions,
} from './runner.ts';
export { metrics } from './metrics.ts';
export {
  BackfillError,
  type FillStrategy,
  type Interval,
  type MetricsServer,
  type ProviderConfig,
} from '../index.ts';
