import { type Series, seriesKey } from '../core/bars/bars.ts';
import { periodRange } from '../core/bars/partition.ts';
import type { Calendar } from '../core/calendar/calendar.ts';
import { calendarById, calendarFor } from '../core/calendar/calendars.ts';
import type { DayRange } from '../core/session/day.ts';
import { subtract } from '../core/session/ranges.ts';
import { type Scan, type SetAside, unreadableOf } from '../store/scan.ts';
import { finalDays } from './final-days.ts';
import { dayRange } from './forget.ts';
import type { DateRange } from './read-options.ts';

/**
 * Files that are damaged and may have held bars of a series in a range (default: all). Live bars of which nobody can tell whose
 * they were may have been of any session that has no final bar, be it before the first one or still to come.
 */
export function damageInRange(scan: Scan, series: Series, range: DateRange): readonly SetAside[] {
  const days = dayRange(range) ?? periodRange('all');
  return unreadableOf(scan, series, days, () => {
    const state = scan.series.get(seriesKey(series));
    const calendar = calendarById(state?.calendar ?? calendarFor(series.ticker).id);
    // Without those that only time has made final: they may have been recorded before.
    const open = subtract([days], finalDays(state, Number.NEGATIVE_INFINITY));
    return open.some((run) => hasSession(run, calendar));
  });
}

function hasSession(days: DayRange, calendar: Calendar): boolean {
  return !Number.isFinite(days.to - days.from) || calendar.count([days]) > 0;
}
