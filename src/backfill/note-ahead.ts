import { listAsked, nothingRun } from './backfill.ts';
import { type ChainPlace, recordedChain } from './plan/handed-on.ts';
import type { BackfillRequest, Prepared } from './plan/prepare.ts';
import { lastRunEnd, NOT_ENDED, STOPPED_BEFORE } from './run/run-record.ts';
import { noteBegun } from './settle/record-run.ts';
import { summarize } from './settle/summary.ts';
import type { Capabilities } from '../providers/provider.ts';
import type { BarStore } from '../store/store.ts';

/** Of whom it is noted, and where. */
interface NextTools {
  readonly store: BarStore;
  readonly capabilities: Capabilities;
  readonly chain: ChainPlace;
  /** ms since the epoch. */
  readonly now: number;
  /** Id of what was noted of it before. Default: nothing was. */
  readonly runId: string | undefined;
  /** Whether its turn comes no more in this run. */
  readonly isOver: boolean;
}

/**
 * Records a run of a later provider of a chain as begun while the one before it still has the store, and is not on record: if all
 * ends in between, or its turn does not come, what that one said has not been agreed to. Gives the id that the run is to take; undefined where there is
 * nothing to ask for, and nothing was noted before.
 */
export async function noteAhead(
  request: BackfillRequest,
  { plan, scan, wanted }: Prepared,
  { store, capabilities, chain, now, runId: noted, isOver }: NextTools,
): Promise<string | undefined> {
  if (plan.tasks.length === 0 && noted === undefined) return undefined;
  const runId = noted ?? (await store.nextRunId(now));
  const { id: provider, quotas } = capabilities;
  const summary = summarize({
    ...nothingRun(plan),
    ...{ plan, scan, wanted, provider, quotas, setAside: scan.setAside },
    ...{ before: chain.before.map(({ capabilities: { id } }) => id), toldUntil: await lastRunEnd(store) },
    ...{ startedAt: now, endedAt: now },
  });
  const asked = { ...listAsked(request), chain: recordedChain(chain) };
  await noteBegun({ ...summary, runId }, asked, { store, provider }, isOver ? STOPPED_BEFORE : NOT_ENDED);
  return runId;
}
