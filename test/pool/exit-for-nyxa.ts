import type { ThreadMessage } from '../../src/backfill/runner.ts';
import runOrder from '../../workers/run-task.ts';

/** The real entry, of which one ticker ends the thread. */
export default function runOrExit(message: ThreadMessage | string): Promise<unknown> {
  if (
    typeof message !== 'string' &&
    'order' in message &&
    message.order.task.wants[0]?.series.ticker === 'NYXA'
  )
    process.exit(7);
  return runOrder(message);
}
