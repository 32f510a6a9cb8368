/**
 * Which plans were begun, by the digest of their files: 64 hexadecimal digits. A run that is killed leaves no record, and what
 * it had done by then is the plan's own doing. Writing is for a process that has the right to write the store.
 */
export interface BegunPlans {
  /** Notes durably that a plan is begun, `at` ms since the epoch. One that was begun before stays as old as it is. */
  note(digest: string, at: number): Promise<void>;
  /** When a plan was begun, ms since the epoch; undefined where it never was. */
  since(digest: string): Promise<number | undefined>;
}
