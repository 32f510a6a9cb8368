import type { Plan, Task } from '../core/plan.ts';
import type { Capabilities } from '../providers/provider.ts';
import type { BarStore, SetAside } from '../store/store.ts';
import { dispatch } from './dispatch.ts';
import { recordOutOfReach, settleUnknownTickers } from './ledger.ts';
import { type BackfillRequest, prepare } from './prepare.ts';
import type { RunContext, Runner, TaskResult } from './runner.ts';
import { type RunSummary, summarize } from './summary.ts';

/** What a run tells while it goes. */
export type BackfillEvent =
  | { readonly type: 'planned'; readonly plan: Plan; readonly setAside: readonly SetAside[] }
  | { readonly type: 'started'; readonly task: Task }
  | { readonly type: 'finished'; readonly task: Task; readonly result: TaskResult; readonly done: number };

export interface BackfillTools {
  readonly store: BarStore;
  readonly capabilities: Capabilities;
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
 * ticker is in the summary; thrown is only what stops the run as a whole (`usage`, `store-locked`, `store-unusable`).
 */
export async function backfill(request: BackfillRequest, tools: BackfillTools): Promise<RunSummary> {
  const { store, capabilities, clock, onEvent } = tools;
  const startedAt = clock();
  const writer = await store.acquire();
  try {
    const { scan, plan } = await prepare(request, store, capabilities, startedAt);
    onEvent?.({ type: 'planned', plan, setAside: scan.setAside });
    const results = new Map<Task, TaskResult>();
    const notRun = plan.tasks.length === 0 ? [] : await runTasks(plan, results, tools);
    const ledger = { store, provider: capabilities.id, now: clock() };
    await recordOutOfReach(plan.outOfReach, ledger);
    const judged = await settleUnknownTickers(results, scan, ledger);
    const summary = summarize({
      plan,
      results: judged,
      notRun,
      setAside: scan.setAside,
      interrupted: tools.stop?.aborted ?? false,
      startedAt,
      endedAt: clock(),
    });
    const runId = await store.saveRun(startedAt, { provider: capabilities.id, ...summary });
    return { ...summary, runId };
  } finally {
    await writer.release();
  }
}

async function runTasks(plan: Plan, results: Map<Task, TaskResult>, tools: BackfillTools): Promise<Task[]> {
  const { context, clock, onEvent, stop } = tools;
  const runner = await tools.startRunner(plan.tasks.length);
  try {
    return await dispatch({
      tasks: plan.tasks,
      capacity: runner.capacity,
      run: (task) => runner.run({ task, context, now: clock() }),
      onStart: (task) => onEvent?.({ type: 'started', task }),
      onResult: (task, result) => {
        results.set(task, result);
        onEvent?.({ type: 'finished', task, result, done: results.size });
      },
      stopped: () => stop?.aborted ?? false,
    });
  } finally {
    await runner.close();
  }
}
