import type { LastRun, RunMetrics } from '../monitor/metrics/run-metrics.ts';
import type { MetricsAddress, MetricsServer } from '../monitor/metrics/serve.ts';
import type { RunEnd } from '../monitor/metrics/watch-runs.ts';
import type { History, SeriesSelection } from './history.ts';
import { StorePlace } from './store-place.ts';
import { programVersion } from './version.ts';

export interface MetricsOptions extends SeriesSelection {
  /** By which sessions settle, ms since the epoch. Default: the wall's clock. */
  readonly clock?: () => number;
  /** Tickers that have a label of their own, the first that come; 0: no ticker is a label. Default 1,000. */
  readonly mostNodes?: number;
  /** The exit code that a run earns which ended so. */
  readonly exitCodeOf: (end: RunEnd) => number;
  /** Default: none is known. */
  readonly last?: LastRun | undefined;
}

/** Tickers with a label of their own where nobody says how many. */
const USUAL_NODES = 1000;

/**
 * Metrics of the runs of a history that they watch, and of its store. `tickers` and `intervals`: of which series it is told
 * whether they are fresh; default: of all in the store.
 */
export async function openMetrics(
  history: Pick<History, 'capabilities' | 'freshness' | 'whyNone' | 'runs'>,
  { clock = Date.now, mostNodes = USUAL_NODES, exitCodeOf, last, ...selection }: MetricsOptions,
): Promise<RunMetrics> {
  const { runMetrics } = await import('../monitor/metrics/run-metrics.ts');
  const { id: provider, quotas } = history.capabilities;
  const place = await StorePlace.of(history);
  return runMetrics({
    ...{ version: programVersion(), asked: { provider, quotas }, mostNodes, exitCodeOf, last, clock },
    freshness: () => history.freshness(selection),
    look: async () => (await place.look()).is,
    elapsed: () => performance.now(),
  });
}

/** Serves them at `/metrics`, see `MetricsAddress`. Throws `usage` where the port cannot be had. */
export async function serveRunMetrics(
  { registry }: Pick<RunMetrics, 'registry'>,
  address: MetricsAddress,
): Promise<MetricsServer> {
  const { serveMetrics } = await import('../monitor/metrics/serve.ts');
  return serveMetrics(registry, address);
}
