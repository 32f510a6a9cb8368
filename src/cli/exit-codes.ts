import type { RunSummary } from '../index.ts';

/** Exit codes of every command. */
export const EXIT = {
  done: 0,
  someFailed: 1,
  usage: 2,
  quotaExhausted: 3,
  belowCoverage: 4,
  interrupted: 130,
} as const;

/** How a run ended, but for an interruption, whose code is the signal's. */
export function exitCodeOf({ stopped, failed, refused }: RunSummary): number {
  if (stopped?.reason === 'quota-exhausted') return EXIT.quotaExhausted;
  return failed + refused.length > 0 || stopped !== null ? EXIT.someFailed : EXIT.done;
}
