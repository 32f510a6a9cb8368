import { BackfillError } from '../core/errors.ts';
import { hasDate } from '../core/session/day.ts';
import { shown } from '../core/shown.ts';

/** The clock that a caller gives, default the system's. Once it gives no ms since the epoch it throws `usage`. */
export function clockOf(given: (() => number) | undefined): () => number {
  if (given === undefined) return Date.now;
  return () => {
    const now: unknown = given();
    if (typeof now === 'number' && hasDate(now)) return now;
    throw new BackfillError('usage', `clock: gives ${shown(now)}: must give ms since the epoch`);
  };
}
