import { performance } from 'node:perf_hooks';
import { workerData } from 'node:worker_threads';
import {
  type RunContext,
  type TaskOrder,
  type TaskResult,
  type ThreadStart,
  failedWhole,
} from '../src/backfill/runner.ts';
import { type TaskTools, runTask } from '../src/backfill/task/run-task.ts';
import { RowsInWork } from '../src/backfill/task/rows-in-work.ts';
import { errorData } from '../src/core/errors.ts';
import { OPEN_GATE, type Gate } from '../src/providers/http/gate.ts';
import { limitInFlight } from '../src/providers/http/in-flight.ts';
import { monotonicNow, openGateState } from '../src/providers/http/gate-state.ts';
import { openSharedGate } from '../src/providers/http/shared-gate.ts';
import { openProvider } from '../src/providers/registry.ts';
import { openStore } from '../src/store/open.ts';

const start = workerData as ThreadStart | undefined;
const gate = openGate();

const inWork = new RowsInWork();

/** Tools of this thread by run context, opened once. */
const opened = new Map<string, Promise<TaskTools>>();

/** Thread entry: one task. Anything but an order is the pool's question whether this thread has loaded. */
export default async function runOrder(order: TaskOrder | string): Promise<TaskResult | string> {
  if (typeof order === 'string') return order;
  try {
    const tools = await toolsFor(order.context);
    return await inWork.within(order.task, () => runTask(order.task, order.now, tools));
  } catch (error) {
    return failedWhole(order.task, ({ series: { ticker } }) => errorData(error, { ticker }));
  }
}

function openGate(): Gate {
  if (start === undefined) return OPEN_GATE;
  const ofAllThreads = openSharedGate(openGateState(start.gate), start.policy, monotonicNow);
  return limitInFlight(ofAllThreads, start.inFlight);
}

function toolsFor(context: RunContext): Promise<TaskTools> {
  const key = JSON.stringify(context);
  const tools = opened.get(key) ?? openTools(context);
  opened.set(key, tools);
  return tools;
}

async function openTools({ storeUrl, provider }: RunContext): Promise<TaskTools> {
  const elapsed = (): number => performance.now();
  const asked = await openProvider(provider, gate, start?.secrets);
  return { store: openStore(storeUrl), provider: asked, gate, elapsed };
}
