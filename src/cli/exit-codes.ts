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

/**
 * How a run ended, but for an interruption, whose code is the signal's. What cannot be had is a failure when it is found,
 * and with `strict` every time.
 */
export function exitCodeOf(summary: RunSummary, { strict = false } = {}): number {
  const { stopped, failed, refused, newlyUnavailable, cannotBeHad, lost = [], renamesUnread } = summary;
  if (stopped?.reason === 'quota-exhausted') return EXIT.quotaExhausted;
  const isLacking = newlyUnavailable || (strict && cannotBeHad.length > 0);
  const isDamaged = renamesUnread !== undefined || lost.length > 0;
  return failed + refused.length > 0 || stopped !== null || isLacking || isDamaged
    ? EXIT.someFailed
    : EXIT.done;
}
