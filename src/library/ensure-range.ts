import type { Chain } from '../backfill/plan/chain-list.ts';
import { prepare } from '../backfill/plan/prepare.ts';
import type { RunSummary } from '../backfill/settle/summary.ts';
import { withoutUnheard } from '../backfill/want/unheard.ts';
import { seriesKey } from '../core/bars/bars.ts';
import { type Coverage, knownSpan } from '../core/coverage/coverage.ts';
import { largest } from '../core/extremes.ts';
import type { Plan } from '../core/plan/plan.ts';
import { parseDay } from '../core/session/day.ts';
import { intersect, normalize, subtract } from '../core/session/ranges.ts';
import { monotonicNow } from '../providers/http/gate-state.ts';
import { USUAL_RETRIES } from '../providers/http/open-provider.ts';
import { type AskedDays, requestFor, settleDelayOf } from './asked-days.ts';
import { chainOf, planChain, type Stages } from './chain.ts';
import type { Wanted } from './chain-run.ts';
import { type DaysOf, joinedDays, type SharedCall } from './call-group.ts';
import type { Ensured, FillOptions } from './filling.ts';
import type { BackfillOptions } from './history.ts';
import { lastRuns } from './left-undone.ts';
import type { Parts } from './parts.ts';
import { runWanted, stagesOf } from './run-wanted.ts';
import { type SharedRun, SharedRuns, type SharedWork } from './shared-runs.ts';
import { withSource } from './sourced.ts';
import { tickersOf } from './verdict-in.ts';
import { verdictOf } from './verdict.ts';

/** What one call wants complete. */
export interface EnsureCall extends SharedCall, Pick<FillOptions, 'maxRetries'> {
  /** Each series once. */
  readonly asked: readonly AskedDays[];
  /** What of that a provider may be asked for; a series more than once, or not at all. */
  readonly wanted: readonly AskedDays[];
  readonly includeProvisional: boolean;
}

/** The calls of a history that keep ranges complete. */
export type EnsureRuns = SharedRuns<EnsureCall, RunSummary, Ensured>;

export function ensureRunsOf(parts: Parts): EnsureRuns {
  const work: SharedWork<EnsureCall, RunSummary, Ensured> = {
    lacking: (calls) => lackingOf(parts, calls),
    fill: (calls, run) => fillFor(parts, calls, run),
    answers: (calls, done) => ensuredOf(parts, calls, done),
  };
  return new SharedRuns(work, monotonicNow);
}

/** A run that asks for what calls want, and for nothing else. */
export async function fillFor(
  parts: Parts,
  calls: readonly EnsureCall[],
  { onEvent, stop, justAsked }: Partial<SharedRun>,
): Promise<RunSummary> {
  // What costs nothing is compared always.
  const compared = justAsked !== undefined && parts.capabilities.metered ? justAsked : NO_DAYS;
  const leftOut = joinedDays(compared, sparedBy(calls));
  const wanted = { ...wantedBy(calls), ...(leftOut.size > 0 && { justAsked: leftOut }) };
  const { tickers, intervals, start, end, includeProvisional } = wanted;
  const request: BackfillOptions = {
    ...{ tickers, intervals },
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...(includeProvisional && { includeProvisional }),
    ...(onEvent && { onEvent }),
    ...(stop && { stop }),
  };
  const patient = withRetries(parts, retriesOf(calls));
  return runWanted(stagesOf(patient, request), async () => wanted, request);
}

function wantedBy(calls: readonly EnsureCall[]): Wanted {
  const wanted = calls.flatMap((call) => call.wanted);
  const includesProvisional = calls.some(({ includeProvisional }) => includeProvisional);
  return requestFor(wanted, includesProvisional);
}

const NO_DAYS: DaysOf = new Map();

/** Days of what calls are of that they want nobody to be asked for: no request reaches over them either. */
function sparedBy(calls: readonly EnsureCall[]): DaysOf {
  const wanted = daysOf(calls.flatMap((call) => call.wanted));
  const spared = [...daysOf(calls.flatMap((call) => call.asked))].flatMap(([key, days]) => {
    const its = subtract(days, wanted.get(key) ?? []);
    return its.length > 0 ? [[key, its] as const] : [];
  });
  return new Map(spared);
}

function daysOf(asked: readonly AskedDays[]): DaysOf {
  const days = new Map<string, readonly AskedDays['range'][]>();
  for (const { series, range } of asked)
    days.set(seriesKey(series), normalize([...(days.get(seriesKey(series)) ?? []), range]));
  return days;
}

/** The most that one of the calls wants; undefined where that is what is usual. */
function retriesOf(calls: readonly EnsureCall[]): number | undefined {
  const said = calls.map(({ maxRetries }) => maxRetries);
  if (said.every((one) => one === undefined)) return undefined;
  return largest(said.map((one = USUAL_RETRIES) => one));
}

function withRetries(parts: Parts, maxRetries: number | undefined): Parts {
  if (maxRetries === undefined) return parts;
  const next = parts.next.map((one) => withRetries(one, maxRetries));
  return { ...parts, config: { ...parts.config, maxRetries }, next };
}

/** Those of some calls for which there is something to ask, or to note. */
async function lackingOf(parts: Parts, calls: readonly EnsureCall[]): Promise<ReadonlySet<EnsureCall>> {
  const open = openIn(await plansOf(stagesOf(parts, {}), wantedBy(calls)));
  const isOpen = ({ series, range }: AskedDays): boolean =>
    intersect(open.get(seriesKey(series)) ?? [], [range]).length > 0;
  return new Set(calls.filter(({ wanted }) => wanted.some(isOpen)));
}

/** What each provider of a chain would be asked for by what is known now. */
async function plansOf(stages: Stages, wanted: Wanted): Promise<readonly Plan[]> {
  const [first] = stages;
  if (stages.length > 1) {
    const { next = [], ...plan } = await planChain(stages, wanted, {});
    return [plan, ...next.map((one) => one.plan)];
  }
  const now = first.clock();
  return withSource(first, async (source) => [(await prepare(wanted, first.store, source, now)).plan]);
}

/** The days of each series that plans close, or note as out of reach. */
function openIn(plans: readonly Plan[]): DaysOf {
  const days = new Map<string, readonly AskedDays['range'][]>();
  for (const { tasks, outOfReach } of plans)
    for (const { series, gaps } of [...tasks.flatMap(({ wants }) => wants), ...outOfReach])
      days.set(seriesKey(series), normalize([...(days.get(seriesKey(series)) ?? []), ...gaps]));
  return days;
}

/** What each of some calls is told, by one scan. */
export async function ensuredOf(
  parts: Parts,
  calls: readonly EnsureCall[],
  done: RunSummary | undefined,
): Promise<readonly Ensured[]> {
  const { readStore: store, clock } = parts;
  const chain = chainOf([parts, ...parts.next]);
  const all = calls.flatMap(({ asked }) => asked.map(({ series }) => series));
  const scan = await store.scan({ tickers: tickersOf(all) });
  const now = clock();
  const hasAbsent = [...scan.series.values()].some(({ coverage }) => coverage.absent.length > 0);
  const states = hasAbsent ? withoutUnheard(await lastRuns(store), scan, now) : scan.series;
  const runIds = runsIn(done);
  return calls.map((call) => ({
    ...verdictFor(call, { ...scan, series: states }, chain, now),
    runId: runIds[0] ?? null,
    runIds,
    failures: done === undefined ? [] : failuresOf(call, done),
    stopped: done?.stopped ?? null,
  }));
}

/** The records of a run, be it that each provider of a chain has its own. */
function runsIn(done: RunSummary | undefined): string[] {
  return [done, ...(done?.byProvider ?? [])].flatMap((one) => one?.runId ?? []);
}

function verdictFor(
  { asked }: EnsureCall,
  scan: Parameters<typeof verdictOf>[0],
  chain: Chain,
  now: number,
): ReturnType<typeof verdictOf> {
  const meant = new Map(asked.map((one) => [seriesKey(one.series), one]));
  return verdictOf(
    scan,
    asked.map(({ series }) => series),
    ({ series, coverage }, calendar) => ({
      range: toldOf(meant.get(seriesKey(series)), coverage),
      settled: calendar.lastSettled(now, settleDelayOf(series, chain)),
      now,
    }),
  );
}

/** What is told of: what was asked for, and what is known of sessions behind it that have not settled. */
function toldOf(asked: AskedDays | undefined, coverage: Coverage): AskedDays['range'] {
  if (asked === undefined) return { from: 0, to: 0 };
  const { range, until } = asked;
  return { from: range.from, to: Math.max(range.to, Math.min(until, knownSpan(coverage)?.to ?? range.to)) };
}

/** Why series of a call failed, of what a run says of all that it served. */
function failuresOf({ asked }: EnsureCall, { failures }: RunSummary): Ensured['failures'] {
  const ranges = new Map<string, AskedDays['range']>(
    asked.map(({ series, range }) => [seriesKey(series), range]),
  );
  return failures.filter(({ ticker, interval, from, to }) => {
    const range = ranges.get(`${ticker} ${interval}`);
    const days = { from: parseDay(from), to: parseDay(to) + 1 };
    return range !== undefined && intersect([range], [days]).length > 0;
  });
}
