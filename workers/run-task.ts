import { performance } from 'node:perf_hooks';
import { type RunContext, type TaskOrder, type TaskResult } from '../src/backfill/runner.ts';
import { type TaskTools, runTask } from '../src/backfill/run-task.ts';
import { openProvider } from '../src/providers/registry.ts';
import { openStore } from '../src/store/open.ts';

/** Tools of this thread by run context, opened once. */
const opened = new Map<string, Promise<TaskTools>>();

/** Thread entry: one task. Anything but an order is the pool's question whether this thread has loaded. */
export default async function runOrder(order: TaskOrder | string): Promise<TaskResult | string> {
  if (typeof order === 'string') return order;
  return runTask(order.task, order.now, await toolsFor(order.context));
}

function toolsFor(context: RunContext): Promise<TaskTools> {
  const key = JSON.stringify(context);
  const tools = opened.get(key) ?? openTools(context);
  opened.set(key, tools);
  return tools;
}

async function openTools({ storeUrl, provider }: RunContext): Promise<TaskTools> {
  return {
    store: openStore(storeUrl),
    provider: await openProvider(provider),
    elapsed: () => performance.now(),
  };
}
