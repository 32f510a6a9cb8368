import type { Bars } from '../../core/bars/columns.ts';
import { keep } from '../../core/bars/columns.ts';
import type { Comparison } from '../../core/bars/compare.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { BackfillError } from '../../core/errors.ts';
import { formatDay } from '../../core/session/day.ts';
import type { Received } from './received.ts';

/** A vendor may take back a bar; two of which it has other ones instead are no chance. */
const ENOUGH = 2;

/**
 * Throws `bad-answer`, worth another try, where an answer has bars (ascending) of sessions that its source gave before, and
 * starts none of them when a stored one starts: one of the two is off by some minutes, and joined they would be both.
 */
export function assertSharedStamps(
  { want, calendar }: Received,
  { compared, gone }: Comparison,
  bars: Bars,
): void {
  const { ticker, interval } = want.series;
  if (want.replaces === true || interval === '1d' || compared.length > 0 || gone.length < ENOUGH) return;
  const sessionOf = sessionDateOf(interval, calendar);
  const answered = new Set(Array.from(bars.ts, sessionOf));
  const instead = keep(gone, (i) => answered.has(sessionOf(gone.ts[i] as number)));
  if (instead.length < ENOUGH) return;
  const [from, to] = [0, instead.length - 1].map((i) => formatDay(sessionOf(instead.ts[i] as number)));
  throw new BackfillError(
    'bad-answer',
    `the answer for ${ticker} has other bars instead of all ${instead.length} stored ones of ${from} to ${to}: none starts ` +
      `when one of these does; if the stored ones are wrong: backfill forget ${ticker} --interval ${interval}, then run again`,
    { retryable: true, ticker },
  );
}
