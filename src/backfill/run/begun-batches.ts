import type { BatchPlace } from '../../core/universe/universe.ts';
import type { RecordedRun } from './run-record.ts';

/** Batches of a list that no run began, though one began those before. Plain JSON. */
export interface NeverBegun {
  /** Whom the run asked that began those before. */
  readonly provider: string;
  /** Tickers in them. */
  readonly tickers: number;
  /** The first and the last of them, from 1, both inclusive, and how many batches the list is. */
  readonly first: number;
  readonly last: number;
  readonly of: number;
  /** What `--start-batch` goes on with. */
  readonly startBatch: number;
}

/**
 * The runs that began the last batch of each list that was begun, where there are more batches; none of a list that a later
 * run from the same provider asked for at once. `runs`: the newest first.
 */
export function cutShort(runs: readonly RecordedRun[]): readonly RecordedRun[] {
  const told = new Set<string>();
  return runs.filter((run) => {
    const list = listOf(run);
    if (list === undefined || told.has(list)) return false;
    told.add(list);
    return run.batch !== undefined && run.batch.number < run.batch.of;
  });
}

/** What comes after the batch that a run was. */
export function beyond({ provider, batch }: Pick<RecordedRun, 'provider' | 'batch'>): NeverBegun[] {
  if (batch === undefined || batch.number >= batch.of) return [];
  const { number, of, last, total } = batch;
  return [{ provider, tickers: total - last, first: number + 1, last: of, of, startBatch: number }];
}

/** The newest run as it was asked for: the runs of its batches, the first one first. */
export function asAsked([newest, ...earlier]: readonly [
  RecordedRun,
  ...RecordedRun[],
]): readonly RecordedRun[] {
  const { batch } = newest;
  if (batch === undefined) return [newest];
  const its = [newest];
  let due = batch.number - 1;
  for (const run of earlier) {
    // Bars that are derived are recorded between those that were fetched for them.
    if (run.provider !== newest.provider) continue;
    const isNext = listOf(run) === listOf(newest) && run.batch?.number === due && isSameCut(run.batch, batch);
    if (!isNext) break;
    its.push(run);
    due--;
  }
  return its.toReversed();
}

function isSameCut(a: BatchPlace, b: BatchPlace): boolean {
  return a.of === b.of && a.asked.first === b.asked.first && a.asked.last === b.asked.last;
}

/** The same text for runs of one list at the same intervals from one provider; undefined of one that is of no list, or old. */
function listOf({ provider, batch, list, intervals = [] }: RecordedRun): string | undefined {
  const whole = batch?.list ?? list;
  return whole === undefined ? undefined : [provider, whole, ...intervals.toSorted()].join(' ');
}
