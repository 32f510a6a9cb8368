import type { Chain } from '../backfill/plan/chain-list.ts';
import { EARLIEST_DAY } from '../backfill/want/wanted.ts';
import type { Series } from '../core/bars/bars.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarFor } from '../core/calendar/calendars.ts';
import { roomOf } from '../core/calendar/session-room.ts';
import { BackfillError } from '../core/errors.ts';
import { instantOf } from './as-of.ts';
import { type Day, formatDay, hasDate, parseDay } from '../core/session/day.ts';
import { type Interval, intervalMs } from '../core/session/interval.ts';
import { shown } from '../core/shown.ts';
import { type AskedDays, settleDelayOf } from './asked-days.ts';
import { checkRequest } from './check-request.ts';
import type { WarmupRequest } from './filling.ts';

/** The sessions of a warm-up, of each series by its own calendar. `now`: ms since the epoch. Throws `usage` and `invalid-date`. */
export function warmupDays(
  series: readonly Series[],
  { period, end }: Pick<WarmupRequest, 'period' | 'end'>,
  chain: Chain,
  now: number,
): AskedDays[] {
  if (!Number.isSafeInteger(period) || period < 1)
    throw new BackfillError('usage', `period ${shown(period)}: must be a whole number above 0`);
  const lastBefore = parseEnd(end);
  const firsts = new Map<string, Day>();
  return series.map((one): AskedDays => {
    const calendar = calendarFor(one.ticker);
    const settled = calendar.lastSettled(now, settleDelayOf(one, chain));
    const before = lastBefore(calendar);
    const last = Math.min(settled, before);
    // Most of many series are alike.
    const key = `${one.interval} ${calendar.id} ${last}`;
    const from = firsts.get(key) ?? firstOf(period, last, one.interval, calendar);
    firsts.set(key, from);
    return { series: one, calendar, range: { from, to: last + 1 }, until: before + 1 };
  });
}

/** The first session of so many sessions or bars that end with a session. */
function firstOf(period: number, last: Day, interval: Interval, calendar: Calendar): Day {
  let first = last;
  let left = period;
  for (let day = last; left > 0; day = calendar.previousSession(day)) {
    if (day < EARLIEST_DAY)
      throw new BackfillError(
        'usage',
        `period ${period}: there is no history of ${interval} that long; it would begin before ${formatDay(EARLIEST_DAY)}`,
      );
    left -= interval === '1d' ? 1 : roomOf(calendar.session(day), intervalMs(interval));
    first = day;
  }
  return first;
}

/** The last session that counts of a calendar, as if all had settled. Throws `usage`. */
function parseEnd(end: unknown): (calendar: Calendar) => Day {
  if (end === undefined) return () => Number.POSITIVE_INFINITY;
  const day = typeof end === 'string' ? dayIn(end) : undefined;
  if (day !== undefined) return (calendar) => calendar.sessionOnOrBefore(day - 1);
  const instant = typeof end === 'string' && INSTANT.test(end) ? Date.parse(end) : end;
  if (typeof instant !== 'number' || !hasDate(instant))
    throw new BackfillError(
      'usage',
      `end ${shown(end)}: must be a date such as "2026-01-02", or an instant such as "2026-01-02T14:30:00Z" or ms since the epoch`,
    );
  if (typeof end === 'number') instantOf('end', end);
  return (calendar) => calendar.lastSettled(instant, 0);
}

/** An instant in ISO 8601 that says its zone. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T.+(?:Z|[+-]\d{2}:?\d{2})$/;

function dayIn(text: string): Day | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  checkRequest({ end: text });
  return parseDay(text);
}
