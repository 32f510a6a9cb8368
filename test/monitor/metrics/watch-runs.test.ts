import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../src/backfill/failure.ts';
import type { BackfillEvent } from '../../../src/backfill/run/events.ts';
import type { RunSummary } from '../../../src/backfill/settle/summary.ts';
import type { RunMetrics } from '../../../src/monitor/metrics/run-metrics.ts';
import { metricsOfNothing, samplesOf } from './watched.ts';

const scrape = async ({ registry }: RunMetrics) => samplesOf(await registry.metrics());

const FAILED: Failure = {
  ...{ ticker: 'AAPL', interval: '1d', from: '2026-02-02', to: '2026-03-02' },
  ...{ code: 'incomplete', message: '3 of 20 sessions stay missing' },
};

/** The end of a run of which only some of the numbers matter. */
const summaryOf = (part: Partial<RunSummary>): RunSummary =>
  ({
    ...{ startedAt: 1_772_000_000_000, endedAt: 1_772_000_060_000, failures: [], failed: 0, fetched: 0 },
    ...part,
  }) as RunSummary;

/** A want of a series that was finished. */
function finished(ticker: string, report: object, failure: object | null = null): BackfillEvent {
  const want = { series: { ticker, interval: '5m' } };
  return { type: 'finished', want, requests: 1, result: { ok: true, report }, failure, done: 1 } as never;
}

describe('a failure', () => {
  it('that is found only at the end counts too, and one that is told twice counts once', async () => {
    const metrics = metricsOfNothing();
    const observer = metrics.watch();
    observer.note(finished('AAPL', { bars: 0 }, { ...FAILED, interval: '5m' }));
    observer.note(finished('AAPL', { bars: 0 }, { ...FAILED, interval: '5m' }));
    observer.ended(summaryOf({ failures: [{ ...FAILED, interval: '5m' }, FAILED], failed: 2 }));
    const samples = await scrape(metrics);
    expect(samples.get('backfill_failure_total{node_id="AAPL",interval="5m"}')).toBe(1);
    expect(samples.get('backfill_failure_total{node_id="AAPL",interval="1d"}')).toBe(1);
    expect(samples.get('backfill_errors_total{provider="yahoo",code="incomplete"}')).toBe(2);
    // Another run that fails in the same way is another one.
    observer.ended(summaryOf({ failures: [FAILED], failed: 1 }));
    expect((await scrape(metrics)).get('backfill_failure_total{node_id="AAPL",interval="1d"}')).toBe(2);
  });
});

describe('the last bar of a series', () => {
  it('is the latest one, in whatever order its windows come', async () => {
    const metrics = metricsOfNothing();
    const observer = metrics.watch();
    for (const lastBar of [1_772_000_000_000, 1_773_000_000_000, 1_771_000_000_000])
      observer.note(finished('AAPL', { bars: 1, lastBar }));
    const samples = await scrape(metrics);
    expect(samples.get('backfill_last_timestamp{node_id="AAPL",interval="5m"}')).toBe(1_773_000_000);
  });
});

describe('a run that ends by an error', () => {
  it('leaves nothing in work, and its exit code', async () => {
    const metrics = metricsOfNothing();
    const observer = metrics.watch();
    observer.note({ type: 'started', task: { wants: [] } } as never);
    expect((await scrape(metrics)).get('backfill_jobs_in_progress')).toBe(1);
    observer.failed(new Error('a bug'));
    const samples = await scrape(metrics);
    expect(samples.get('backfill_jobs_in_progress')).toBe(0);
    expect(samples.get('backfill_run_in_progress')).toBe(0);
    expect(samples.get('backfill_last_run_exit_code')).toBe(2);
    expect(samples.get('backfill_runs_total{result="failed"}')).toBe(1);
  });
});

describe('a run that nobody has seen', () => {
  it('is not told of, unless it is on record', async () => {
    expect(
      [...(await scrape(metricsOfNothing())).keys()].filter((name) => name.includes('last_run')),
    ).toEqual([]);
    const last = { startedAt: 1_772_000_000_000, endedAt: 1_772_000_060_000, exitCode: 3 };
    const samples = await scrape(metricsOfNothing({ last }));
    expect(samples.get('backfill_last_run_start_timestamp_seconds')).toBe(1_772_000_000);
    expect(samples.get('backfill_last_run_end_timestamp_seconds')).toBe(1_772_000_060);
    expect(samples.get('backfill_last_run_exit_code')).toBe(3);
  });
});
