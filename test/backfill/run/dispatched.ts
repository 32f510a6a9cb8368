import type { TaskResult } from '../../../src/backfill/runner.ts';
import type { Task } from '../../../src/core/plan/task.ts';

/** What every task of these tests comes to. */
export const failed: TaskResult = {
  series: [{ ok: false, error: { code: 'network', message: '', retryable: true } }],
};

/** A task that fills some partitions. */
export function task(id: string, partitions: readonly string[]): Task {
  const range = { from: 0, to: 1 };
  const series = { ticker: id, interval: '1d' } as const;
  const want = { id, series, calendar: 'XNYS', range, gaps: [range], sessions: 1 };
  return { id, wants: [want], requests: 1, partitions };
}
