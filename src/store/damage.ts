import { BackfillError } from '../core/errors.ts';

/** What can be wrong in a store. The names are stable: callers match on them. */
export type DamageKind =
  | 'unreadable' // no Parquet file, cut, empty, or the system does not give it to us
  | 'wrong-schema' // columns missing or of another type
  | 'damaged-rows' // rows that do not decode, or are not those that were written
  | 'wrong-bounds' // rows are as they were, but by the footer a reader would pass over some
  | 'changed-bytes' // rows are as they were, other bytes are not: another reader may refuse the file
  | 'foreign-copy' // by its own knowledge another series' or another period's
  | 'knowledge-missing' // none, or malformed
  | 'knowledge-edited' // changed after it was written: its seal is broken
  | 'rewritten' // by another tool
  | 'coverage-mismatch' // knowledge and rows disagree
  | 'duplicates'
  | 'unsorted'
  | 'wrong-magnitude' // stamps in s, us or ns
  | 'impossible-values' // what no market can have printed
  | 'outside-period'
  | 'off-calendar' // on a closed day, outside the session or off its grid
  | 'mixed-basis' // prices that are not as traded
  | 'same-series' // the same bars under two tickers
  | 'damaged-actions'
  | 'repeated-split' // twice within ten days: one of them never was
  | 'damaged-revisions'
  | 'damaged-json'
  | 'damaged-answer' // of a whole market, in staging: not as it was written
  | 'lost' // it lies in quarantine, as it was damaged, or is gone, and not all that it held is known again
  | 'stale-temp' // left by a writer that died
  | 'foreign-file'
  | 'foreign-folder';

/** One thing that is wrong with one path. */
export interface Damage {
  /** Relative to the store's root, with `/`. */
  readonly path: string;
  readonly kind: DamageKind;
  /** What exactly, in words: `2 rows: high 10 is below low 12 (2024-05-03)`. */
  readonly what: string;
  /** What mending does, in words. */
  readonly mend: string;
  /** Whether mending can do anything. */
  readonly mendable: boolean;
  /** Left over by a writer that died, and nothing of the store is lost by it: no damage, exit code 0. Default: a damage. */
  readonly harmless?: true;
  /** Whether it was mended, and looked at again. Always false of an examination that does not mend. */
  readonly mended: boolean;
}

export interface ExamineOptions {
  /**
   * Mend what can be. Nothing is deleted but what writers left half written or half copied: files and rows move to
   * `quarantine/`, and the sessions of what was moved are missing until the next run. Default false: nothing is changed and no
   * lock is taken.
   */
  readonly fix?: boolean;
  /** ms since the epoch: the time of what is put into quarantine. */
  readonly now: number;
}

/** What an examination of a whole store found. */
export interface Examination {
  /** Files, or parts of tables, of bars that were looked at. */
  readonly partitions: number;
  /** Rows in them. */
  readonly rows: number;
  /** By path. */
  readonly damages: readonly Damage[];
  /** Whole answers for markets in staging, which no series has taken in yet. Default: none. */
  readonly staged?: number;
  /** What paths name. Default: files. */
  readonly keptIn?: 'tables';
}

/** Whether a file of one series cannot be read: it is damaged, or the system does not give it to us. */
export function isDamage(error: unknown): error is BackfillError {
  if (!(error instanceof BackfillError)) return false;
  return error.code === 'store-corrupt' || (error.code === 'store-unusable' && error.scope === 'series');
}
