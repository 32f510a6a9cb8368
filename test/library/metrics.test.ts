import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunSummary } from '../../src/backfill/settle/summary.ts';
import type { History } from '../../src/library/history.ts';
import { openHistory } from '../../src/library/open-history.ts';
import { type MetricsOptions, openMetrics } from '../../src/library/open-metrics.ts';
import type { RunMetrics } from '../../src/monitor/metrics/run-metrics.ts';
import { samplesOf } from '../monitor/metrics/watched.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { temporaryFolder } from '../store/fixtures.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let history: History;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  await history.close();
  await stopAll();
  await folder.remove();
});

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'FJRD', 'GLYF', 'HAZL'];
const LISTED = [...TICKERS, 'NOSUCH'];

function opened(url: string): History {
  return openHistory({
    ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW },
    ...{ provider: { id: 'yahoo', url }, workers: 2 },
    quotas: [
      { requests: 6000, perMs: 60_000 },
      { requests: 500, perMs: 86_400_000 },
    ],
  });
}

function metricsOf(more: Partial<MetricsOptions> = {}): Promise<RunMetrics> {
  return openMetrics(history, {
    clock: () => NOW,
    exitCodeOf: (end) =>
      'error' in end ? 2 : end.summary.failed > 0 || end.summary.newlyUnavailable ? 1 : 0,
    ...more,
  });
}

/** A run that metrics watch, with what was scraped at each of its events. */
async function watchedRun(
  metrics: RunMetrics,
  days: number,
): Promise<{ readonly summary: RunSummary; readonly scraped: readonly string[] }> {
  const observer = metrics.watch();
  const scrapes: Promise<string>[] = [];
  const summary = await history.backfill({
    ...{ tickers: LISTED, days },
    onEvent: (event) => {
      observer.note(event);
      scrapes.push(metrics.registry.metrics());
    },
  });
  observer.ended(summary);
  return { summary, scraped: await Promise.all(scrapes) };
}

const scrape = async ({ registry }: RunMetrics) => samplesOf(await registry.metrics());

/** The sum of the samples of a metric. */
function sum(samples: ReadonlyMap<string, number>, name: string): number {
  return [...samples]
    .filter(([key]) => key === name || key.startsWith(`${name}{`))
    .reduce((total, [, value]) => total + value, 0);
}

describe('counters at the end of a run', () => {
  it('equal its record, with a provider that fails now and then', async () => {
    const { url } = await start({
      wire: 'yahoo',
      faults: { rates: 'throttle-seconds=8%,error-500=25%', seed: 3 },
    });
    history = opened(url);
    const metrics = await metricsOf();
    const { summary, scraped } = await watchedRun(metrics, 60);
    const { runs } = await history.runs();
    const record = runs[0]?.summary as RunSummary;
    expect(record.runId).toBe(summary.runId);
    expect(record.retries).toBeGreaterThan(1);
    expect(record.throttles).toBeGreaterThan(0);

    const samples = await scrape(metrics);
    const told = Object.fromEntries(
      [
        'requests_total',
        'requests_succeeded_total',
        'requests_retried_total',
        'retry_total',
        'throttles_total',
      ]
        .concat('received_bytes_total', 'bars_total', 'failure_total')
        .map((name) => [name, sum(samples, `backfill_${name}`)]),
    );
    expect(told).toEqual({
      requests_total: record.sent,
      requests_succeeded_total: record.succeeded,
      requests_retried_total: record.retries,
      retry_total: record.retries,
      throttles_total: record.throttles,
      received_bytes_total: record.bytesReceived,
      bars_total: record.bars,
      failure_total: record.failed,
    });
    // Of each request it is known whose it was.
    const retried = [...samples.keys()].filter((key) => key.startsWith('backfill_retry_total'));
    expect(retried.length).toBeGreaterThan(1);
    expect(retried.filter((key) => key.includes('_other'))).toEqual([]);
    for (const fate of ['inserted', 'changed', 'revised', 'rejected', 'dropped', 'fillers'] as const)
      expect(samples.get(`backfill_rows_total{provider="yahoo",fate="${fate}"}`) ?? 0, fate).toBe(
        record[fate],
      );
    expect(samples.get('backfill_series_total{outcome="fetched"}')).toBe(record.fetched);
    expect(samples.get('backfill_series_total{outcome="unavailable"}')).toBe(record.unavailable);
    expect(record.unavailable).toBe(1);
    expect(samples.get('backfill_errors_total{provider="yahoo",code="unknown-ticker"}')).toBe(1);
    // Tasks, of which one has nothing.
    expect(sum(samples, 'backfill_fetch_duration_seconds_count')).toBeGreaterThanOrEqual(TICKERS.length);
    expect(sum(samples, 'backfill_fetch_duration_seconds_count')).toBeLessThanOrEqual(LISTED.length);

    // Each scrape on the way is one of the format, and no counter ever falls.
    const parsed = scraped.map(samplesOf);
    expect(parsed.length).toBeGreaterThan(LISTED.length);
    for (const [i, after] of [...parsed, samples].entries())
      for (const [key, value] of parsed[i - 1] ?? [])
        if (/_total(\{|$)/.test(key)) expect(after.get(key), key).toBeGreaterThanOrEqual(value);
    // Something was seen on the way, not only at the end.
    expect(parsed.map((one) => sum(one, 'backfill_jobs_in_progress'))).toContain(2);
    expect(
      parsed.some(
        (one) => sum(one, 'backfill_completion_ratio') > 0.3 && sum(one, 'backfill_bars_total') < record.bars,
      ),
    ).toBe(true);
  });

  it('are of all runs of the process, and the worst exit code is that of the runs that belong together', async () => {
    const { url } = await start({ wire: 'yahoo' });
    history = opened(url);
    const metrics = await metricsOf();
    const first = await watchedRun(metrics, 20);
    const second = await watchedRun(metrics, 60);
    const samples = await scrape(metrics);
    expect(sum(samples, 'backfill_requests_total')).toBe(first.summary.sent + second.summary.sent);
    expect(sum(samples, 'backfill_bars_total')).toBe(first.summary.bars + second.summary.bars);
    expect(samples.get('backfill_runs_total{result="failed"}')).toBe(1);
    expect(samples.get('backfill_runs_total{result="complete"}')).toBe(1);
    expect(samples.get('backfill_last_run_exit_code')).toBe(0);
    expect(samples.get('backfill_last_run_end_timestamp_seconds')).toBe(second.summary.endedAt / 1000);

    const observer = metrics.watch();
    observer.ended(first.summary);
    observer.ended(second.summary);
    expect((await scrape(metrics)).get('backfill_last_run_exit_code')).toBe(1);
  });

  it('are of each provider of a chain what its own record says', async () => {
    const [first, second] = [await start({ wire: 'yahoo' }), await start({ wire: 'sample' })];
    history = openHistory({
      ...{ store: `${folder.path}/data`, stateFolder: `${folder.path}/state`, clock: () => NOW, workers: 1 },
      provider: [
        { id: 'yahoo', url: first.url },
        { id: 'sample', url: second.url },
      ],
    });
    const metrics = await metricsOf();
    await watchedRun(metrics, 20);
    const samples = await scrape(metrics);
    const { runs } = await history.runs();
    expect(runs.map(({ provider }) => provider).toSorted()).toEqual(['sample', 'yahoo']);
    for (const { provider, summary } of runs) {
      expect(summary.sent, provider).toBeGreaterThan(0);
      const of = (name: string) => samples.get(`backfill_${name}_total{provider="${provider}"}`) ?? 0;
      expect([of('requests'), of('received_bytes'), of('bars')], provider).toEqual([
        summary.sent,
        summary.bytesReceived,
        summary.bars,
      ]);
    }
    expect(samples.get('backfill_runs_total{result="failed"}')).toBe(1);
    expect(samples.get('backfill_jobs_in_progress')).toBe(0);
  });

  it('have a label for so many tickers, and one for the others', async () => {
    const { url } = await start({ wire: 'yahoo' });
    history = opened(url);
    const [few, none] = [await metricsOf({ mostNodes: 3 }), await metricsOf({ mostNodes: 0 })];
    const watching = [few.watch(), none.watch()];
    const summary = await history.backfill({
      ...{ tickers: TICKERS, days: 20 },
      onEvent: (event) => watching.forEach((one) => one.note(event)),
    });
    for (const one of watching) one.ended(summary);
    // Nobody asked while it went on.
    expect(sum(await scrape(few), 'backfill_requests_total')).toBe(summary.sent);
    const named = [...(await scrape(few)).keys()].filter((key) => key.startsWith('backfill_last_timestamp'));
    expect(named).toHaveLength(4);
    expect(named).toContain('backfill_last_timestamp{node_id="_other",interval="1d"}');
    const dropped = [...(await scrape(none))].filter(([key]) => key.startsWith('backfill_last_timestamp'));
    expect(dropped).toEqual([
      ['backfill_last_timestamp{interval="1d"}', Date.parse('2026-11-19T00:00:00Z') / 1000],
    ]);
  });
});

describe('quotas', () => {
  it('are told with what all who share the key have used of them', async () => {
    const { url } = await start({ wire: 'yahoo' });
    history = opened(url);
    const metrics = await metricsOf();
    const { summary } = await watchedRun(metrics, 20);
    const samples = await scrape(metrics);
    expect(samples.get('backfill_quota_limit{provider="yahoo",window="day"}')).toBe(500);
    expect(samples.get('backfill_quota_used{provider="yahoo",window="day"}')).toBeGreaterThanOrEqual(
      summary.sent,
    );
    expect(samples.get('backfill_quota_limit{provider="yahoo",window="min"}')).toBe(6000);
    expect(samples.has('backfill_quota_used{provider="yahoo",window="min"}')).toBe(false);
  });
});
