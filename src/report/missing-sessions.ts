import { calendarById } from '../core/calendar/calendars.ts';
import { formatDay, parseDay } from '../core/session/day.ts';

/** A series with what is missing of it. */
interface Lacking {
  readonly calendar: string;
  /** Session dates, both inclusive. */
  readonly missingRuns: readonly { readonly from: string; readonly to: string }[];
}

/** A decade that is missing of a thousand series is millions of sessions: they are listed when they are looked at. */
export function withMissingSessions<T extends Lacking>(
  coverage: T,
): T & { readonly missingSessions: readonly string[] } {
  return Object.defineProperty(coverage, 'missingSessions', MISSING_SESSIONS) as T & {
    readonly missingSessions: readonly string[];
  };
}

const MISSING_SESSIONS = {
  enumerable: true,
  get(this: Lacking): readonly string[] {
    const calendar = calendarById(this.calendar);
    return this.missingRuns.flatMap(({ from, to }) =>
      calendar.sessions({ from: parseDay(from), to: parseDay(to) + 1 }).map(formatDay),
    );
  },
};
