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
  /** Series of `done` that failed, without those that are asked for once more in this run, of another one or in another way. */
  readonly failed: number;
  /** Those. */
  readonly handedOn: number;
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
  let isHandedOn: (event: Of<'finished'>) => boolean = () => false;
  let bars = 0;
  let latest: Series | undefined;
  return {
    note: (event) => {
      if (event.type === 'asking') isHandedOn = handedOnIn(event);
      else if (event.type === 'planned') {
        series.plan(event.plan);
        time.plan(event.plan.totals.requests);
      } else if (event.type === 'running') traffic = event.traffic;
      else if (event.type === 'collected') time.end(event.task.requests, clock(), traffic());
      else if (event.type === 'started') latest ??= event.task.wants[0]?.series;
      else if (event.type === 'finished') {
        latest = event.want.series;
        time.end(event.requests, clock(), traffic());
        series.finish(event.want.series, endOf(event, isHandedOn));
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

type Of<T extends BackfillEvent['type']> = Extract<BackfillEvent, { readonly type: T }>;

/** How a want ended. */
type End = 'well' | 'failed' | 'handed-on';

function endOf(event: Of<'finished'>, isHandedOn: (event: Of<'finished'>) => boolean): End {
  if (event.failure === null || isUnavailability(event.failure)) return 'well';
  return isHandedOn(event) ? 'handed-on' : 'failed';
}

/**
 * Whether what failed is asked of the next one of a chain: what is not open to the key, or lies behind the end of the source; or
 * again of the same one, series by series, as no answer for a whole market named it. Of the last one nothing is.
 */
function handedOnIn({ before, chain, asksUnnamed = [] }: Of<'asking'>): (event: Of<'finished'>) => boolean {
  const isLast = before.length + 1 >= chain.length;
  return ({ want, result, failure }) => {
    if (isLast || failure === null) return false;
    if (failure.code === 'not-entitled' || failure.sourceEndsOn !== undefined) return true;
    const isUnnamed = want.market !== undefined && result.ok && result.report.unconfirmed !== null;
    return isUnnamed && asksUnnamed.includes(want.series.interval);
  };
}

/** Series of a plan, each finished with the last of its wants; one that is planned again is not finished any more. */
function countSeries() {
  const wantsLeft = new Map<string, number>();
  const done = new Set<string>();
  const failed = new Set<string>();
  const handedOn = new Set<string>();
  let tickerWidth = 0;
  return {
    plan({ tasks }: Plan): void {
      const again = new Set<string>();
      for (const { series } of tasks.flatMap(({ wants }) => wants)) {
        const key = seriesKey(series);
        if (!again.has(key)) for (const before of [wantsLeft, done, failed, handedOn]) before.delete(key);
        again.add(key);
        wantsLeft.set(key, (wantsLeft.get(key) ?? 0) + 1);
        tickerWidth = Math.max(tickerWidth, series.ticker.length);
      }
    },
    /** A task of a series that is finished already does it over. */
    finish(series: Series, end: End): void {
      const key = seriesKey(series);
      if (end === 'failed') failed.add(key);
      if (end === 'handed-on') handedOn.add(key);
      const left = (wantsLeft.get(key) ?? 0) - 1;
      if (left === 0) done.add(key);
      wantsLeft.set(key, left);
    },
    counts: () => {
      const others = [...handedOn].filter((key) => !failed.has(key));
      const all = { done: done.size, total: wantsLeft.size };
      return { ...all, failed: failed.size, handedOn: others.length, tickerWidth };
    },
  };
}
