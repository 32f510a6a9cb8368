import type { Series } from '../core/bars/bars.ts';

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

/** Which series runs fill for the first time, so that a later writer knows what a killed run did not compare with others. */
export interface FirstFillNotes {
  /** Notes durably, before the first of them is written, which series without a bar a run is about to fill; gives an id. */
  note(at: number, series: readonly Series[]): Promise<string>;
  /** Those that lie there, the oldest first: of runs that go on or were cut short. What another hand made of one names no series. */
  list(): Promise<readonly FirstFills[]>;
  /** Removes such notes, once what came was compared; one that is gone is no trouble. */
  remove(ids: readonly string[]): Promise<void>;
}
