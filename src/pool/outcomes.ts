import { type TaskOrder, type TaskResult, failedWhole } from '../backfill/runner.ts';
import { BackfillError, type ErrorScope, errorData } from '../core/errors.ts';
import type { Job } from './waiting-jobs.ts';

/** Whether a thread's answer is what a task function gives. */
export function isResult(answer: unknown): answer is TaskResult {
  return typeof answer === 'object' && answer !== null && 'series' in answer;
}

/** Nobody waits for the tasks of a run that was stopped. */
export function stopped(): BackfillError {
  return new BackfillError('cancelled', 'the run was stopped');
}

/** A task whose thread died with it, or that no thread can be had for. */
export function crashed({ order }: Job, message: string, scope: ErrorScope = 'series'): TaskResult {
  return failed(order, new BackfillError('worker-crashed', message, { retryable: true, scope }));
}

/** A task of which every series failed in the same way. */
export function failed({ task, context }: TaskOrder, error: unknown): TaskResult {
  return failedWhole(task, (about) => errorData(error, { ...about, provider: context.provider.id }));
}
