// A table names no symbol: whose rows they are is told by what no share of the United States has.

import { calendarFor } from '../../core/calendar/calendars.ts';
import { otherHolidaysSeenIn } from '../../core/checks/holiday-rows.ts';
import { BackfillError } from '../../core/errors.ts';
import type { Day } from '../../core/session/day.ts';

/** A daily row, as far as it tells whose it is; a volume that is not told is NaN. */
export interface DailyRow {
  readonly day: Day;
  readonly close: number;
  readonly volume: number;
}

/** So many sessions without a trade, at prices that change, are none of a share that is quoted on an exchange. */
const UNTRADED = 20;

/** Funds that are not quoted, of which no volume is told. */
const FUND = /^[A-Z]{4}X$/;

/**
 * Throws `bad-answer` where all daily rows (ascending) of an answer for a share are another instrument's: they go on over the
 * holidays of its exchange, with volume or without (Alpha Vantage has no row of them), or their prices move and nothing was
 * ever traded. It is not asked for again: an answer costs too much of a day's quota.
 */
export function assertOfShare(rows: readonly DailyRow[], ticker: string): void {
  const calendar = calendarFor(ticker);
  const holidays = otherHolidaysSeenIn(
    rows.map(({ day }) => day),
    calendar,
  );
  const why = holidays === undefined ? untraded(rows, ticker) : `it has ${holidays.seen}`;
  if (why === undefined) return;
  const message = `Alpha Vantage's answer for ${ticker} is of another instrument, and none of it is stored: ${why}`;
  throw new BackfillError('bad-answer', message);
}

function untraded(rows: readonly DailyRow[], ticker: string): string | undefined {
  const told = rows.filter(({ volume }) => !Number.isNaN(volume));
  if (told.length < UNTRADED || FUND.test(ticker) || told.some(({ volume }) => volume !== 0))
    return undefined;
  const moves = told.filter(({ close }, i) => i > 0 && close !== told[i - 1]?.close).length;
  return moves < told.length / 2
    ? undefined
    : `none of its ${told.length} rows has a volume, and prices move`;
}
