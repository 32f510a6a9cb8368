import type { Task } from '../core/plan.ts';

/** `[AAPL ] 42/503 ( 8.3%)`: where a run is. */
export function progressText(task: Task, done: number, total: number): string {
  const percent = ((100 * done) / total).toFixed(1).padStart(4);
  return `[${task.series.ticker.padEnd(5)}] ${done}/${total} (${percent}%)`;
}
