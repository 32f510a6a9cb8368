import type { Log, Said } from './events.ts';

/** What became of a task that a worker took from a queue, for one series. */
export type LeaseSaid = Said<'seamless.backfill.coordinator_claimed'> & {
  readonly what: 'claimed' | 'completed' | 'failed';
};

/** Tells it as an event of a log. */
export function logLease(log: Log, { what, ...said }: LeaseSaid): void {
  log(`seamless.backfill.coordinator_${what}`, { run: said.coordinator_id }, said);
}
