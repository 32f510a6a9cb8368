import { BackfillError, errorData } from '../core/errors.ts';
import type { Plan, Task, Want } from '../core/plan/plan.ts';
import { type Quota, isPaced } from '../core/plan/quota.ts';
import { quotaOpening } from '../core/plan/quota-time.ts';
import type { BarStore, Lease } from '../store/store.ts';
import type { Scan, SetAside } from '../store/scan.ts';
import { dispatch } from './run/dispatch.ts';
import { type Failure, failureOf } from './failure.ts';
import { type LedgerTools, recordOutOfReach, settleUnknownTickers } from './run/ledger.ts';
import { type BackfillRequest, type Prepared, type Source, prepare } from './plan/prepare.ts';
import { refetchRestated } from './settle/restated.ts';
import { settleSameSeries } from './settle/same-series.ts';
import { settleEmptyAnswers } from './settle/empty-answers.ts';
import { RunResults } from './run/run-results.ts';
import type { RunContext, Runner, SeriesResult, TrafficNow } from './runner.ts';
import { type Stop, type StopReason, type Stops, stopOf, watchStops } from './run/stops.ts';
import { type RunOutcome, type RunSummary, summarize } from './settle/summary.ts';

/** What a run tells while it goes. */
export type BackfillEvent =
  /** `distrusted`: see `Scan`. */
  | {
      readonly type: 'planned';
      readonly plan: Plan;
      readonly setAside: readonly SetAside[];
      readonly distrusted: readonly SetAside[];
    }
  /** Threads are there; `traffic` tells how the requests get on, whenever it is asked. */
  | {
      readonly type: 'running';
      readonly plan: Plan;
      readonly workers: number;
      readonly traffic: () => TrafficNow;
    }
  | { readonly type: 'started'; readonly task: Task }
  /** A want of a task. `requests`: its share of those of the task. `failure`: what the summary will say of it, if it is one. */
  | {
      readonly type: 'finished';
      readonly want: Want;
      readonly requests: number;
      readonly result: SeriesResult;
      readonly failure: Failure | null;
      readonly done: number;
    };

export interface BackfillTools extends Source {
  readonly store: BarStore;
  /** Gives the right to write the store once it is this run's turn. */
  readonly acquire: () => Promise<Lease>;
  readonly context: RunContext;
  /** Called only if there is something to fetch, with the number of tasks. */
  readonly startRunner: (tasks: number) => Promise<Runner>;
  /** ms since the epoch. */
  readonly clock: () => number;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Aborted: hand out no more tasks, finish those in work. */
  readonly stop?: AbortSignal;
}

/**
 * The main job: scan → gaps → plan → run → report. Writes the run's record into the store. What goes wrong with a
 * ticker is in the summary, and so is what ended the run once it had begun; thrown is only what keeps it from beginning
 * (`usage`, `store-locked`, `store-unusable`).
 */
export function backfill(request: BackfillRequest, tools: BackfillTools): Promise<RunSummary> {
  return runPrepared((store, now) => prepare(request, store, tools, now), tools);
}

/** A run of whatever plan is made once the store is this process's to write: see `backfill`. */
export async function runPrepared(
  prepareRun: (store: BarStore, now: number) => Promise<Prepared>,
  tools: BackfillTools,
): Promise<RunSummary> {
  const { store, capabilities, clock, onEvent } = tools;
  const startedAt = clock();
  const writer = await tools.acquire();
  try {
    const renamesUnread = await whyRenamesAreUnread(store);
    const prepared = await prepareRun(store, startedAt);
    const { scan, plan } = prepared;
    onEvent?.({ type: 'planned', plan, setAside: scan.setAside, distrusted: scan.distrusted ?? [] });
    const isStopped = tools.stop?.aborted === true;
    const run =
      plan.tasks.length === 0 || isStopped ? nothingRun(plan) : await runTasks(plan, scan, writer, tools);
    const ledger = { store, provider: capabilities.id, now: clock() };
    const summary = summarize({
      // It may not be its turn to write.
      ...(isStopped ? run : await settle(run, prepared, ledger)),
      plan,
      scan,
      provider: capabilities.id,
      quotas: capabilities.quotas,
      setAside: scan.setAside,
      ...(renamesUnread !== undefined && { renamesUnread }),
      startedAt,
      endedAt: clock(),
    });
    return await recorded(summary, ledger);
  } finally {
    await writer.release();
  }
}

/** Why the list of renames is as good as none, if it is. */
async function whyRenamesAreUnread(store: BarStore): Promise<string | undefined> {
  try {
    await store.readRenames();
    return undefined;
  } catch (error) {
    if (error instanceof BackfillError && error.code === 'store-corrupt') return error.message;
    throw error;
  }
}

/** Judges what only the end of a run can judge, and records it. A disk that fails ends that too. */
async function settle(
  run: Run,
  { scan, plan, holesNow }: Prepared,
  ledger: LedgerTools,
): Promise<Run & Pick<RunOutcome, 'holesNow'>> {
  const { results } = run;
  try {
    await recordOutOfReach(plan.outOfReach, ledger);
    await settleUnknownTickers(results, scan, ledger);
    await settleEmptyAnswers(results, ledger);
    await settleSameSeries(results, ledger);
    if (holesNow === undefined || !results.hasHoles) return run;
    return { ...run, holesNow: await holesNow() };
  } catch (error) {
    return { ...run, stopped: run.stopped ?? stopOrThrow(error) };
  }
}

/** The summary as it is stored: where the disk has no room for it, it still tells what was done. */
async function recorded(summary: RunSummary, { store, provider }: LedgerTools): Promise<RunSummary> {
  try {
    return { ...summary, runId: await store.saveRun(summary.startedAt, { provider, ...summary }) };
  } catch (error) {
    return { ...summary, stopped: summary.stopped ?? stopOrThrow(error) };
  }
}

/** Why a run ends that met this error, which is thrown on where it is none of the whole run's: a bug. */
function stopOrThrow(error: unknown): Stop {
  const stop = stopOf(errorData(error));
  if (stop === undefined) throw error;
  return stop;
}

/** What became of the tasks of a plan. `notRun`: what was not handed out, or was given back undone. */
type Run = Pick<
  RunOutcome,
  'results' | 'requests' | 'notRun' | 'requestsLeft' | 'stopped' | 'opens' | 'refused' | 'traffic'
>;

const INTERRUPTED: Stop = { reason: 'interrupted', message: 'the run was stopped' };

/** A run that asks for nothing, be it that it was stopped before. */
function nothingRun({ tasks, totals }: Plan): Run {
  return {
    ...nothingDone(),
    notRun: tasks.flatMap(({ wants }) => wants),
    requestsLeft: totals.requests,
    stopped: tasks.length === 0 ? null : INTERRUPTED,
    opens: null,
    refused: [],
    traffic: { sent: 0, retries: 0, throttles: 0 },
  };
}

async function runTasks(plan: Plan, scan: Scan, writer: Lease, tools: BackfillTools): Promise<Run> {
  const runner = await tools.startRunner(plan.tasks.length);
  const { traffic } = runner;
  const stops = watchStops(() => traffic.cancel());
  const done = nothingDone();
  const { results, notRun } = done;
  const interrupt = (): void => stops.stop(INTERRUPTED);
  tools.stop?.addEventListener('abort', interrupt, { once: true });
  let lost: Stop | null = null;
  try {
    if (tools.stop?.aborted) interrupt();
    tools.onEvent?.({ type: 'running', plan, workers: runner.workers, traffic: () => traffic.now() });
    const handOut = handOutTo(runner, { stops, done, writer }, tools);
    await handOut(plan.tasks);
    await handOut(refetchRestated(results.kept, scan, tools.capabilities, tools.clock()));
  } finally {
    tools.stop?.removeEventListener('abort', interrupt);
    lost = await closeRunner(runner);
    if (runner.deaths > 0) writer.noteTrouble();
  }
  // A quota that could not be kept shut the gate: that nobody answered was no fault of the provider's.
  const stopped =
    stops.stopped !== null && UNANSWERED.has(stops.stopped.reason)
      ? (lost ?? stops.stopped)
      : (stops.stopped ?? lost);
  const { sent, retries, throttles, standing } = traffic.now();
  const opens =
    stopped?.reason === 'quota-exhausted' ? quotaOpening(tools.capabilities.quotas, standing) : null;
  return { ...done, stopped, opens, refused: stops.refusals(notRun), traffic: { sent, retries, throttles } };
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

/** What became of tasks so far. */
interface Done {
  readonly results: RunResults;
  /** Of the tasks that were run, by plan. */
  requests: number;
  readonly notRun: Want[];
  /** Of the tasks that were not run, but for those of a closed endpoint. */
  requestsLeft: number;
}

function nothingDone(): Done {
  return { results: new RunResults(), requests: 0, notRun: [], requestsLeft: 0 };
}

interface HandOut {
  readonly stops: Stops;
  readonly done: Done;
  readonly writer: Lease;
}

/** A function that hands tasks out to a runner, and takes note of what becomes of them. */
function handOutTo(
  runner: Runner,
  { stops, done, writer }: HandOut,
  { capabilities, context, clock, onEvent }: BackfillTools,
): (tasks: readonly Task[]) => Promise<void> {
  let isProven = !isScarce(capabilities.quotas, runner.capacity);
  const noteResult = (task: Task, want: Want, result: SeriesResult): boolean => {
    if (!result.ok && result.error.code === 'store-unusable') writer.noteTrouble();
    if (!result.ok && stops.note(want, result.error) === 'not-run') {
      done.notRun.push(want);
      return false;
    }
    done.results.add(want, result);
    const failure = failureOf(want, result);
    const requests = task.requests / task.wants.length;
    onEvent?.({ type: 'finished', want, requests, result, failure, done: done.results.size });
    return true;
  };
  return async (tasks) => {
    const left = await dispatch({
      tasks,
      capacity: () => (isProven ? runner.capacity : 1),
      run: (task) => runner.run({ task, context, now: clock() }),
      onStart: (task) => onEvent?.({ type: 'started', task }),
      onResult: (task, { series, committed = [] }) => {
        isProven = true;
        writer.note(committed);
        const ran = task.wants.filter((want, i) => noteResult(task, want, series[i] as SeriesResult));
        if (ran.length > 0) done.requests += task.requests;
        else if (!stops.isClosed(task)) done.requestsLeft += task.requests;
      },
      stopped: () => stops.stopped !== null,
      isClosed: (task) => stops.isClosed(task),
    });
    for (const task of left) {
      for (const want of task.wants) done.notRun.push(want);
      if (!stops.isClosed(task)) done.requestsLeft += task.requests;
    }
  };
}

/**
 * Whether the tasks in work at once are so large a part of a day's requests (more than one in a hundred) that the first
 * goes alone: a wrong key or a full disk, which all of them would meet, then costs one request.
 */
function isScarce(quotas: readonly Quota[], tasks: number): boolean {
  return quotas.some((quota) => !isPaced(quota) && tasks > quota.requests / 100);
}
