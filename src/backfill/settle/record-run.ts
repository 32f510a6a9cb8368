import type { BackfillRequest } from '../plan/prepare.ts';
import { livesOfLeft } from '../run/recorded-lives.ts';
import { NOT_ENDED, type RecordedRun } from '../run/run-record.ts';
import { stopOrThrow } from '../run/stops.ts';
import type { BarStore } from '../../store/store.ts';
import type { RunSummary } from './summary.ts';

/** What its record tells of the list that a run was of, of the lives of its tickers, and of what it asked for an opinion. */
export type Asked = Pick<RecordedRun, 'batch' | 'list' | 'intervals' | 'opinions' | 'chain' | 'ahead'> &
  Pick<BackfillRequest, 'lives'>;

/** Where it is recorded, and whom it asked. */
interface RecordTools {
  readonly store: Pick<BarStore, 'saveRun'>;
  readonly provider: string;
}

/** The summary once it is stored: where the disk has no room for it, it still tells what was done. */
export async function recorded(
  { runId, ...summary }: RunSummary,
  { lives, ...asked }: Partial<Asked>,
  { store, provider }: RecordTools,
): Promise<RunSummary> {
  const record = {
    provider,
    ...asked,
    ...(lives && { lives: livesOfLeft(summary.left, lives) }),
    ...summary,
  };
  try {
    return { ...summary, runId: await store.saveRun(summary.startedAt, record, runId) };
  } catch (error) {
    return { ...summary, unrecorded: true, stopped: summary.stopped ?? stopOrThrow(error) };
  }
}

/**
 * Records a run of one of a chain, or for second opinions, before it asks, until its own record takes the place: if it is
 * killed, what those before it said has not been agreed to, nor spoken of, nor what it says itself by those after it.
 * `summary`: of nothing that was done. A disk without room for it ends the run by itself.
 */
export async function noteBegun(
  summary: RunSummary,
  asked: Partial<Asked>,
  tools: RecordTools,
  stopped = NOT_ENDED,
): Promise<void> {
  await recorded({ ...summary, stopped }, asked, tools);
}
