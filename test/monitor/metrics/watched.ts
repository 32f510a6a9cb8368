import type { Freshness } from '../../../src/core/coverage/freshness.ts';
import {
  type RunMetrics,
  type RunMetricsOptions,
  runMetrics,
} from '../../../src/monitor/metrics/run-metrics.ts';

const NOTHING_STORED: Freshness = { unstored: [], covered: [] };

/** Metrics of a store that is empty, and of no run. Exit codes: 1 where something failed, 2 for an error. */
export function metricsOfNothing(options: Partial<RunMetricsOptions> = {}): RunMetrics {
  return runMetrics({
    version: '1.2.3',
    asked: { provider: 'yahoo', quotas: [] },
    mostNodes: 1000,
    exitCodeOf: (end) => ('error' in end ? 2 : end.summary.failed > 0 ? 1 : 0),
    freshness: () => Promise.resolve(NOTHING_STORED),
    look: () => Promise.resolve('not-yet'),
    clock: () => Date.parse('2026-03-02T23:00:00Z'),
    elapsed: () => 0,
    ...options,
  });
}

/** The samples of an exposition by `name{label="value"}`. Throws where a line is none of the format's. */
export function samplesOf(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) [a-z_]+ \S/.test(line)) continue;
    const [, name = '', value = ''] =
      /^([a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})?) (-?[\d.e+-]+|NaN|[+-]Inf)$/.exec(line) ??
      [];
    if (name === '' || samples.has(name)) throw new Error(`no sample, or one more of the same: ${line}`);
    samples.set(name, Number(value.replace('Inf', 'Infinity')));
  }
  return samples;
}
