import { type Bars, type StoredBars, keep } from '../../core/bars/columns.ts';
import type { Comparison } from '../../core/bars/compare.ts';
import { sessionDateOf } from '../../core/bars/partition.ts';
import { givenBy } from '../../core/bars/vendor.ts';
import { ENOUGH_BARS, atOtherTimes } from '../../core/checks/other-times.ts';
import { BackfillError } from '../../core/errors.ts';
import type { DayRange } from '../../core/session/day.ts';
import { contains } from '../../core/session/ranges.ts';
import { byOtherClock, distancesText } from './clock-text.ts';
import type { Received } from './received.ts';

/**
 * Throws `bad-answer`, worth another try, where the bars (ascending) of an answer are stored ones of its own source at other
 * times: its stamps were read by another clock than before, or for the other end of their bars, or its dates are shifted. Says
 * by which they would be where they are stored, if the source's user says how they are read. `known` are the final bars of the
 * store, `own` those of them that the source gave and the answer repeats, `asked` the days that it speaks of.
 */
export function assertSameClock(
  received: Received,
  own: Comparison,
  { known, accepted, asked }: { known: StoredBars; accepted: Bars; asked: readonly DayRange[] },
): void {
  // Nearly every answer repeats what is stored.
  if (own.differing.length + own.gone.length < ENOUGH_BARS) return;
  const { want, calendar, answer, source } = received;
  const { ticker, interval } = want.series;
  const sessionOf = sessionDateOf(interval, calendar);
  const stored = keep(known, givenBy(known, source));
  const sessions = new Set(Array.from(stored.ts, sessionOf));
  const repeated = keep(accepted, (i) => {
    const day = sessionOf(accepted.ts[i] as number);
    return sessions.has(day) && contains(asked, day);
  });
  const differing = new Set(own.differing.stored.ts);
  const same = new Set(own.compared.stored.ts.filter((ts) => !differing.has(ts)));
  const found = atOtherTimes(stored, repeated, interval, (i) => same.has(repeated.ts[i] as number));
  if (found === undefined) return;
  throw new BackfillError(
    'bad-answer',
    `${found.moved} of ${found.repeated} bars that the answer for ${ticker} has of stored sessions are those that are stored ` +
      `${distancesText(found.moves, interval)}: ${byOtherClock(found, interval, answer.stampsRead)}; if the stored ones are ` +
      `wrong: backfill forget ${ticker} --interval ${interval}, then run again`,
    { retryable: true, ticker, contradicts: true },
  );
}
