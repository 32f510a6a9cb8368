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
 * How a run ended, but for an interruption, whose code is the signal's. A ticker that the provider cannot have is a failure
 * every time: it is for the user to take it off the list. What cannot be had and sessions that were lost are one when that is
 * found. So is a second opinion that was asked for and did not come. With `strict` they are one every time, and so is any session without a bar that nobody explains.
 */
export function exitCodeOf(summary: RunSummary, { strict = false } = {}): number {
  const { stopped, failed, refused, newlyUnavailable, newlyLost, lost = [], renamesUnread } = summary;
  const { notServed = [], secondOpinions = [] } = summary;
  if (stopped?.reason === 'quota-exhausted') return EXIT.quotaExhausted;
  const isNews = newlyUnavailable || newlyLost.sessions > 0;
  const isLacking = isNews || (strict && summary.cannotBeHad.length + summary.holes > 0);
  const isDamaged = renamesUnread !== undefined || lost.length > 0;
  const isUnheard = secondOpinions.some(({ says }) => says === 'unheard');
  return failed + refused.length + notServed.length > 0 ||
    stopped !== null ||
    isLacking ||
    isDamaged ||
    isUnheard
    ? EXIT.someFailed
    : EXIT.done;
}
