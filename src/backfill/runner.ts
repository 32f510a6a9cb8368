import type { Coverage } from '../core/coverage/coverage.ts';
import type { AbsenceReason } from '../core/coverage/evidence.ts';
import type { Stop } from './stop.ts';
import type { BackfillError, ErrorData } from '../core/errors.ts';
import type { Day } from '../core/session/day.ts';
import type { Task } from '../core/plan/task.ts';
import type { Quota, QuotaStanding } from '../core/plan/quota.ts';
import type { LostSessions } from '../core/coverage/lost-sessions.ts';
import type { UnavailableSessions } from '../core/coverage/unavailable.ts';
import type { Oddity } from '../core/checks/oddity.ts';
import type { GatePolicy } from '../providers/http/shared-gate.ts';
import type { SentAs } from '../providers/allowance.ts';
import type { ProviderConfig, Secrets } from '../providers/provider.ts';
import type { CommitNote } from '../store/store.ts';
import type { ComparedSession } from './compared-sessions.ts';
import type { DriftBySource } from './drift.ts';
import type { Told } from './told-actions.ts';

/** What every task of a run has in common. Plain JSON, without secrets. */
export interface RunContext {
  readonly storeUrl: string;
  /** Of the lease under which it writes, see `Lease.lock`. Default: nobody looks whether that is still there. */
  readonly lock?: string;
  readonly provider: ProviderConfig;
  /** Set where bars are made of the store's own instead of asked for. */
  readonly isDerived?: true;
  /** Ids of those that were asked before it in its chain: what they lost it does not lose anew. Default: nobody. */
  readonly before?: readonly string[];
}

/** A run as it is about to begin. */
export interface RunToStart {
  /** As it will be on record. */
  readonly id: string;
  readonly context: RunContext;
}

/** What crosses to a thread or a queue. Plain JSON. */
export interface TaskOrder {
  readonly task: Task;
  readonly context: RunContext;
  /** The clock when the task was handed out, ms since the epoch. */
  readonly now: number;
  /** What came of the task that it waited for. Default: nothing. */
  readonly told?: Told;
}

/** What was done for one series. Counts are of sessions unless said otherwise. */
export interface SeriesReport {
  /** Bars stored, how many of them were new or had changed, and how many of those had been final. */
  readonly bars: number;
  readonly inserted: number;
  readonly changed: number;
  readonly revised: number;
  /** Final bars that stayed although the answer has other values. Default 0. */
  readonly stayed?: number;
  /** Wanted sessions that now have a final bar, and those that have one for now. */
  readonly present: number;
  readonly provisional: number;
  /** Wanted sessions that are over and wait to be confirmed, having far fewer bars than is usual. */
  readonly waiting: number;
  /** Wanted sessions that were recorded as absent. */
  readonly absent: Readonly<Partial<Record<AbsenceReason, number>>>;
  /** What of the wanted sessions cannot be had by this answer alone. */
  readonly unavailable: readonly UnavailableSessions[];
  /** Those of the wanted sessions recorded as absent, or as lacking bars, of which rows came and were rejected. Default: none. */
  readonly lost?: readonly LostSessions[];
  /** Wanted sessions of which the answer said nothing; they stay missing. */
  readonly missing: number;
  /** Why it did not, where it tells. */
  readonly whyMissing?: string | undefined;
  /** The last session that the answer has a bar of, `YYYY-MM-DD`, where far more than a week is missing after it. */
  readonly endsOn?: string | undefined;
  /** First day of which the source, as it is, has nothing, where it tells. */
  readonly sourceEnds?: Day | undefined;
  /**
   * Rows put in quarantine; and those of them that are no news: their session was stored and only repeated, or an earlier
   * run, or one before it in its chain, lost it in the same way. Default 0.
   */
  readonly rejected: number;
  readonly rejectedAgain?: number;
  /** Those of `rejected` on days that have no session. Default 0. */
  readonly offSession?: number;
  /** Rows outside the regular session or its grid, and rows that nobody traded. */
  readonly dropped: number;
  /** Rows of wanted sessions that are off their grid or outside trading hours (they are in `dropped` too), and those without a price. */
  readonly offGrid: number;
  readonly strays: number;
  readonly unusable: number;
  /** Those of `dropped` whose session was not final yet. */
  readonly unfinished: number;
  /** Set where no wanted session is final yet. */
  readonly isOpen?: true;
  /** Why the first of the rejected rows was; null for none. */
  readonly firstFault: string | null;
  /** What a user may do if the rejected rows are right; null where it is not known. */
  readonly wayOut: string | null;
  readonly fillers: number;
  /** What is odd about bars that were stored. */
  readonly oddities: readonly Oddity[];
  /** What the source has of the series and was not read, a line each. Default: nothing. */
  readonly notRead?: readonly string[];
  /** Stored bars that were answered again, by their provider. */
  readonly drift: DriftBySource;
  /** The same by session, of what is asked for an opinion. Default: it is not. */
  readonly sessions?: readonly ComparedSession[];
  /** The same text for the same bars, whatever the ticker; null for too few to tell. */
  readonly fingerprint: string | null;
  /** The same of all that was answered and is sound, where final bars were repeated. Default: none were, or too few to tell. */
  readonly answered?: string;
  /** What an answer without a single row would say, if it is no fault of the provider's: not stored yet. */
  readonly unconfirmed: Coverage | null;
  /** Start of the last wanted bar that was stored, ms since the epoch. Default: none was. */
  readonly lastBar?: number;
  /** Time spent waiting for the provider and committing, ms. */
  readonly fetchMs: number;
  readonly storeMs: number;
}

/** What became of a want, as a value: an error's class would not survive the thread. */
export type SeriesResult =
  | { readonly ok: true; readonly report: SeriesReport }
  | { readonly ok: false; readonly error: ErrorData };

/** What became of a task: one result for each of its wants, in their order. One series fails alone. */
export interface TaskResult {
  readonly series: readonly SeriesResult[];
  /** Why a task without a want has nothing: it has none to say it of. */
  readonly error?: ErrorData;
  /** What a task for splits and dividends brought. */
  readonly told?: Told;
  /** Its requests that were sent again because no usable answer came. Default 0. */
  readonly retries?: number;
  /** What it, and perhaps another task of its thread, committed. Default: nothing that is worth a note. */
  readonly committed?: readonly CommitNote[];
}

/** The result of a task that failed as a whole: of every series in the same way. */
export function failedWhole(
  task: Task,
  errorOf: (about: { readonly ticker?: string }) => ErrorData,
): TaskResult {
  if ('slice' in task || 'tickers' in task) return { series: [], error: errorOf({}) };
  return { series: task.wants.map(({ series: { ticker } }) => ({ ok: false, error: errorOf({ ticker }) })) };
}

/** What a run sent to its provider. */
export interface TrafficCounts {
  /** Requests sent, retries included. */
  readonly sent: number;
  /** Those that brought what they asked for, be it that there is no such ticker. */
  readonly succeeded: number;
  /** Requests that were sent again because no usable answer came. */
  readonly retries: number;
  /** Times the provider asked to slow down. */
  readonly throttles: number;
  /** Bytes of the answers as they came over the network, heads and bodies, packed where the provider packs them. */
  readonly bytesReceived: number;
}

/** Of a run that asked for nothing. */
export const NO_TRAFFIC: TrafficCounts = {
  sent: 0,
  succeeded: 0,
  retries: 0,
  throttles: 0,
  bytesReceived: 0,
};

/** What was sent beyond what was planned, by why; see `SentAs`. */
export type SentBeyond = Readonly<Record<Exclude<SentAs, 'priced'>, number>>;

export const NOTHING_BEYOND: SentBeyond = { pages: 0, isolation: 0, secondAsks: 0, retries: 0, throttled: 0 };

/** How the requests of a run get on at this moment. */
export interface TrafficNow extends TrafficCounts {
  readonly beyond: SentBeyond;
  /** How long nothing is sent because the provider asked to slow down, in ms; 0: it is sent. */
  readonly pausedMs: number;
  /** The limit that the provider showed by its refusals, where it declares none; null: none is known. */
  readonly learned: Quota | null;
  /** What all processes have used of the key's quotas. */
  readonly standing: QuotaStanding;
  /** How many of them, `beyond` apart, were sent for a planner that had begun the run and died. Default 0. */
  readonly before?: number;
}

/** The requests of one run, as all who work for it send them. */
export interface Traffic {
  /** Lets no further request through; those that wait fail with `cancelled`. */
  cancel(): void;
  now(): TrafficNow;
}

/** What threads share of a run besides its orders: the gate of the provider, and what is counted of the run. */
export interface SharedWithThreads {
  /** Memory of the gate, see `GateState`. */
  readonly gate: SharedArrayBuffer;
  /** Cells of the run, see `RUN`. */
  readonly run: Float64Array<SharedArrayBuffer>;
  readonly policy: GatePolicy;
}

/** What a thread is given when it starts. */
export interface ThreadStart {
  /** Requests of this thread under way at once, at most, whatever runs they are of. */
  readonly inFlight: number;
  /** How long the place of each stays empty after its answer, ms. Default 0. */
  readonly restMs?: number;
}

/** What a thread is given of a run, once: no order repeats it. */
export interface RunStart extends SharedWithThreads {
  /** What its requests are signed with. */
  readonly secrets: Secrets;
}

/** What a thread is told: a task of a run, with the run's start if it is the first; or that a run has ended. */
export type ThreadMessage =
  | { readonly run: number; readonly start?: RunStart; readonly order: TaskOrder }
  | { readonly ended: number };

/** Executes the tasks of one run, on threads or on machines, and counts what they send. */
export interface Runner {
  /** Threads that work for it, at most: now, where machines come and go. */
  readonly workers: number;
  /** Tasks that can be in work at once. */
  readonly capacity: number;
  /** Tasks that are submitted at once, where nothing wants fewer, so that those that wait go on without us. Default: `capacity`. */
  readonly ahead?: number;
  /** Threads or machines so far that died in the middle of one of its tasks. */
  readonly deaths: number;
  /** Why the run is another process's by now: what becomes of it is that one's to tell. Default: it is this one's. */
  readonly lost?: BackfillError | undefined;
  /** What ended the run from outside. Default: nothing did. */
  readonly drained?: Stop | undefined;
  readonly traffic: Traffic;
  /** Never rejects: whatever happens to the task is in its result. */
  run(order: TaskOrder): Promise<TaskResult>;
  /**
   * Ends what is still in work of the run, whatever it does: such tasks fail with `cancelled`. What they have committed is
   * stored, the rest is as it was. Takes no more.
   */
  abandon(): void;
  /** Waits for tasks in work, then lets go of threads and quota. Throws what kept the quota from being kept. */
  close(): Promise<void>;
}
