import { performance } from 'node:perf_hooks';
import { workerData } from 'node:worker_threads';
import {
  type RunContext,
  type RunStart,
  type TaskResult,
  type ThreadMessage,
  type ThreadStart,
  failedWhole,
} from '../src/backfill/runner.ts';
import { stagedAs } from '../src/backfill/run/staged-source.ts';
import { derivedProvider } from '../src/backfill/task/derived-provider.ts';
import type { TaskTools } from '../src/backfill/task/task-tools.ts';
import { runTask } from '../src/backfill/task/run-task.ts';
import { RowsInWork } from '../src/backfill/task/rows-in-work.ts';
import { BackfillError, errorData } from '../src/core/errors.ts';
import type { Gate } from '../src/providers/http/gate.ts';
import { limitInFlight, openPlaces } from '../src/providers/http/in-flight.ts';
import { monotonicNow, openGateState } from '../src/providers/http/gate-state.ts';
import { openSharedGate } from '../src/providers/http/shared-gate.ts';
import { openProvider } from '../src/providers/registry.ts';
import { openStore } from '../src/store/open.ts';

const { inFlight, restMs } = workerData as ThreadStart;
const places = openPlaces(inFlight, restMs);

/** Rows of all runs. */
const inWork = new RowsInWork();

/** Tools of this thread by run, opened with its first task. */
const opened = new Map<number, Promise<TaskTools>>();

/** Thread entry. A string is the pool's question whether this thread has loaded. */
export default async function listen(
  message: ThreadMessage | string,
): Promise<TaskResult | string | undefined> {
  if (typeof message === 'string') return message;
  if ('ended' in message) return leave(message.ended);
  const { task, context, now, told } = message.order;
  try {
    const tools = await toolsFor(message.run, context, message.start);
    return await inWork.within(task, () => runTask(task, now, tools, told));
  } catch (error) {
    return failedWhole(task, (about) => errorData(error, about));
  }
}

function toolsFor(run: number, context: RunContext, start: RunStart | undefined): Promise<TaskTools> {
  const tools = opened.get(run) ?? openTools(context, start);
  opened.set(run, tools);
  return tools;
}

async function openTools(
  { storeUrl, lock, provider, isDerived, before }: RunContext,
  start: RunStart | undefined,
): Promise<TaskTools> {
  if (start === undefined) throw new BackfillError('internal', 'a run of which this thread was told nothing');
  const gate = gateOf(start);
  const elapsed = (): number => performance.now();
  const store = openStore(storeUrl, lock);
  const asked = isDerived
    ? derivedProvider(store, provider)
    : await openProvider(provider, gate, start.secrets);
  return { store, provider: asked, source: stagedAs(provider), gate, elapsed, ...(before && { before }) };
}

function gateOf({ gate, run, policy }: RunStart): Gate {
  const memory = { state: openGateState(gate), run };
  return limitInFlight(openSharedGate(memory, policy, monotonicNow), places);
}

async function leave(run: number): Promise<undefined> {
  const tools = opened.get(run);
  opened.delete(run);
  // What kept it from being opened was every task's error.
  const provider = await tools?.then(
    (open) => open.provider,
    () => undefined,
  );
  await provider?.close();
}
