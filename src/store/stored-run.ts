/** The record of a run, under the id that `saveRun` gave it. */
export interface StoredRun {
  readonly id: string;
  /** Null where the file is not what was saved: it was changed since, by another hand or a failing disk. */
  readonly record: object | null;
}
