import { seriesKey } from '../../core/bars/bars.ts';
import type { NotServed, Plan } from '../../core/plan/plan.ts';
import type { Want } from '../../core/plan/task.ts';
import type { Quota } from '../../core/plan/quota.ts';
import { type QuotaOpening, restDays } from '../../core/plan/quota-time.ts';
import type { Oddity } from '../../core/checks/oddity.ts';
import {
  addHoles,
  type HoleCounts,
  joinUnavailable,
  type Unavailable,
} from '../../core/coverage/unavailable.ts';
import type { Scan, SetAside } from '../../store/scan.ts';
import { comparedAlike, type Counts, countsOf, freshHoles, sumOf } from '../run/counts.ts';
import { type DriftBySource, sumDrift } from '../drift.ts';
import { type Failure, type Found, failureOf, isUnavailability, joinFailures } from '../failure.ts';
import type { ProviderPart, SecondOpinion } from './provider-part.ts';
import { leftUndone } from './left-undone.ts';
import type { LeftUndone } from '../run/run-record.ts';
import { countLost, type KnownBefore, type NewlyLost, newlyLost } from './newly-lost.ts';
import type { RequestsBy } from './requests-by.ts';
import { isUnknown, isUntoldUnavailable, newlyUnavailable } from './newly-unavailable.ts';
import { type Warning, warningsOf } from './warnings.ts';
import type { RunResults } from '../run/run-results.ts';
import type { Refusal, Stop } from '../run/stops.ts';
import { type TrafficRates, ratesOf } from '../run/traffic-rates.ts';
import type { SeriesResult, TrafficCounts } from '../runner.ts';

/** What a run did. Plain JSON: it is the run's record too. */
export interface RunSummary extends HoleCounts, TrafficCounts, TrafficRates {
  /** Id of the stored record. Of a chain none: each provider's run is one of its own, see `byProvider`. */
  readonly runId?: string;
  /** The record could not be stored: the disk is full, or the store gone. Default: it was. */
  readonly unrecorded?: true;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /**
   * Series wanted. Each is counted once below, but for those that were fetched and have a session that waits to be confirmed:
   * complete before; complete but for sessions without a bar that nobody explains; waiting; of which nothing was asked, or
   * nothing came, because it cannot be had, be it found now; whose every task succeeded; with a failed one; not finished.
   */
  readonly series: number;
  readonly complete: number;
  /** Those of `complete` that have no session in the range, being listed later or delisted before. Default 0. */
  readonly withoutSession?: number;
  readonly withHoles: number;
  readonly waiting: number;
  readonly unavailable: number;
  readonly fetched: number;
  /** Tickers of the series that were fetched. */
  readonly fetchedTickers: number;
  readonly failed: number;
  /** Series not finished because the run was stopped. */
  readonly notRun: number;
  readonly stopped: Stop | null;
  /** What of the wanted series cannot be had, whoever found it, and whether any of it is news. */
  readonly cannotBeHad: readonly Unavailable[];
  /** Tickers that were asked for and that the provider cannot have, by the reason; it is no success. Default: none. */
  readonly notServed?: readonly NotServed[];
  /** Tickers of which what the user's own list said stays in force though it is gone, see `Plan`. Default: none. */
  readonly goneList?: readonly string[];
  readonly newlyUnavailable: boolean;
  /** Sessions of which rows came that could not be stored, where that is news; it is no success. */
  readonly newlyLost: NewlyLost;
  /** Intervals that are not open to this key; their series count as not run, but for the first. */
  readonly refused: readonly Refusal[];
  /** Days that the rest takes on the declared quotas; null where none is declared. */
  readonly restDays: number | null;
  /** When the quota that ended the run opens again; null where none did. */
  readonly opens: QuotaOpening | null;
  /** Requests of the tasks that were run, by plan. */
  readonly requests: number;
  /** Why more or fewer were sent than were priced. */
  readonly requestsBy: RequestsBy;
  readonly bars: number;
  readonly inserted: number;
  readonly changed: number;
  /** Final bars that came back with other values; the old ones are kept as revisions. */
  readonly revised: number;
  /** Final bars that stayed although an answer has other values; these are kept as revisions too. */
  readonly stayed: number;
  /** Sessions stored before they are final. */
  readonly provisional: number;
  readonly rejected: number;
  /** Those of `rejected` on days that have no session, so that nothing lacks for them. Default: none. */
  readonly offSession?: number;
  /** Rows that are no bar of a regular session's grid; and those of them whose session was not final yet. */
  readonly dropped: number;
  readonly unfinished: number;
  /** Rows that nobody traded. */
  readonly fillers: number;
  /** What is odd about bars that were stored. */
  readonly warnings: readonly Warning[];
  /** What the source has and was not read, a line each. */
  readonly notRead: readonly string[];
  /** Final bars that were answered again, by the provider that they came from. */
  readonly drift: DriftBySource;
  /** Sessions recorded as absent, by reason. */
  readonly absent: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /** What another run may do: series that failed, lost sessions, wait, or were not run. */
  readonly left: readonly LeftUndone[];
  readonly setAside: readonly SetAside[];
  /** Damaged files of bars or corporate actions of which something is lost still. Default: none. */
  readonly lost?: readonly SetAside[];
  /** Why the list of renames was not heeded. Default: it was. */
  readonly renamesUnread?: string;
  /** What each provider of a chain did, in the order in which they were asked. Default: there is one. */
  readonly byProvider?: readonly ProviderPart[];
  /** What others of the chain say of odd sessions. Default: nobody was asked. */
  readonly secondOpinions?: readonly SecondOpinion[];
}

export interface RunOutcome {
  readonly plan: Plan;
  /** What was known before. */
  readonly scan: Pick<Scan, 'series'>;
  readonly provider: string;
  /** See `KnownBefore`. */
  readonly wanted?: KnownBefore['wanted'];
  readonly toldUntil?: number;
  readonly before?: readonly string[];
  readonly results: RunResults;
  /** Requests of the tasks that were run, by plan. */
  readonly requests: number;
  readonly requestsBy: RequestsBy;
  readonly notRun: readonly Want[];
  /** Requests of the tasks that were not run, by plan, without those of intervals that are not open to this key. */
  readonly requestsLeft: number;
  readonly setAside: readonly SetAside[];
  readonly renamesUnread?: string;
  /** What is lost still after the run, see `RunSummary.lost`. Default: nothing. */
  readonly lostNow?: readonly SetAside[];
  /**
   * By what is known after the run, where it found any. Default: as the plan and the results tell, none of them around bars.
   */
  readonly holesNow?: HoleCounts;
  readonly stopped: RunSummary['stopped'];
  readonly opens: RunSummary['opens'];
  readonly refused: readonly Refusal[];
  readonly traffic: TrafficCounts;
  readonly quotas: readonly Quota[];
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * The numbers of a run. A series of which wanted sessions were left unexplained counts as failed, and so does one of whose
 * rows most could not be stored.
 */
export function summarize(outcome: RunOutcome): RunSummary {
  const { plan, results, notRun, stopped, startedAt, endedAt } = outcome;
  const { kept } = results;
  const { fresh, again } = newlyUnavailable({
    ...outcome,
    results: kept,
    filled: results.filled,
    outOfReach: plan.outOfReach,
    now: endedAt,
  });
  const told = new Set(again.flatMap(({ tickers }) => tickers));
  const odd: (readonly [Want, readonly Oddity[]])[] = [];
  const notRead = new Set<string>();
  const found: Found[] = [];
  let { counts } = results;
  const drift = [comparedAlike(counts)];
  for (const [want, result] of kept) {
    const isTold = isUnknown(result) && told.has(want.series.ticker);
    const failure = isTold ? null : failureOf(want, result);
    if (failure !== null) found.push([want, failure, result]);
    if (!result.ok) continue;
    counts = sumOf(counts, countsOf(result.report));
    drift.push(result.report.drift);
    odd.push([want, result.report.oddities]);
    for (const line of result.report.notRead ?? []) notRead.add(line);
  }
  const failures = onceASeries(found);
  const left = new Set(notRun.map((want) => seriesKey(want.series)));
  const { failed, empty } = withoutBars(outcome, failures, left);
  const { compared: _compared, absent, offSession, ...rows } = counts;
  const newsOfLost = newlyLost(results, { ...outcome, tasks: plan.tasks });
  return {
    startedAt,
    endedAt,
    ...plannedCounts(plan),
    ...(outcome.holesNow ?? addHoles(plan.totals, freshHoles(absent))),
    waiting: plan.totals.provisional + waitingSeries(kept),
    unavailable: plan.totals.unavailable + empty.size,
    ...countFetched(plan, new Set([...failed, ...left, ...empty])),
    ...{ failed: failed.size, notRun: left.size, stopped },
    cannotBeHad: joinUnavailable(plan.unavailable, joinUnavailable(fresh, again)),
    ...(plan.notServed !== undefined && { notServed: plan.notServed }),
    newlyUnavailable: fresh.length > 0 || isUntoldUnavailable({ ...outcome, tasks: plan.tasks }),
    newlyLost: countLost(newsOfLost),
    refused: outcome.refused,
    restDays: restDays(outcome.requestsLeft, outcome.quotas),
    opens: outcome.opens,
    ...{ requests: outcome.requests, requestsBy: outcome.requestsBy },
    ...{ ...rows, ...(offSession > 0 && { offSession }) },
    ...{ ...outcome.traffic, ...ratesOf(outcome.traffic) },
    absent: withOutOfReach(absent, plan),
    ...{ warnings: warningsOf(odd), notRead: [...notRead], drift: sumDrift(drift), failures },
    left: leftUndone({ found, kept, lost: newsOfLost, notRun }),
    ...damageOf(outcome),
  };
}

/** What of a list needed nothing, by the plan, and of what its own list is gone. */
function plannedCounts({
  totals: { series, complete, withoutSession, withHoles },
  goneList,
}: Plan): Pick<RunSummary, 'series' | 'complete' | 'withoutSession' | 'withHoles' | 'goneList'> {
  const counts = { series, complete, ...(withoutSession !== undefined && { withoutSession }), withHoles };
  return { ...counts, ...(goneList !== undefined && { goneList }) };
}

/** Keys of the series that failed, and of those of which there is nothing to be had, be it found now. */
function withoutBars(
  outcome: RunOutcome,
  failures: readonly Failure[],
  left: ReadonlySet<string>,
): { readonly failed: ReadonlySet<string>; readonly empty: ReadonlySet<string> } {
  const keysOf = (some: readonly Failure[]): string[] =>
    some.map(({ ticker, interval }) => `${ticker} ${interval}`);
  const errors = keysOf(failures.filter((failure) => !isUnavailability(failure)));
  const empty = emptySeries(outcome, new Set([...errors, ...left]));
  return { failed: new Set(keysOf(failures).filter((key) => !empty.has(key))), empty };
}

function damageOf({
  setAside,
  lostNow = [],
  renamesUnread,
}: RunOutcome): Pick<RunSummary, 'setAside' | 'lost' | 'renamesUnread'> {
  return {
    setAside,
    ...(lostNow.length > 0 && { lost: lostNow }),
    ...(renamesUnread !== undefined && { renamesUnread }),
  };
}

function withOutOfReach(absent: Counts['absent'], { outOfReach }: Plan): RunSummary['absent'] {
  const beyond = outOfReach.reduce((sum, { sessions }) => sum + sessions, 0);
  if (beyond === 0) return absent;
  return { ...absent, 'plan-limited': beyond + (absent['plan-limited'] ?? 0) };
}

function countFetched(
  { tasks }: Plan,
  elsewhere: ReadonlySet<string>,
): Pick<RunSummary, 'fetched' | 'fetchedTickers'> {
  const fetched = new Set<string>();
  const tickers = new Set<string>();
  for (const { wants } of tasks) {
    for (const { series } of wants) {
      const key = seriesKey(series);
      if (elsewhere.has(key)) continue;
      fetched.add(key);
      tickers.add(series.ticker);
    }
  }
  return { fetched: fetched.size, fetchedTickers: tickers.size };
}

/** Series of which this run stored a session that waits to be confirmed. */
function waitingSeries(results: ReadonlyMap<Want, SeriesResult>): number {
  const waiting = [...results].filter(([, result]) => result.ok && result.report.waiting > 0);
  return new Set(waiting.map(([want]) => seriesKey(want.series))).size;
}

/**
 * Keys of series that should have bars, of which something was asked and nothing is to be had; without those counted elsewhere.
 */
function emptySeries(
  { results: { kept }, scan: { series }, plan: { tasks } }: RunOutcome,
  elsewhere: ReadonlySet<string>,
): Set<string> {
  const gaveNothing = (want: Want): boolean => {
    const result = kept.get(want);
    if (result === undefined || !result.ok) return result !== undefined;
    const { unavailable, bars } = result.report;
    return unavailable.length > 0 && bars === 0 && (series.get(seriesKey(want.series))?.rows ?? 0) === 0;
  };
  const empty = new Set([...kept.keys()].filter(gaveNothing).map((want) => seriesKey(want.series)));
  for (const key of elsewhere) empty.delete(key);
  for (const { wants } of tasks)
    for (const want of wants) if (!gaveNothing(want)) empty.delete(seriesKey(want.series));
  return empty;
}

/**
 * Failures, one a series and reason, without those of mere comparisons with what is stored, where the series failed anyway:
 * they are due again.
 */
function onceASeries(found: readonly Found[]): Failure[] {
  const fills = found.filter(([want]) => want.gaps.length > 0);
  const failed = new Set(fills.map(([want]) => seriesKey(want.series)));
  return joinFailures(found.filter(([want]) => want.gaps.length > 0 || !failed.has(seriesKey(want.series))));
}
