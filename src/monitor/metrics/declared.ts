/** What a metric is before it has a value. */
export interface Declared {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** Labels beside those of a ticker. */
  readonly labels: readonly string[];
  /** Whether it has `node_id`, the ticker, unless that is dropped, and `interval`. Default: it has not. */
  readonly isOfSeries?: true;
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
}

/** From a local server to a provider that lets nobody in for two minutes, in seconds. */
const FETCH_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120];
/** From a folder in memory to a disk on its knees, in seconds. */
const COMMIT_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const PROVIDER = ['provider'] as const;
const QUOTA = ['provider', 'window'] as const;
const CALENDAR = ['calendar'] as const;

/** Every metric that is exported. */
export const DECLARED = {
  build: gauge('backfill_build_info', 'Always 1', ['version']),
  jobs: gauge('backfill_jobs_in_progress', 'Tasks in work: a task is one request, or one chain of pages'),
  queue: gauge('backfill_queue_depth', 'Tasks of the run that are not handed out yet'),
  workers: gauge('backfill_workers', 'Threads that work for the run'),
  inProgress: gauge('backfill_run_in_progress', '1 while a run goes on, else 0'),
  completion: gauge('backfill_completion_ratio', 'Part of what the run is to fill that is done, from 0 to 1'),
  lastTimestamp: ofSeries(
    'gauge',
    'backfill_last_timestamp',
    'Start of the last bar stored, in Unix seconds',
  ),
  retry: ofSeries('counter', 'backfill_retry_total', 'Requests sent again because no usable answer came'),
  failure: ofSeries('counter', 'backfill_failure_total', 'Runs that a series failed in'),
  errors: counter('backfill_errors_total', 'Series that failed, by the code of the error', [
    'provider',
    'code',
  ]),
  requests: counter('backfill_requests_total', 'Requests sent, repeated ones too', PROVIDER),
  succeeded: counter(
    'backfill_requests_succeeded_total',
    'Requests that brought what they asked for',
    PROVIDER,
  ),
  retried: counter(
    'backfill_requests_retried_total',
    'Those sent again because no usable answer came',
    PROVIDER,
  ),
  throttles: counter(
    'backfill_throttles_total',
    'Times that the provider asked to slow down (429)',
    PROVIDER,
  ),
  bytes: counter('backfill_received_bytes_total', 'Bytes of answers as they came over the network', PROVIDER),
  bars: counter(
    'backfill_bars_total',
    'Bars that came and were stored, also those that were there',
    PROVIDER,
  ),
  rows: counter('backfill_rows_total', 'Rows by their fate', ['provider', 'fate']),
  series: counter('backfill_series_total', 'Series by what a run did for them', ['outcome']),
  runs: counter('backfill_runs_total', 'Runs by how they ended', ['result']),
  fetch: histogram(
    'backfill_fetch_duration_seconds',
    'Wait of a task for its answers',
    PROVIDER,
    FETCH_BUCKETS,
  ),
  commit: histogram(
    'backfill_commit_duration_seconds',
    'Time to check and commit a task',
    [],
    COMMIT_BUCKETS,
  ),
  quotaLimit: gauge('backfill_quota_limit', 'Requests that a quota allows in its window', QUOTA),
  quotaUsed: gauge('backfill_quota_used', 'Those used in this window by all who share the key', QUOTA),
  paused: gauge('backfill_paused_seconds', 'How long no request is sent, as the provider asked', PROVIDER),
  lastRunStart: gauge('backfill_last_run_start_timestamp_seconds', 'When the last run began'),
  lastRunEnd: gauge('backfill_last_run_end_timestamp_seconds', 'When the last run ended'),
  lastRunCode: gauge('backfill_last_run_exit_code', 'The exit code that it earned: 0, all is well'),
  overdue: gauge('backfill_sessions_overdue', 'Settled sessions that are not stored', CALENDAR),
  seriesOverdue: gauge('backfill_series_overdue', 'Series that lack one of those', CALENDAR),
  due: gauge(
    'backfill_session_due_timestamp_seconds',
    'When the oldest session that is not stored settles, or settled',
    CALENDAR,
  ),
  coverage: gauge(
    'backfill_coverage_ratio',
    'Part of the sessions that is stored and final, from 0 to 1',
    CALENDAR,
  ),
  stored: gauge('backfill_series', 'Series in the store', CALENDAR),
  storeUp: gauge('backfill_store_up', 'Whether the store is there and can be read: 1 or 0'),
} as const satisfies Readonly<Record<string, Declared>>;

function gauge<const Labels extends readonly string[] = readonly []>(
  name: string,
  help: string,
  labels: Labels = [] as unknown as Labels,
) {
  return { name, kind: 'gauge', help, labels } as const;
}

function counter<const Labels extends readonly string[]>(name: string, help: string, labels: Labels) {
  return { name, kind: 'counter', help, labels } as const;
}

function ofSeries<const Kind extends 'counter' | 'gauge'>(kind: Kind, name: string, help: string) {
  return { name, kind, help, labels: [], isOfSeries: true } as const;
}

function histogram<const Labels extends readonly string[]>(
  name: string,
  help: string,
  labels: Labels,
  buckets: readonly number[],
) {
  return { name, kind: 'histogram', help, labels, buckets } as const;
}
