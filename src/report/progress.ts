import { isUnavailability } from '../backfill/failure.ts';
import type { BackfillEvent } from '../backfill/run/events.ts';
import { NOTHING_BEYOND, NO_TRAFFIC, type TrafficNow } from '../backfill/runner.ts';
import { type Series, seriesKey } from '../core/bars/bars.ts';
import type { Plan } from '../core/plan/plan.ts';
import { type Quota, isPaced, unusedAt, usedOf } from '../core/plan/quota.ts';
import { timeLeftOf } from './time-left.ts';

/** How far a run is. */
export interface ProgressNow {
  /** The series that was finished last, or at first begun; undefined: none yet. */
  readonly latest: Series | undefined;
  /** Longest ticker of the run, in characters. */
  readonly tickerWidth: number;
  /** Series that are finished, of those to fill. */
  readonly done: number;
  readonly total: number;
  /** Series of `done` that failed. */
  readonly failed: number;
  readonly elapsedMs: number;
  /** Time left, see `timeLeftOf`; null: not known yet. */
  readonly leftMs: number | null;
  readonly barsPerSecond: number;
  readonly retries: number;
  /** Requests used of each counted quota by all processes of its key, in the window that goes on. */
  readonly quotaUse: readonly { readonly quota: Quota; readonly used: number }[];
  /** When requests are sent again, ms since the epoch; null: they are being sent. */
  readonly resumesAt: number | null;
}

export interface RunWatch {
  note(event: BackfillEvent): void;
  now(): ProgressNow;
}

/** Watches a run by its events. `clock` is the wall's, in ms since the epoch; `quotas` are those that the run keeps. */
export function watchRun(quotas: readonly Quota[], clock: () => number): RunWatch {
  const startedAt = clock();
  const series = countSeries();
  const time = timeLeftOf(quotas, startedAt);
  let traffic = (): TrafficNow => ({
    ...{ ...NO_TRAFFIC, pausedMs: 0, learned: null },
    beyond: NOTHING_BEYOND,
    standing: unusedAt(clock()),
  });
  let bars = 0;
  let latest: Series | undefined;
  return {
    note: (event) => {
      if (event.type === 'planned') {
        series.plan(event.plan);
        time.plan(event.plan.totals.requests);
      } else if (event.type === 'running') traffic = event.traffic;
      else if (event.type === 'collected') time.end(event.task.requests, clock(), traffic());
      else if (event.type === 'started') latest ??= event.task.wants[0]?.series;
      else if (event.type === 'finished') {
        latest = event.want.series;
        time.end(event.requests, clock(), traffic());
        series.finish(event.want.series, event.failure !== null && !isUnavailability(event.failure));
        if (event.result.ok) bars += event.result.report.bars;
      }
    },
    now: () => {
      const at = clock();
      const sentNow = traffic();
      const { retries, pausedMs, standing } = sentNow;
      const elapsedMs = Math.max(0, at - startedAt);
      return {
        ...series.counts(),
        latest,
        elapsedMs,
        leftMs: time.now(at, sentNow),
        barsPerSecond: elapsedMs === 0 ? 0 : (bars * 1000) / elapsedMs,
        retries,
        quotaUse: quotas
          .filter((quota) => !isPaced(quota))
          .map((quota) => ({ quota, used: usedOf(standing, quota, standing.now) })),
        resumesAt: pausedMs > 0 ? at + pausedMs : null,
      };
    },
  };
}

/** Series of a plan, each finished with the last of its wants. */
function countSeries() {
  const wantsLeft = new Map<string, number>();
  const failed = new Set<string>();
  let total = 0;
  let done = 0;
  let tickerWidth = 0;
  return {
    plan({ tasks }: Plan): void {
      for (const { series } of tasks.flatMap(({ wants }) => wants)) {
        const key = seriesKey(series);
        wantsLeft.set(key, (wantsLeft.get(key) ?? 0) + 1);
        tickerWidth = Math.max(tickerWidth, series.ticker.length);
      }
      total = wantsLeft.size;
    },
    /** A task of a series that is finished already does it over. */
    finish(series: Series, isFailure: boolean): void {
      const key = seriesKey(series);
      if (isFailure) failed.add(key);
      const left = (wantsLeft.get(key) ?? 0) - 1;
      if (left === 0) done++;
      wantsLeft.set(key, left);
    },
    counts: () => ({ done, total, failed: failed.size, tickerWidth }),
  };
}
