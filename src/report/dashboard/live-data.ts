import type { RunMark } from './run-marks.ts';

/** How far a run of a process is: it is planned, requests are sent, or it has ended, by itself, by a stop or by an error. */
export type RunPhase = 'planning' | 'running' | 'ended' | 'stopped' | 'failed';

/** What one quota allows and how much of it is used. */
export interface QuotaNow {
  /** `5 req/min` */
  readonly name: string;
  /** Requests a minute of one that is kept by spacing requests; null of one that is counted. */
  readonly perMinute: number | null;
  /** Of a counted one; null of the others. */
  readonly used: number | null;
  readonly limit: number;
  /** The provider showed it by its refusals: it declares none. */
  readonly learned?: true;
}

/** A series that failed. */
export interface RecentFailure {
  readonly ticker: string;
  readonly interval: string;
  readonly code: string;
  readonly message: string;
  /** ms since the epoch. */
  readonly at: number;
}

/** A want that took long, from when its task was handed out to its result. */
export interface SlowSeries {
  readonly ticker: string;
  readonly interval: string;
  /** ms, of which waiting for the provider and committing. */
  readonly ms: number;
  readonly fetchMs: number;
  readonly storeMs: number;
}

/** How fast a run was at a time: `[ms since its beginning, requests a minute, bars a second]`. */
export type Pace = readonly [atMs: number, requestsPerMinute: number, barsPerSecond: number];

/** A run of a process as it is now. */
export interface RunNow {
  /** How manieth of its process, from 1. */
  readonly number: number;
  readonly phase: RunPhase;
  readonly provider: string;
  /** What it is for, and what it opened with, a line each. */
  readonly said: readonly string[];
  /** Threads; 0: none are there yet. */
  readonly workers: number;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly elapsedMs: number;
  /** Null: not known. */
  readonly leftMs: number | null;
  /** When requests are sent again, ms since the epoch; null: they are being sent. */
  readonly resumesAt: number | null;
  /** Series that are finished, of those to fill; those of `done` that failed, and of which there is nothing to be had. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly unavailable: number;
  /** Tasks that are handed out: most of them may wait for their turn to send a request. */
  readonly tasksInWork: number;
  /** Once it has ended as its summary says; before, and where it failed, those that came: of these some may be taken back. */
  readonly bars: number;
  readonly barsPerSecond: number;
  /** Of the last minute, or of all of a shorter run. */
  readonly requestsPerMinute: number;
  readonly sent: number;
  readonly retries: number;
  readonly throttles: number;
  readonly bytesReceived: number;
  readonly quotas: readonly QuotaNow[];
  /** Wants that failed by the code of their error, the most frequent first. */
  readonly errors: readonly (readonly [code: string, series: number])[];
  /** The slowest first. */
  readonly slowest: readonly SlowSeries[];
  /** The newest first. */
  readonly failures: readonly RecentFailure[];
  /** What it said when it ended, a line each; none before. */
  readonly end: readonly string[];
  /** Ids of its records once it has ended: of a chain each provider has one of its own. */
  readonly records: readonly string[];
}

/** All there is to tell of the run of a process: sent to whoever begins to listen, and when another run begins. */
export interface RunSnapshot {
  /** Null: none has begun. */
  readonly run: RunNow | null;
  /** `AAPL 1d` of each series to fill, in the order of the plan. */
  readonly series: readonly string[];
  /** Series beyond those. */
  readonly more: number;
  /** A mark for each of `series`, see `RUN_MARKS`. */
  readonly marks: string;
  readonly paces: readonly Pace[];
}

/** What changed since what was sent before. */
export interface RunChange {
  readonly run: RunNow;
  /** Places in `series`, and what they are marked with from now on. */
  readonly marks: readonly (readonly [place: number, mark: RunMark])[];
  /** All of them; undefined: as before. */
  readonly paces?: readonly Pace[];
}

/** A run on record, in a line. */
export interface RunRow {
  readonly id: string;
  readonly provider: string;
  readonly intervals: readonly string[];
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly fetched: number;
  readonly failed: number;
  readonly requests: number;
  readonly bars: number;
  /** In a few words. */
  readonly result: string;
}

/** What is known of a store besides the run of this process. */
export interface StoreNow {
  /** Whether it was looked at yet: else nothing else here says anything. */
  readonly isKnown: boolean;
  /** Why it cannot be shown, be it that it is gone: else nothing else here, but for `next`, says anything; null: it can. */
  readonly trouble: { readonly title: string; readonly message: string } | null;
  /** The newest first. */
  readonly runs: readonly RunRow[];
  /** Ids of records that cannot be read. */
  readonly spoilt: readonly string[];
  /** Another process that writes it, in a line; null: none does, or it is not known. */
  readonly writer: string | null;
  /** What is to come of this process, in a line; null: nothing that is known. */
  readonly next: string | null;
  /** What lies in it; null: that is not looked at. */
  readonly content: {
    readonly series: number;
    readonly tickers: number;
    readonly bars: number;
    readonly bytes: number;
    /** Files that cannot be read. */
    readonly damaged: number;
    /** Series that the last runs left undone. */
    readonly left: number;
  } | null;
}

/** A process that works for the queues, as it told last. */
export interface MachineNow {
  /** As it is called, and where it runs. */
  readonly name: string;
  readonly host: string;
  readonly pid: number;
  /** What it takes, see `roleOf`. */
  readonly role: string;
  readonly threads: number;
  /** Tasks in work, and those that it ended in the last minute and at all. */
  readonly inWork: number;
  readonly perMinute: number;
  readonly done: number;
  readonly failed: number;
  /** It takes no more, and ends. */
  readonly isDraining: boolean;
  /** How long ago it told that, ms. */
  readonly silentMs: number;
  /** Whether it counts as there. */
  readonly isAlive: boolean;
}

/** Tasks in the queue of a provider. */
export interface QueueDepth {
  readonly provider: string;
  /** Where its tasks write, without a password; null: they are of any store. */
  readonly store: string | null;
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  /** Those that were given up: no run waits for them. */
  readonly failed: number;
}

/** The machines and the queues that they share. */
export interface MachinesNow {
  /** The Redis, without its password. */
  readonly server: string;
  /** Why nothing is known of them now; null: it is. */
  readonly trouble: string | null;
  /** By id. */
  readonly machines: readonly MachineNow[];
  /** By provider. */
  readonly queues: readonly QueueDepth[];
}
