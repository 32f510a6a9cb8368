import { sessionDateOf } from '../../core/bars/partition.ts';
import { rowsThatTell, shiftSeenIn } from '../../core/checks/shifted-days.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Received } from './received.ts';

/**
 * Throws `bad-answer`, worth another try, where the dates of an answer seem to be shifted, see `shiftSeenIn`: those of its bars
 * that lie on sessions are on the wrong ones.
 */
export function assertNotShifted({ want, calendar, answer: { bars } }: Received): void {
  const { ticker, interval } = want.series;
  const days = bars.ts.map(sessionDateOf(interval, calendar));
  const seen = shiftSeenIn(rowsThatTell(days, bars, calendar), calendar);
  if (seen === undefined) return;
  const message = `the dates for ${ticker} seem to be shifted, and none of its rows is stored: ${seen}`;
  throw new BackfillError('bad-answer', message, { retryable: true, ticker });
}
