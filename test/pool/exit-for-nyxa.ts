import type { TaskOrder } from '../../src/backfill/runner.ts';
import runOrder from '../../workers/run-task.ts';

/** The real entry, of which one ticker ends the thread. */
export default function runOrExit(order: TaskOrder | string): Promise<unknown> {
  if (typeof order !== 'string' && order.task.wants[0]?.series.ticker === 'NYXA') process.exit(7);
  return runOrder(order);
}
