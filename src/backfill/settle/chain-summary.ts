import { seriesKey } from '../../core/bars/bars.ts';
import { saidBy } from '../../core/said-by.ts';
import { parseDay } from '../../core/session/day.ts';
import type { Interval } from '../../core/session/interval.ts';
import type { Closed } from '../plan/cannot-give.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { type Failure, isUnavailability } from '../failure.ts';
import type { Stop } from '../stop.ts';
import type { TrafficCounts } from '../runner.ts';
import { type TrafficRates, ratesOf } from '../run/traffic-rates.ts';
import { joinRuns } from './joined-runs.ts';
import type { ListStanding } from './list-standing.ts';
import type { ProviderPart, SecondOpinion } from './provider-part.ts';
import { sumRequestsBy } from './requests-by.ts';
import type { RunSummary } from './summary.ts';

/** What the run of one provider of a chain did. */
export interface ChainRun {
  readonly provider: string;
  readonly summary: RunSummary;
  /** Keys of the series that it was asked for, and their tickers. */
  readonly asked: ReadonlyMap<string, string>;
  /** Keys of those of which it answered with no row at all, whatever of them it was asked for. */
  readonly empty: ReadonlySet<string>;
}

/** How the list of a chain stood before its first run and stands after its last one. */
export interface ChainStanding {
  readonly before: ListStanding;
  readonly after: ListStanding;
  /** Series of tickers that none of them can have, which are not in it. */
  readonly unserved: number;
  /** Whether those whose turn had not come were not asked any more. */
  readonly isOver: boolean;
}

/**
 * The runs of the providers of a chain as one. What one of them could not give and another gave is had; what cannot be had is
 * what none of them can give. A failure stays one, whoever else was asked for the rest.
 */
export function chainSummary(
  runs: readonly [ChainRun, ...ChainRun[]],
  { before, after, unserved, isOver }: ChainStanding,
  opinions?: { readonly said: readonly SecondOpinion[]; readonly runs: readonly ChainRun[] },
): RunSummary {
  const [first, ...others] = runs.map(({ summary }) => summary);
  const joined = joinRuns([first as RunSummary, ...others]);
  const asked = new Map(runs.flatMap((run) => [...run.asked]).filter(([key]) => !isIdle(key, runs, before)));
  const failures = runs.flatMap(({ summary }) => failuresOf(summary, after));
  const failed = new Set(failures.filter((one) => !isUnavailability(one)).map(keyOf));
  // What lacks still and nobody was asked for was left to one whose turn did not come, and so was all that one had not got.
  const isUnasked = (key: string): boolean => (isOver || !asked.has(key)) && !failed.has(key);
  const notRun = new Set([
    ...runs.flatMap(({ summary }) => notRunOf(summary, after, failed)),
    ...[...after.missing].filter(isUnasked),
  ]);
  const isOther = (key: string): boolean => !failed.has(key) && !notRun.has(key);
  const empty = [...after.unavailable].filter(
    (key) => isOther(key) && (!asked.has(key) || after.barless.has(key)),
  );
  const unavailable = new Set(empty);
  const fetched = [...asked].filter(([key]) => isOther(key) && !unavailable.has(key));
  const idle = (keys: ReadonlySet<string>, besides?: ReadonlySet<string>): number =>
    [...keys].filter(
      (key) => isOther(key) && !asked.has(key) && !unavailable.has(key) && besides?.has(key) !== true,
    ).length;
  const [waiting, withHoles] = [idle(after.waiting), idle(after.withHoles, after.waiting)];
  const counts = { waiting, withHoles, fetched: fetched.length, failed: failed.size, notRun: notRun.size };
  const rest = Object.values(counts).reduce((sum, count) => sum + count, unavailable.size);
  const stopped = stopOf(runs, after, opinions?.runs ?? []);
  return {
    ...joined,
    ...{ ...counts, ...after.holes, failures, stopped: stopped?.stop ?? null },
    series: after.series + unserved,
    complete: Math.max(0, after.series - rest),
    ...(after.withoutSession > 0 && { withoutSession: after.withoutSession }),
    waiting: after.waiting.size,
    unavailable: unavailable.size + unserved,
    fetchedTickers: new Set(fetched.map(([, ticker]) => ticker)).size,
    ...{ restDays: stopped?.summary.restDays ?? null, opens: stopped?.summary.opens ?? null },
    refused: runs.flatMap(({ summary }) =>
      summary.refused.filter((one) => isStillLacking(one.interval, after)),
    ),
    cannotBeHad: after.cannotBeHad,
    newlyUnavailable: [...after.whyNot].some((why) => !before.whyNot.has(why)),
    newlyLost: lostStill(joined, after),
    absent: newlyAbsent(before, after),
    ...trafficWith(joined, opinions?.runs ?? []),
    byProvider: partsOf(runs, opinions?.runs ?? [], after),
    ...(opinions && { secondOpinions: opinions.said }),
  };
}

/** Whether nothing of a series lacked, and nothing came: of one that was asked for splits and dividends alone. */
function isIdle(key: string, runs: readonly ChainRun[], before: ListStanding): boolean {
  const { missing, unavailable, waiting, withHoles } = before;
  const hasAll = ![missing, unavailable, waiting, withHoles].some((keys) => keys.has(key));
  return hasAll && runs.every(({ asked, empty }) => !asked.has(key) || empty.has(key));
}

/** What each did, those too that there was nothing to ask for but second opinions. */
function partsOf(
  runs: readonly ChainRun[],
  opinions: readonly ChainRun[],
  after: ListStanding,
): readonly ProviderPart[] {
  const asked = new Set(runs.map(({ provider }) => provider));
  const others = opinions.filter(({ provider }) => !asked.has(provider));
  return [
    ...runs.map((run) => partOf(run, opinions, after)),
    ...others.map(({ provider, summary: { runId, stopped, ...summary } }) => ({
      ...{ provider, ...(runId !== undefined && { runId }), ...NOTHING_BROUGHT, stopped },
      ...trafficWith(summary, []),
    })),
  ];
}

/** Of a provider that was asked about what others gave. */
const NOTHING_BROUGHT = { fetched: 0, failed: 0, unavailable: 0, bars: 0, inserted: 0, refused: [] };

function partOf(
  { provider, summary }: ChainRun,
  opinions: readonly ChainRun[],
  after: ListStanding,
): ProviderPart {
  const { runId, fetched, failed, unavailable, bars, inserted, stopped, refused } = summary;
  const own = opinions.filter((one) => one.provider === provider);
  const [continued, handedOn] = [ENDS, NOT_OPEN].map((is) => mendedIn(summary, after, is).size) as [
    number,
    number,
  ];
  return {
    provider,
    ...(runId !== undefined && { runId }),
    ...{ fetched, failed, unavailable, bars, inserted, stopped, refused },
    ...(continued > 0 && { continued }),
    ...(handedOn > 0 && { handedOn }),
    ...trafficWith(summary, own),
  };
}

const ENDS = ({ sourceEndsOn }: Failure): boolean => sourceEndsOn !== undefined;
const NOT_OPEN = ({ code }: Failure): boolean => code === 'not-entitled';

/** Keys of the series with such a failure and no other, which is none of the chain's as another one had the rest. */
function mendedIn(
  summary: RunSummary,
  after: ListStanding,
  isSuch: (failure: Failure) => boolean,
): ReadonlySet<string> {
  const left = new Set(failuresOf(summary, after).map(keyOf));
  const such = summary.failures.filter(isSuch).map(keyOf);
  return new Set(such.filter((key) => !left.has(key)));
}

type Traffic = TrafficCounts & Pick<RunSummary, 'requests' | 'requestsBy'>;

/** The requests of a run and of those that asked for second opinions. */
function trafficWith(summary: Traffic, opinions: readonly ChainRun[]): Traffic & TrafficRates {
  const all = [summary, ...opinions.map((one) => one.summary)];
  const sum = (name: keyof TrafficCounts | 'requests'): number =>
    all.reduce((total, one) => total + one[name], 0);
  const counts = {
    ...{ requests: sum('requests'), sent: sum('sent'), succeeded: sum('succeeded') },
    ...{ retries: sum('retries'), throttles: sum('throttles'), bytesReceived: sum('bytesReceived') },
  };
  const by = sumRequestsBy(all.map((one) => one.requestsBy));
  return { ...counts, ...ratesOf(counts), requestsBy: by };
}

/** What of a provider turned out not to be open, or to end. */
export function closedIn({ stopped, refused, failures }: RunSummary): Closed {
  return {
    all: stopped?.isClosed === true,
    intervals: new Set(refused.map(({ interval }) => interval)),
    series: new Set(failures.filter(({ code }) => code === 'not-entitled').map(keyOf)),
    endsAt: new Map(
      failures.flatMap((one) =>
        one.sourceEndsOn === undefined ? [] : [[keyOf(one), parseDay(one.sourceEndsOn) + 1] as const],
      ),
    ),
  };
}

/** What failed and was not had elsewhere: of an endpoint that is closed, of files that end, and of tickers that are unknown. */
function failuresOf({ failures }: RunSummary, after: ListStanding): readonly Failure[] {
  return failures.filter((failure) => {
    if (isUnavailability(failure)) return after.unavailable.has(keyOf(failure));
    const isOthers = failure.code === 'not-entitled' || failure.sourceEndsOn !== undefined;
    return !isOthers || after.missing.has(keyOf(failure));
  });
}

/** Keys of the series that a run did not get to, and that nobody else had. */
function notRunOf(summary: RunSummary, after: ListStanding, failed: ReadonlySet<string>): readonly string[] {
  const { all, intervals } = closedIn(summary);
  const isClosed = (interval: string): boolean => all || intervals.has(interval as Interval);
  return summary.left
    .filter(({ why }) => why === 'not-run')
    .flatMap(({ interval, tickers }) =>
      tickers
        .map((ticker) => `${ticker} ${interval}`)
        .filter((key) => !failed.has(key) && (!isClosed(interval) || after.missing.has(key))),
    );
}

function keyOf({ ticker, interval }: Pick<Failure, 'ticker' | 'interval'>): string {
  return seriesKey({ ticker, interval: interval as Interval });
}

function isStillLacking(interval: Interval, { missing }: ListStanding): boolean {
  return [...missing].some((key) => key.endsWith(` ${interval}`));
}

/** Of those that ask for second opinions only these end the chain: what else keeps one from coming is told with it. */
const ENDS_OPINIONS: ReadonlySet<Stop['reason']> = new Set(['interrupted', 'drained', 'quota-exhausted']);

/** What ended a run of the chain: a quota first, as its code says most, and an interruption before that. */
function stopOf(
  runs: readonly ChainRun[],
  { missing }: ListStanding,
  opinions: readonly ChainRun[],
): { readonly stop: Stop; readonly summary: RunSummary } | undefined {
  const ofRuns = runs.filter(
    // What was closed and had elsewhere ended nothing.
    ({ summary: { stopped } }) => stopped !== null && !(stopped.isClosed && missing.size === 0),
  );
  const ofOpinions = opinions.filter(
    ({ summary: { stopped } }) => stopped !== null && ENDS_OPINIONS.has(stopped.reason),
  );
  const stops = [...ofRuns, ...ofOpinions].flatMap(({ provider, summary }) => {
    const { stopped } = summary;
    if (stopped === null) return [];
    return [{ stop: { ...stopped, message: saidBy(provider, stopped.message) }, summary }];
  });
  const of = (reason: Stop['reason']): (typeof stops)[number] | undefined =>
    stops.find(({ stop }) => stop.reason === reason);
  return of('interrupted') ?? of('quota-exhausted') ?? stops[0];
}

/** Sessions of which rows came that could not be stored, less those of which another provider's could. */
function lostStill({ newlyLost }: RunSummary, after: ListStanding): RunSummary['newlyLost'] {
  const sessions = Math.min(newlyLost.sessions, after.holes.holesRejected);
  if (sessions === 0) return { sessions, tickers: [] };
  const lacking = new Set([...after.withHoles].map((key) => key.slice(0, key.lastIndexOf(' '))));
  return { sessions, tickers: newlyLost.tickers.filter((ticker) => lacking.has(ticker)) };
}

function newlyAbsent(before: ListStanding, after: ListStanding): RunSummary['absent'] {
  const more = Object.entries(after.absent).map(
    ([reason, sessions]) => [reason, sessions - (before.absent[reason] ?? 0)] as const,
  );
  return Object.fromEntries(more.filter(([, sessions]) => sessions > 0));
}

/** Keys of the series of a plan, with their tickers. */
export function askedIn({ tasks }: Pick<Plan, 'tasks'>): ReadonlyMap<string, string> {
  return new Map(
    tasks.flatMap(({ wants }) => wants.map(({ series }) => [seriesKey(series), series.ticker] as const)),
  );
}
