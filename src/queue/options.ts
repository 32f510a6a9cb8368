import type { Redis } from 'ioredis';
import type { Runner } from '../backfill/runner.ts';
import type { Quota } from '../core/plan/quota.ts';
import type { Lease } from '../store/store.ts';
import type { LeaseEvent } from './lease-events.ts';
import type { QueueRun } from './run.ts';

/** What a runner that hands tasks to machines is made of. */
export interface QueueRunnerOptions {
  /** Connected; it stays open. */
  readonly redis: Redis;
  readonly run: QueueRun;
  /** URL of the server, for the commands that are told. */
  readonly server: string;
  /** Who plans, as others are told: `HOST:PID` and what tells it from others there. */
  readonly planner: string;
  /** Goes on with what another planner of the run left: its counts and its jobs stay. Default: the run is new. */
  readonly isAttached?: boolean;
  /** What the run was asked, by which another planner can go on with it; plain JSON. Default: nobody can. */
  readonly request?: unknown;
  /** One line for the user, such as that no worker takes from the queue. Default: nobody is told. */
  readonly onNote?: (line: string) => void;
  /** Default: those of production. */
  readonly pace?: Partial<QueuePace>;
}

/** How often is looked, and how long is waited, ms. */
export interface QueuePace {
  /** Between two looks at the counts of a run, at its state and at the machines. Default 500. */
  readonly lookMs: number;
  /** How long nothing is heard of a job before it is looked for. Default 4000. */
  readonly silentMs: number;
  /** How long no machine is there before a line says so. Default 5000. */
  readonly noWorkerMs: number;
  /** How long the end of a run waits for workers to leave it. Default 10 000. */
  readonly leaveMs: number;
  /** How long it waits for a server that does not answer. Default 5000. */
  readonly closeMs: number;
  /** How long a job is its worker's without a sign of that one. Default 30 000. */
  readonly lockMs: number;
  /** How long a worker holds a run without a planner of which it has no job. Default 10 000. */
  readonly idleMs: number;
  /** How long a queue that has jobs gives none before its consumer is made anew. Default 30 000. */
  readonly stuckMs: number;
  /** After how long a run is tried again that another one is in the way of, or that is for a worker of another store. Default 5000. */
  readonly busyMs: number;
  /** Between two looks for runs that a store keeps and the queue lost. Default 60 000. */
  readonly keptMs: number;
}

export const PACE: QueuePace = {
  ...{ lookMs: 500, silentMs: 4000, noWorkerMs: 5000, leaveMs: 10_000, lockMs: 30_000, stuckMs: 30_000 },
  ...{ closeMs: 5000, idleMs: 10_000, busyMs: 5000, keptMs: 60_000 },
};

/** What a worker is made of. */
export interface QueueWorkerOptions {
  /** Connected; it stays open. */
  readonly redis: Redis;
  /** As it is called in logs; several may be called so. */
  readonly name: string;
  /** The store that it writes, as it is shown; and with its password if it has one, which stays here. */
  readonly store: string;
  readonly storeUrl: string;
  /** Whether it has what a provider asks for, such as a key. */
  readonly serves: (provider: string) => boolean;
  readonly threads: number;
  /** Tasks of a provider that it has in work at once, at most. */
  readonly capacityOf: (provider: string) => number;
  /** Looks whether the store can be used from here. Throws what keeps it from that. Default: it can. */
  readonly lookAtStore?: () => Promise<void>;
  /** Joins the lease of a run's planner, so that what is committed here is committed under it. */
  readonly join: (lock: string) => Promise<Pick<Lease, 'lock' | 'release'>>;
  /** Opens what executes the tasks of a run here. */
  readonly openRunner: (run: QueueRun) => Promise<OpenRunner>;
  /** What becomes of the tasks that it takes. Default: nobody is told. */
  readonly onLease?: (event: LeaseEvent) => void;
  /** What it does besides, and what it meets, a line each. Default: nobody is told. */
  readonly onNote?: (line: string) => void;
  readonly pace?: Partial<QueuePace>;
}

export interface OpenRunner {
  readonly runner: Runner;
  /** What limits the requests of all machines together. */
  readonly quotas: readonly Quota[];
}

/** A worker that takes jobs. */
export interface QueueWorker {
  /** Its id among the machines. */
  readonly id: string;
  /**
   * Takes no more, lets what is in work end, and gives back what has not ended in time: another takes it. Then it is gone.
   * `deadlineMs`: default 10 s. A second call shortens the time.
   */
  drain(deadlineMs?: number): Promise<void>;
}
