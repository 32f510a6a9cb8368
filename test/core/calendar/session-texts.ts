import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';

/** `open close` of a session, or `open start-end close` with a lunch break, in UTC. */
export function hours(id: string, day: string): string {
  const { open, close, lunch } = calendarById(id).session(parseDay(day));
  return [utc(open), ...(lunch ? [`${utc(lunch.start)}-${utc(lunch.end)}`] : []), utc(close)].join(' ');
}

/** `YYYY-MM-DDTHH:MM` in UTC, without seconds. */
export function utc(instant: number): string {
  return new Date(instant).toISOString().replace(':00.000Z', '');
}

/** Sessions of a calendar from one day to another, both included. */
export function sessionsFrom(id: string, first: string, last: string): string[] {
  return calendarById(id)
    .sessions({ from: parseDay(first), to: parseDay(last) + 1 })
    .map(formatDay);
}
