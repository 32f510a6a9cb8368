import type { ErrorCode } from '../core/errors.ts';
import type { Plan, Task } from '../core/plan.ts';
import type { Capabilities } from '../providers/provider.ts';
import type { BarStore, Scan, SetAside } from '../store/store.ts';
import { dispatch } from './dispatch.ts';
import { recordOutOfReach, settleUnknownTickers } from './ledger.ts';
import { type BackfillRequest, type Prepared, prepare } from './prepare.ts';
import { refetchRestated } from './restated.ts';
import { settleSameSeries } from './same-series.ts';
import { settleSilence } from './silence.ts';
import type { RunContext, Runner, SharedWithThreads, TaskResult } from './runner.ts';
import { type RunSummary, type StopReason, summarize } from './summary.ts';
import type { Traffic } from './traffic.ts';

/** What a run tells while it goes. */
export type BackfillEvent =
  | { readonly type: 'planned'; readonly plan: Plan; readonly setAside: readonly SetAside[] }
  | { readonly type: 'started'; readonly task: Task }
  | { readonly type: 'finished'; readonly task: Task; readonly result: TaskResult; readonly done: number };

export interface BackfillTools {
  readonly store: BarStore;
  readonly capabilities: Capabilities;
  readonly context: RunContext;
  /** Called only if there is something to fetch. */
  readonly openTraffic: () => Promise<Traffic>;
  /** Called only if there is something to fetch, with the number of tasks. */
  readonly startRunner: (tasks: number, shared: SharedWithThreads) => Promise<Runner>;
  /** ms since the epoch. */
  readonly clock: () => number;
  readonly onEvent?: (event: BackfillEvent) => void;
  /** Aborted: hand out no more tasks, finish those in work. */
  readonly stop?: AbortSignal;
}

/**
 * The main job: scan → gaps → plan → run → report. Writes the run's record into the store. What goes wrong with a
 * ticker is in the summary; thrown is only what stops the run as a whole (`usage`, `store-locked`, `store-unusable`).
 */
export function backfill(request: BackfillRequest, tools: BackfillTools): Promise<RunSummary> {
  return runPrepared((store, now) => prepare(request, store, tools.capabilities, now), tools);
}

/** A run of whatever plan is made once the store is this process's to write: see `backfill`. */
export async function runPrepared(
  prepareRun: (store: BarStore, now: number) => Promise<Prepared>,
  tools: BackfillTools,
): Promise<RunSummary> {
  const { store, capabilities, clock, onEvent } = tools;
  const startedAt = clock();
  const writer = await store.acquire();
  try {
    const { scan, plan } = await prepareRun(store, startedAt);
    onEvent?.({ type: 'planned', plan, setAside: scan.setAside });
    const run = plan.tasks.length === 0 ? NOTHING_RUN : await runTasks(plan, scan, tools);
    const ledger = { store, provider: capabilities.id, now: clock() };
    await recordOutOfReach(plan.outOfReach, ledger);
    let results = await settleUnknownTickers(run.results, scan, ledger);
    results = await settleSilence(results, ledger);
    results = await settleSameSeries(results, ledger);
    const summary = summarize({
      ...run,
      plan,
      results,
      quotas: capabilities.quotas,
      setAside: scan.setAside,
      startedAt,
      endedAt: clock(),
    });
    const runId = await store.saveRun(startedAt, { provider: capabilities.id, ...summary });
    return { ...summary, runId };
  } finally {
    await writer.release();
  }
}

/** What became of the tasks of a plan. */
interface Run {
  readonly results: ReadonlyMap<Task, TaskResult>;
  /** Tasks that were not handed out, or given back undone. */
  readonly notRun: readonly Task[];
  readonly stopped: { readonly reason: StopReason; readonly message: string } | null;
  readonly traffic: { readonly sent: number; readonly retries: number; readonly throttles: number };
}

const NOTHING_RUN: Run = {
  results: new Map(),
  notRun: [],
  stopped: null,
  traffic: { sent: 0, retries: 0, throttles: 0 },
};

/** Errors that are not the ticker's: they end the run, and its task counts as not run. */
const STOPS: Readonly<Partial<Record<ErrorCode, StopReason>>> = {
  cancelled: 'interrupted',
  'quota-exhausted': 'quota-exhausted',
  'provider-down': 'provider-down',
};

async function runTasks(plan: Plan, scan: Scan, tools: BackfillTools): Promise<Run> {
  const { context, clock, onEvent, stop } = tools;
  const traffic = await tools.openTraffic();
  const results = new Map<Task, TaskResult>();
  const undone: Task[] = [];
  let stopped: Run['stopped'] = null;
  let lastFailure = '';
  const interrupt = (): void => {
    stopped ??= { reason: 'interrupted', message: 'the run was stopped' };
    traffic.cancel();
  };
  const settle = (task: Task, result: TaskResult): void => {
    const reason = result.ok ? undefined : STOPS[result.error.code];
    if (!result.ok && reason !== undefined) {
      stopped ??= { reason, message: lastFailure === '' ? result.error.message : lastFailure };
      undone.push(task);
      traffic.cancel();
      return;
    }
    if (!result.ok) lastFailure = result.error.message;
    results.set(task, result);
    onEvent?.({ type: 'finished', task, result, done: results.size });
  };
  stop?.addEventListener('abort', interrupt, { once: true });
  try {
    if (stop?.aborted) interrupt();
    const runner = await tools.startRunner(plan.tasks.length, traffic.shared);
    const handOut = (tasks: readonly Task[]): Promise<Task[]> =>
      dispatch({
        tasks,
        capacity: runner.capacity,
        run: (task) => runner.run({ task, context, now: clock() }),
        onStart: (task) => onEvent?.({ type: 'started', task }),
        onResult: settle,
        stopped: () => stopped !== null,
      });
    try {
      const left = await handOut(plan.tasks);
      const again = refetchRestated(results, scan, tools.capabilities, clock());
      left.push(...(await handOut(again)));
      return { results, notRun: [...undone, ...left], stopped, traffic: traffic.counts() };
    } finally {
      await runner.close();
    }
  } finally {
    stop?.removeEventListener('abort', interrupt);
    await traffic.close();
  }
}
