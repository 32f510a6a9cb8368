import type { BarStore } from '../store/store.ts';
import type { Failure } from './failure.ts';
import type { LeftUndone } from './settle/left-undone.ts';
import type { RunSummary } from './settle/summary.ts';

/** A run by its record, with what records of earlier versions have too; what they lack is left out. */
export interface RecordedRun extends Partial<RunSummary> {
  readonly id: string;
  /** Whom it asked. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failures: readonly Failure[];
  /** Series that it did not get to. */
  readonly notRun: number;
  /** Undefined in the record of an earlier version, which names failures only. */
  readonly left?: readonly LeftUndone[];
}

/** The last runs on record that were begun, at most so many, the newest first. */
export async function recordedRuns(
  store: Pick<BarStore, 'readRuns'>,
  most: number,
): Promise<readonly RecordedRun[]> {
  return (await store.readRuns(most)).flatMap(({ id, record }) => {
    const run = { failures: [], notRun: 0, ...(record as Partial<RecordedRun>) };
    const { provider, startedAt, endedAt } = run;
    // Another's, or what a tool made of one.
    if (typeof provider !== 'string' || typeof startedAt !== 'number' || typeof endedAt !== 'number')
      return [];
    return [{ ...run, id, provider, startedAt, endedAt }];
  });
}

/** Runs of one process may overlap: the last that ended is among so many that began last. */
const LAST_BEGUN = 5;

/** When the last run on record ended, ms since the epoch; -Infinity where there is none. */
export async function lastRunEnd(store: Pick<BarStore, 'readRuns'>): Promise<number> {
  const runs = await recordedRuns(store, LAST_BEGUN);
  return runs.reduce((latest, { endedAt }) => Math.max(latest, endedAt), Number.NEGATIVE_INFINITY);
}
