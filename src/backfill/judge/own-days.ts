import { sessionDateOf } from '../../core/bars/partition.ts';
import { otherHolidaysSeenIn } from '../../core/checks/holiday-rows.ts';
import { rowsThatTell, shiftSeenIn } from '../../core/checks/shifted-days.ts';
import { BackfillError } from '../../core/errors.ts';
import { type Day, formatDay } from '../../core/session/day.ts';
import type { Received } from './received.ts';

/**
 * Throws `bad-answer`, worth another try, where the dates of an answer seem to be shifted, see `shiftSeenIn`: those of its bars
 * that lie on sessions are on the wrong ones; or where they go on over the exchange's holidays, see `otherHolidaysSeenIn`: the
 * bars are of another market.
 */
export function assertOwnDays({ want, calendar, answer: { bars } }: Received): void {
  const { ticker, interval } = want.series;
  const days = bars.ts.map(sessionDateOf(interval, calendar));
  const told = rowsThatTell(days, bars, calendar);
  const shift = shiftSeenIn(told, calendar);
  const holidays = shift === undefined ? otherHolidaysSeenIn(told, calendar) : undefined;
  if (shift === undefined && holidays === undefined) return;
  const message =
    shift === undefined
      ? `the answer for ${ticker} has ${holidays?.seen}: it is of another market, and none of it is stored${wayOut(holidays?.on ?? [])}`
      : `the dates for ${ticker} seem to be shifted, and none of its rows is stored: ${shift}`;
  throw new BackfillError('bad-answer', message, { retryable: true, ticker });
}

/** What to do with a file that is of no other market: a spreadsheet may have made up the days that it did not find. */
function wayOut(on: readonly Day[]): string {
  const more = on.length - FEW;
  const days = on.slice(0, FEW).map(formatDay).join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `; a file of your own is read without the rows of these days (${days}), or by a ticker that names its exchange, as AIR.PA does`;
}

/** Days that are named. */
const FEW = 3;
