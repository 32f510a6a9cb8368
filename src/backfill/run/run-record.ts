import type { Oddity } from '../../core/checks/oddity.ts';
import type { BatchPlace } from '../../core/universe/universe.ts';
import type { BarStore } from '../../store/store.ts';
import type { Failure } from '../failure.ts';
import type { RecordedLives } from './recorded-lives.ts';
import type { Stop } from '../stop.ts';

/**
 * Why a run left a series undone:
 *
 * - `failed`: something was to be had and did not come
 * - `lost`: rows came of some sessions that could not be stored, which is news
 * - `in-doubt`: a session is stored and waits for another answer to confirm it
 * - `not-run`: the run was stopped before it asked
 */
export type LeftWhy = 'failed' | 'lost' | 'in-doubt' | 'not-run';

/** Series of one interval that a run left undone for one reason, in one span of sessions. Plain JSON. */
export interface LeftUndone {
  readonly why: LeftWhy;
  readonly interval: string;
  /** First and last session asked for, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  /** Whether the run fetched again what is there. Default: only what was missing. */
  readonly again?: true;
  /** In the order of the run. */
  readonly tickers: readonly string[];
}

/** The chain of providers that a run was of. Plain JSON. */
export interface RecordedChain {
  /** Their ids, in the order in which they are asked. */
  readonly providers: readonly string[];
  /** When it was begun, ms since the epoch: the same of all its runs. */
  readonly begunAt: number;
  /** Of a run that asked its provider again, for series that its answers for whole sessions do not name. */
  readonly isAgain?: true;
}

/** What one of a chain says that it does not have before another one of it has been asked. Plain JSON. */
export interface LeftAhead {
  /** Whose word is due next. */
  readonly provider: string;
  /** What may turn out to be left to it. */
  readonly left: readonly LeftUndone[];
}

/** A stored session of which something is odd. Plain JSON. */
export interface OddSession {
  readonly ticker: string;
  readonly interval: string;
  /** Session date, `YYYY-MM-DD`. */
  readonly session: string;
  readonly kind: Oddity['kind'];
}

/** A run by its record, which may be of an earlier version. */
export interface RecordedRun {
  readonly id: string;
  /** Whom it asked. */
  readonly provider: string;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Series that were fetched, that failed, of which nothing can be had, and that it did not get to. */
  readonly fetched: number;
  readonly failed: number;
  readonly unavailable: number;
  readonly notRun: number;
  /** Bars that came. */
  readonly bars: number;
  /** Requests that were sent; series that were wanted. Undefined in the record of an earlier version. */
  readonly sent?: number;
  readonly series?: number;
  readonly stopped: Stop | null;
  readonly failures: readonly Failure[];
  /** Which part of a list it was of. Default: it was none. */
  readonly batch?: BatchPlace;
  /** Default: it was of one provider alone. */
  readonly chain?: RecordedChain;
  /** Of a run of a whole list: see `listId`. */
  readonly list?: string;
  /** Those that were asked for. */
  readonly intervals?: readonly string[];
  /** Of what it left, where not all days were wanted. Default: they were. */
  readonly lives?: RecordedLives;
  /** Of a run that asked for second opinions: about which sessions. Default: it was none. */
  readonly opinions?: readonly OddSession[];
  /** Undefined in the record of an earlier version, which names failures only. */
  readonly left?: readonly LeftUndone[];
  /** Of one of a chain that has not ended: what falls to those after it where it has none. Default: nobody comes after it. */
  readonly ahead?: readonly LeftAhead[];
}

/** How a run is recorded that has begun, until its own record takes the place. */
export const NOT_ENDED: Stop = {
  reason: 'interrupted',
  message: 'it was begun and has not ended: it goes on, or was killed',
};

/** How a later one of a chain is recorded that was stopped before its turn. */
export const STOPPED_BEFORE: Stop = {
  reason: 'interrupted',
  message: 'the run was stopped before it was asked',
};

/** Whether a record is one of those: when its run ended is not known, nor what it did. */
export function hasNotEnded({ stopped }: RecordedRun): boolean {
  return stopped?.message === NOT_ENDED.message;
}

/** What a record is taken to say that does not say it. */
const SILENT = {
  ...{ fetched: 0, failed: 0, unavailable: 0, notRun: 0, bars: 0 },
  ...{ stopped: null, failures: [] },
} as const;

/** The last runs on record that were begun, at most so many, the newest first; of those whose id begins so (default: of all). */
export async function recordedRuns(
  store: Pick<BarStore, 'readRuns'>,
  most: number,
  beginning = '',
): Promise<readonly RecordedRun[]> {
  const runs = (await store.readRuns(most, beginning)).flatMap(({ id, record }) => {
    const run = { ...SILENT, ...(record as Partial<RecordedRun>) };
    const { provider, startedAt, endedAt } = run;
    // Another's, or what a tool made of one.
    if (typeof provider !== 'string' || typeof startedAt !== 'number' || typeof endedAt !== 'number')
      return [];
    return [{ ...run, id, provider, startedAt, endedAt }];
  });
  // Those of one second stand in no order.
  return runs.toSorted(
    (a, b) => b.startedAt - a.startedAt || (b.batch?.number ?? 0) - (a.batch?.number ?? 0),
  );
}

/** Ids of those of the last runs on record, at most so many, whose record is not as it was saved. The newest first. */
export async function spoiltRuns(store: Pick<BarStore, 'readRuns'>, most: number): Promise<string[]> {
  return (await store.readRuns(most)).flatMap(({ id, record }) => (record === null ? [id] : []));
}

/** Runs of one process may overlap: the last that ended is among so many that began last. */
const LAST_BEGUN = 5;

/** When the last run on record ended, ms since the epoch; -Infinity where there is none. */
export async function lastRunEnd(store: Pick<BarStore, 'readRuns'>): Promise<number> {
  const runs = await recordedRuns(store, LAST_BEGUN);
  return runs.reduce((latest, { endedAt }) => Math.max(latest, endedAt), Number.NEGATIVE_INFINITY);
}
