import { frozenPlan } from '../core/plan/frozen.ts';
import type { Plan } from '../core/plan/plan.ts';
import { isPaced } from '../core/plan/quota.ts';
import { quotaOpening } from '../core/plan/quota-time.ts';
import type { SetAside } from '../store/scan.ts';
import type { BarStore, Lease } from '../store/store.ts';
import { type LedgerTools, type StormMeasure, recordOutOfReach, settleUnknownTickers } from './run/ledger.ts';
import { type BackfillRequest, type Prepared, type Source, prepare } from './plan/prepare.ts';
import { type HandedOut, handOutPlan } from './settle/hand-out-plan.ts';
import { measuredByList } from './settle/probe.ts';
import { noteFills, takeBackLeft, type TakenFill, tellTaken } from './settle/left-fills.ts';
import { whyRenamesAreUnread } from './readable-renames.ts';
import { settleSameSeries, type TakeBackTools, type Twins } from './settle/same-series.ts';
import { stillLost } from './settle/still-lost.ts';
import { settleEmptyAnswers } from './settle/empty-answers.ts';
import type { BackfillEvent } from './run/events.ts';
import { type Done, nothingDone } from './run/hand-out.ts';
import type { SharedStaging } from './run/shared-staging.ts';
import { clearStaging, stagedAs } from './run/staged-source.ts';
import { listId } from '../core/universe/universe.ts';
import { listWanted } from './plan/list-wanted.ts';
import { askedNextIn, recordedChain } from './plan/handed-on.ts';
import { lastRunEnd } from './run/run-record.ts';
import { leftAhead } from './settle/left-ahead.ts';
import { type Asked, noteBegun, recorded } from './settle/record-run.ts';
import { NOTHING_BEYOND, NO_TRAFFIC, type RunContext, type RunToStart, type Runner } from './runner.ts';
import { type Stop, type StopReason, stopOrThrow, watchStops } from './run/stops.ts';
import { requestsBy } from './settle/requests-by.ts';
import { type RunOutcome, type RunSummary, summarize } from './settle/summary.ts';

export interface BackfillTools extends Source {
  readonly store: BarStore;
  /** Gives the right to write the store once it is this run's turn. */
  readonly acquire: () => Promise<Lease>;
  readonly context: RunContext;
  /** What it shares with other runs that write the same store at the same time. */
  readonly staging: SharedStaging;
  /** Called only if there is something to fetch, with the number of tasks, and what they have in common. */
  readonly startRunner: (tasks: number, run: RunToStart) => Promise<Runner>;
  /** ms since the epoch. */
  readonly clock: () => number;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Id of the run by which it is on record already. Default: one that no other has. */
  readonly runId?: string;
  /** Called once all is stored, before the run itself is on record, and while it alone may write. */
  readonly beforeRecord?: (summary: RunSummary) => Promise<void>;
  /** Takes in what was recorded live of the tickers that are about to be asked for. Gives what it set aside. Default: nothing was. */
  readonly takeInRecorded?: (prepared: Prepared) => Promise<readonly SetAside[]>;
  /** Aborted: hand out no more tasks, finish those in work. */
  readonly stop?: AbortSignal;
  /** How long those in work may take once it is aborted, in ms, before they are ended. Default 5 s. */
  readonly stopGraceMs?: number;
}

/** Most answers come and are stored within that time; whoever stops a container waits ten seconds. */
const STOP_GRACE_MS = 5000;

/**
 * The main job: scan → gaps → plan → run → report. Writes the run's record into the store. What goes wrong with a
 * ticker is in the summary, and so is what ended the run once it had begun; thrown is only what keeps it from beginning
 * (`usage`, `store-locked`, `store-unusable`); and `store-locked` where another process took it over, which records it.
 */
export function backfill(request: BackfillRequest, tools: BackfillTools): Promise<RunSummary> {
  const { chain, context } = tools;
  const source = { ...tools, stagedAs: stagedAs(context.provider) };
  const before = chain?.before.map(({ capabilities: { id } }) => id);
  return runPrepared(
    (store, now) => prepare(request, store, source, now),
    { ...tools, context: { ...context, ...(before && { before }) } },
    { ...listAsked(request), ...(chain && { chain: recordedChain(chain) }) },
  );
}

/** A run of whatever plan is made once the store is this process's to write: see `backfill`. */
export async function runPrepared(
  prepareRun: (store: BarStore, now: number) => Promise<Prepared>,
  tools: BackfillTools,
  asked: Partial<Asked> = {},
): Promise<RunSummary> {
  const { store, capabilities, clock, onEvent } = tools;
  const startedAt = clock();
  const writer = await tools.acquire();
  const user = await tools.staging.begin();
  try {
    const renamesUnread = await whyRenamesAreUnread(store);
    const runId = tools.runId ?? (await store.nextRunId(startedAt));
    onEvent?.({
      type: 'begun',
      runId,
      provider: capabilities.id,
      startedAt,
      ...(asked.batch && { batch: asked.batch }),
    });
    // It may not be its turn to write.
    const isStoppedBefore = tools.stop?.aborted === true;
    const taken = isStoppedBefore ? [] : await takeBackLeft(writer, store, startedAt);
    const source = stagedAs(tools.context.provider);
    if (!isStoppedBefore) await clearStaging(source, user, startedAt, tools);
    const prepared = await prepareRun(store, startedAt);
    const { scan, plan, wanted } = prepared;
    const aside = isStoppedBefore ? [] : await tools.takeInRecorded?.(prepared);
    const setAside = [...scan.setAside, ...(aside ?? [])];
    const toldUntil = await lastRunEnd(store);
    onEvent?.(plannedEvent(prepared, setAside));
    const isStopped = tools.stop?.aborted === true;
    const isIdle = plan.tasks.length === 0 || isStopped;
    const noted = isIdle ? undefined : await noteFills(plan, scan, store, startedAt);
    const { id, metered } = capabilities;
    const told = {
      ...{ plan, scan, wanted, toldUntil, before: tools.context.before ?? [], provider: id },
      ...{ quotas: capabilities.quotas, setAside, startedAt },
      ...(renamesUnread !== undefined && { renamesUnread }),
    };
    if (!isIdle && isOneOfSeveral(tools, asked)) {
      const begun = { ...summarize({ ...nothingRun(plan), ...told, endedAt: startedAt }), runId };
      const ahead = leftAhead(plan, tools.chain, startedAt);
      await noteBegun(begun, { ...asked, ...(ahead.length > 0 && { ahead }) }, { store, provider: id });
    }
    const run = isIdle ? nothingRun(plan) : await runTasks(prepared, writer, { ...tools, runId });
    const isAskedNext = askedNextIn(tools.chain);
    const ledger = { store, provider: id, metered, startedAt, now: clock(), isAskedNext };
    // What it collected it has taken in by now.
    tools.staging.leave(user);
    const sweep = sweepAfter(run, prepared, { user, source, store, staging: tools.staging });
    const summary = summarize({
      ...(isStopped ? run : await settle(run, prepared, ledger, { sweep, taken, noted })),
      ...told,
      endedAt: clock(),
    });
    await tools.beforeRecord?.(summary);
    return await recorded({ ...summary, runId }, asked, ledger);
  } finally {
    tools.staging.leave(user);
    await writer.release();
  }
}

/** Whether a run is of one provider of a chain, or asks for second opinions. */
function isOneOfSeveral({ chain }: Source, { opinions }: Partial<Asked>): boolean {
  return (chain?.all.length ?? 1) > 1 || opinions !== undefined;
}

/** What sweeps staging after a run, or leaves that to the last of those that go on. */
function sweepAfter(
  { markets, stopped }: Run,
  prepared: Prepared,
  about: Pick<BackfillTools, 'staging' | 'store'> & { readonly user: symbol; readonly source: string },
): () => Promise<void> {
  const { user, source, staging, store } = about;
  const list = listWanted(prepared);
  const isStopped = stopped !== null;
  if (!isStopped) staging.noteEnded(list);
  return () =>
    staging.sweep(user, () => {
      const lists = new Set([...staging.takeEnded(), list]);
      return markets.sweep(store.staging, { source, lists, isStopped });
    });
}

/** A run of what others left is of no list. */
export function listAsked({ tickers, lives, batch, intervals = ['1d'], only }: BackfillRequest): Asked {
  const alive = lives && { lives };
  if (only !== undefined) return { ...alive };
  return { ...alive, ...(batch === undefined ? { list: listId(tickers) } : { batch }), intervals };
}

/** What a run tells once it knows what to do. */
export function plannedEvent(
  { plan, scan, meant }: Prepared,
  setAside: readonly SetAside[] = scan.setAside,
): BackfillEvent {
  const { lost = [], distrusted = [] } = scan;
  const own = frozenPlan(plan);
  return { type: 'planned', plan: own, setAside, lost, distrusted, ...(meant && { meant }) };
}

/** What the end of a run has to do besides. */
interface AtEnd {
  readonly sweep: () => Promise<void>;
  /** What was taken back of earlier runs. */
  readonly taken: readonly TakenFill[];
  /** See `noteFills`. */
  readonly noted: string | undefined;
}

/** Judges what only the end of a run can judge, and records it. A disk that fails ends that too. */
async function settle(
  run: Run,
  { scan, plan, holesNow, list }: Prepared,
  ledger: LedgerTools & TakeBackTools,
  { sweep, taken, noted }: AtEnd,
): Promise<Run & Pick<RunOutcome, 'holesNow' | 'lostNow'>> {
  const { results } = run;
  const measure = run.measure ?? measuredByList(list, results);
  try {
    await sweep();
    await recordOutOfReach(plan.outOfReach, ledger);
    await settleUnknownTickers(results, scan, ledger, measure);
    await settleEmptyAnswers(results, ledger, measure);
    await settleSameSeries(results, ledger, run.twins);
    tellTaken(taken, plan, results);
    // What could not be compared the next run compares.
    if (noted !== undefined && run.twins !== undefined) await ledger.store.firstFills.remove([noted]);
    const lostNow = await stillLost(scan, ledger.store);
    if (holesNow === undefined || !results.hasHoles) return { ...run, lostNow };
    return { ...run, lostNow, holesNow: await holesNow() };
  } catch (error) {
    return { ...run, stopped: run.stopped ?? stopOrThrow(error) };
  }
}

/** What became of the tasks of a plan. `notRun`: what was not handed out, or was given back undone. */
interface Run
  extends
    Pick<Done, 'results' | 'requests' | 'notRun' | 'requestsLeft' | 'markets'>,
    Pick<RunOutcome, 'requestsBy' | 'stopped' | 'opens' | 'refused' | 'traffic'> {
  /** Default: what has a result. */
  readonly measure?: StormMeasure;
  /** Default: none. */
  readonly twins?: Twins;
}

const INTERRUPTED: Stop = { reason: 'interrupted', message: 'the run was stopped' };

/** A run that asks for nothing, be it that it was stopped before. */
export function nothingRun({ tasks, totals }: Plan): Run {
  return {
    ...nothingDone(),
    notRun: tasks.flatMap(({ wants }) => wants),
    requestsLeft: totals.requests,
    ...{ stopped: tasks.length === 0 ? null : INTERRUPTED, opens: null, refused: [] },
    traffic: NO_TRAFFIC,
    requestsBy: requestsBy(totals.requests, totals.requests, { sent: 0, beyond: NOTHING_BEYOND }),
  };
}

type Begun = BackfillTools & { readonly runId: string };

async function runTasks(prepared: Prepared, writer: Lease, tools: Begun): Promise<Run> {
  const { plan } = prepared;
  const context = { ...tools.context, lock: writer.lock };
  const runner = await tools.startRunner(plan.tasks.length, { id: tools.runId, context });
  const { traffic } = runner;
  const stops = watchStops(runner);
  const done = nothingDone();
  let ending: NodeJS.Timeout | undefined;
  const interrupt = (): void => {
    stops.stop(INTERRUPTED);
    ending = setTimeout(() => runner.abandon(), tools.stopGraceMs ?? STOP_GRACE_MS);
  };
  tools.stop?.addEventListener('abort', interrupt, { once: true });
  let lost: Stop | null = null;
  let handedOut: HandedOut | undefined;
  try {
    if (tools.stop?.aborted) interrupt();
    tools.onEvent?.({ type: 'running', plan, workers: runner.workers, traffic: () => traffic.now() });
    const { clock, onEvent, capabilities, staging } = tools;
    const { quotas, intervals } = capabilities;
    const about = { quotas, intervals, context, clock, onEvent, list: listWanted(prepared) };
    const handingOut = { runner, stops, done, writer, staging, ...about };
    handedOut = await handOutPlan(prepared, handingOut, tools);
  } finally {
    tools.stop?.removeEventListener('abort', interrupt);
    clearTimeout(ending);
    lost = await closeRunner(runner);
    if (runner.deaths > 0) writer.noteTrouble();
  }
  if (runner.lost !== undefined) throw runner.lost;
  // A quota that could not be kept shut the gate: that nobody answered was no fault of the provider's.
  const stopped =
    stops.stopped !== null && UNANSWERED.has(stops.stopped.reason)
      ? (lost ?? stops.stopped)
      : (stops.stopped ?? lost);
  const now = traffic.now();
  const { sent, succeeded, retries, throttles, bytesReceived, standing } = now;
  const { quotas } = tools.capabilities;
  const opens =
    stopped?.reason === 'quota-exhausted' && quotas.some((quota) => !isPaced(quota))
      ? quotaOpening(quotas, standing)
      : null;
  return {
    ...{ ...done, stopped, opens, refused: stops.refusals(done.notRun) },
    traffic: { sent, succeeded, retries, throttles, bytesReceived },
    requestsBy: requestsBy(plan.totals.requests, done.priced, now),
    ...handedOut,
  };
}

/** A run that nobody answered. */
const UNANSWERED: ReadonlySet<StopReason> = new Set(['provider-down', 'unreachable']);

/** Lets go of a runner. Gives what ends the run if its quota could not be kept. */
async function closeRunner(runner: Runner): Promise<Stop | null> {
  try {
    await runner.close();
    return null;
  } catch (error) {
    return stopOrThrow(error);
  }
}
