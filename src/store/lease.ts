import type { Series } from '../core/bars/bars.ts';
import { BackfillError } from '../core/errors.ts';

/** What a store notes of a file that it committed. Plain data, which only a store of the same kind reads. */
export type CommitNote = object;

/** Series without a bar that a run set out to fill. */
export interface FirstFills {
  /** As `note` gave it. */
  readonly id: string;
  /** When, ms since the epoch. */
  readonly at: number;
  readonly series: readonly Series[];
}

/** The right to write a store. */
export interface Lease {
  /** Which it is, for other threads that write under it: see `openStore`. Plain text. */
  readonly lock: string;
  /**
   * What runs of earlier writers noted and did not live to compare, see `FirstFillNotes.note`, the oldest first: given
   * once, to whoever asks first.
   */
  leftFills(): Promise<readonly FirstFills[]>;
  /** Takes note of what others committed under it, so that the next scan need not read it again. */
  note(committed: readonly CommitNote[]): void;
  /** Somebody who wrote under it died, or met trouble with the disk: the next writer sweeps what that one left. */
  noteTrouble(): void;
  release(): Promise<void>;
}

/** What there is to say where a store is to be shared that only one machine can write. */
export function notShared(url: string): BackfillError {
  return new BackfillError(
    'usage',
    `the store ${url} cannot be written by several machines for one run; use a PostgreSQL database (postgres://user@host/database) or a bucket (s3://bucket/prefix)`,
  );
}

/** What there is to say to who would take part in a lease that is over. */
export function leaseIsOver(url: string, lock: string): BackfillError {
  return new BackfillError(
    'store-locked',
    `the lease ${lock} of the store ${url} is over: it was released, or another process has written the store since; start the run again, or continue it under a lease of its own`,
  );
}

/** A store of which the right to write it can be had. */
export interface Leasing {
  /**
   * Becomes the writer of this store until `release` is called; frees itself when the process dies. Sweeps what a dead
   * writer left. Throws `usage` for a store that is not there yet and would lie inside another one, or around one.
   */
  acquire(): Promise<Lease>;
  /** Whether processes of several machines can write it for one run: see `join`. */
  readonly isShared: boolean;
  /**
   * Throws `store-unusable` where this user may not write the tables that there are; writes nothing. Default: only writing
   * shows that.
   */
  assertMayWrite?(): Promise<void>;
  /**
   * Takes part in a lease that another process holds, on whatever machine, by its `lock`: as long as it, or anyone else who
   * joined, has not released it and lives, what is written under that `lock` is committed, and nobody else becomes the
   * writer. Who joined sweeps nothing, and is given no `leftFills`. A lease of which all
   * died, and that nobody took since, can be joined too. Throws `store-locked` for one that is over: all released it, or
   * somebody else held the store since; and `usage` unless `isShared`.
   */
  join(lock: string): Promise<Lease>;
}

/** Which series runs fill for the first time, so that a later writer knows what a killed run did not compare with others. */
export interface FirstFillNotes {
  /** Notes durably, before the first of them is written, which series without a bar a run is about to fill; gives an id. */
  note(at: number, series: readonly Series[]): Promise<string>;
  /** Those that lie there, the oldest first: of runs that go on or were cut short. What another hand made of one names no series. */
  list(): Promise<readonly FirstFills[]>;
  /** Removes such notes, once what came was compared; one that is gone is no trouble. */
  remove(ids: readonly string[]): Promise<void>;
}
