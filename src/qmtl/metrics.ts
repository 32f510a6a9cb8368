import { Counter, Gauge, Registry } from 'prom-client';
import { type MetricsServer, serveRunMetrics } from '../index.ts';
import type { NodeSeries } from './history-provider.ts';
import { secondsOf } from './intervals.ts';

const registry = new Registry();
const labelNames = ['node_id', 'interval'] as const;
const registers = [registry];

const jobs = new Gauge({
  ...{ name: 'backfill_jobs_in_progress', help: 'Loads of history that are under way', registers },
});
const last = new Gauge({
  ...{ name: 'backfill_last_timestamp', help: 'Start of the last row loaded, seconds since the epoch' },
  ...{ labelNames, registers },
});
const retries = new Counter({
  ...{ name: 'backfill_retry_total', help: 'Loads tried again', labelNames, registers },
});
const failures = new Counter({
  ...{ name: 'backfill_failure_total', help: 'Loads given up', labelNames, registers },
});

/** The same labels as ever: the interval in seconds. */
function labelsOf({ nodeId, interval }: NodeSeries): Record<(typeof labelNames)[number], string> {
  return { node_id: nodeId, interval: String(secondsOf(interval)) };
}

/** What engines of this process count. */
export const counted = {
  begun: (): void => jobs.inc(),
  over: (): void => jobs.dec(),
  loadedUpTo: (ts: number, of: NodeSeries): void => last.set(labelsOf(of), ts),
  retried: (of: NodeSeries): void => retries.inc(labelsOf(of)),
  failed: (of: NodeSeries): void => failures.inc(labelsOf(of)),
};

/** Metrics of what the engines of this process load, for Prometheus. */
export const metrics = {
  /**
   * Serves them at `http://127.0.0.1:PORT/metrics`, until it is closed; the process may end meanwhile. 0: any port that is free.
   * Throws `usage` where the port cannot be had.
   */
  startMetricsServer: (port: number): Promise<MetricsServer> => serveRunMetrics({ registry }, { port }),
};
