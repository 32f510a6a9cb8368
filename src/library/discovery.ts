import type { RunSummary } from '../backfill/settle/summary.ts';
import { BackfillError } from '../core/errors.ts';
import type { PlanHow } from '../queue/discovery.ts';
import { type AttachOptions, attachRun } from './attach.ts';
import { type KeptRequest, requestOfKept } from './kept-request.ts';
import { openHistory } from './open-history.ts';

type Own = Omit<AttachOptions, 'onEvent' | 'stop'>;

/** Carries out what was left to whoever plans, or goes on with the run that it became. */
export async function planKept(own: Own, kept: KeptRequest, how: PlanHow): Promise<RunSummary> {
  const { run, onBegun, stop } = how;
  const request = {
    ...requestOfKept(kept),
    stop,
    onEvent: (event: Parameters<NonNullable<AttachOptions['onEvent']>>[0]): void => {
      if (event.type === 'begun') onBegun(event.runId);
    },
  };
  if (run !== undefined) {
    const { onEvent } = request;
    const again = await attachRun(run, { ...own, onEvent, stop }).catch(unlessUnknown);
    if (again !== undefined) return again;
  }
  const history = openHistory({ ...kept.options, ...own });
  try {
    return await history.backfill(request);
  } finally {
    await history.close();
  }
}

/** A run that has ended, or that the queue lost: the store says what of it lacks. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof BackfillError && error.code === 'usage') return undefined;
  throw error;
}
