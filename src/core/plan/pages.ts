import { grouped } from '../grouped.ts';
import type { Calendar, CalendarKind } from '../calendar/calendar.ts';
import type { DayRange } from '../session/day.ts';
import { type Interval, intervalMs } from '../session/interval.ts';

/** How an answer is parted into pages, each of which is a request. Plain JSON. */
export interface Paging {
  /** Rows of a page, of all series together. */
  readonly rows: number;
  /**
   * Length of the rows that bars are joined of, in ms, by what trades: where the provider's own bars of the interval lie on
   * another grid than ours. Default: they are the bars.
   */
  readonly rowMs?: Readonly<Partial<Record<CalendarKind, number>>>;
  /**
   * Where an answer for several sessions has rows of the hours between them too: how many times those of the sessions it has
   * in all, so that each session may be worth a request of its own. Default 1: it has none.
   */
  readonly extended?: number;
}

/** How some series of one calendar are asked for, so that it takes the fewest pages. */
export interface Paged {
  readonly pages: number;
  /** Whether each session is asked for by itself. */
  readonly isBySession: boolean;
}

/** Of so many series that follow a calendar, for the sessions of a range, `[from, to)`. */
export function pagesOf(
  series: number,
  calendar: Calendar,
  interval: Interval,
  range: DayRange,
  { rows, rowMs, extended = 1 }: Paging,
): Paged {
  const sessions = Math.max(1, calendar.count([range]));
  const aSession = series * rowsASession(calendar, interval, range, rowMs?.[calendar.kind]);
  const times = calendar.kind === 'exchange' ? extended : 1;
  const atOnce = Math.max(1, Math.ceil((sessions * aSession * times) / rows));
  const apart = sessions * Math.ceil(aSession / rows);
  return times > 1 && apart < atOnce
    ? { pages: apart, isBySession: true }
    : { pages: atOnce, isBySession: false };
}

/** The pages of series of several calendars, which are asked for calendar by calendar. */
export function pagesOfAll(
  calendars: readonly Calendar[],
  interval: Interval,
  range: DayRange,
  paging: Paging,
): number {
  const groups = [...grouped(calendars, (calendar) => calendar)];
  return groups.reduce(
    (sum, [calendar, { length }]) => sum + pagesOf(length, calendar, interval, range, paging).pages,
    0,
  );
}

/** Rows of one series in the first session of a range, as if it traded all the time. */
export function rowsASession(
  calendar: Calendar,
  interval: Interval,
  { from }: DayRange,
  rowMs: number | undefined,
): number {
  if (interval === '1d' && rowMs === undefined) return 1;
  const { open, close, lunch } = calendar.session(calendar.sessionOnOrAfter(from));
  const idle = lunch === null ? 0 : lunch.end - lunch.start;
  return Math.ceil((close - open - idle) / (rowMs ?? intervalMs(interval)));
}
