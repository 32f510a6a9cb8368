import { type TaskOrder, type TaskResult, failedWhole } from '../backfill/runner.ts';
import { BackfillError, type ErrorCode, errorData } from '../core/errors.ts';

/** A task of which every series failed in the same way. */
export function failed({ task, context }: Pick<TaskOrder, 'task' | 'context'>, error: unknown): TaskResult {
  return failedWhole(task, (about) => errorData(error, { ...about, provider: context.provider.id }));
}

export function stopped(): BackfillError {
  return new BackfillError('cancelled', 'the run was stopped');
}

/** Whether something of a task was ended before it had a result. */
export function isCutShort({ series, error }: TaskResult): boolean {
  return error?.code === 'cancelled' || series.some((one) => !one.ok && one.error.code === 'cancelled');
}

/** A task that the queue lost, whatever is stored of it: it is no fault of its own, and it can be had at once. */
export function lostByQueue(message: string): BackfillError {
  return new BackfillError('queue-unusable', message, { retryable: true, scope: 'series' });
}

/** What a worker says of all jobs of a run that it cannot work for: every other task would meet it too. */
const OF_THE_RUN = ['usage', 'unknown-provider', 'unauthorized', 'store-locked', 'store-unusable'] as const;

/** How a job says why it failed, for whoever reads it in the queue. */
export function reasonOf(error: unknown): string {
  const { code, message } = errorData(error);
  return `${code}: ${message}`;
}

const QUEUE_UNUSABLE = 'queue-unusable: ';

/** BullMQ's words for a job whose lock was another's by the time that it ended. */
const LOST = /lock/i;

/** Whether a job counts as failed only because it ran twice at once, or its worker lost Redis while it began it. */
export function isLost(reason: string): boolean {
  return reason.startsWith(QUEUE_UNUSABLE) || (LOST.test(reason) && codeIn(reason) === undefined);
}

/** Why a task has no result whose job failed for this reason. */
export function errorOfJob(reason: string): BackfillError {
  const code = codeIn(reason);
  if (code !== undefined) return new BackfillError(code, reason.slice(code.length + 2), { scope: 'run' });
  const isPoison = /more than allowable limit/.test(reason);
  const message = isPoison ? `every worker that had it died with it (${reason})` : reason;
  return new BackfillError('worker-crashed', message, { retryable: true });
}

function codeIn(reason: string): ErrorCode | undefined {
  return OF_THE_RUN.find((code) => reason.startsWith(`${code}: `));
}

/** Waits for something that may never come: at most so long, ms. Gives whether it came. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const came = work.then(
    () => true,
    () => true,
  );
  return Promise.race([came, over]).finally(() => clearTimeout(timer));
}
