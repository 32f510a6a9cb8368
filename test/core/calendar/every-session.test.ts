import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type Day, formatDay } from '../../../src/core/session/day.ts';
import { YEARS, daysOf } from './expected-years.ts';

const IDS = [...new Set(YEARS.map(({ id }) => id))];

/** The hours of a session as a clock of its exchange shows them, read by the platform's own zones. */
function hoursReader(calendar: Calendar): (day: Day) => string {
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: calendar.zone,
  });
  return (day) => {
    const { open, close, lunch, closingCall } = calendar.session(day);
    const at = (instant: number): string => clock.format(instant);
    const pause = lunch === null ? '' : `${at(lunch.start)} ${at(lunch.end)}-`;
    const call = closingCall === null ? '' : `${at(closingCall)}/`;
    return `${at(open)}-${pause}${call}${at(close)}`;
  };
}

describe('every session of every exchange', () => {
  it('is told of forty-five exchanges in at least seventeen years each', () => {
    expect(IDS).toHaveLength(45);
    for (const id of IDS) {
      expect(YEARS.filter((year) => year.id === id).length, id).toBeGreaterThanOrEqual(17);
    }
  });

  it.each(IDS)('%s opens and closes as its exchange did, on each day of each year', (id) => {
    const calendar = calendarById(id);
    const hoursOf = hoursReader(calendar);
    for (const { year, sessions } of YEARS.filter((each) => each.id === id)) {
      const days = daysOf(year).filter((day) => calendar.isSession(day));
      const told = new Set(days.map((day) => `${formatDay(day)} ${hoursOf(day)}`));
      const expected = new Set([...sessions].map(([date, hours]) => `${date} ${hours}`));
      const unexpected = [...told].filter((session) => !expected.has(session));
      const lacking = [...expected].filter((session) => !told.has(session));
      expect({ unexpected, lacking }).toEqual({ unexpected: [], lacking: [] });
    }
  });
});
