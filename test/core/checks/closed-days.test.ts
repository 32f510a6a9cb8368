import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { closedDay } from '../../../src/core/checks/closed-days.ts';

/** A calendar of facts for the days 100 to 109, of which 105 is a session; 112 is of a day of the week without trade. */
const CALENDAR: Calendar = {
  ...calendarById('XNYS'),
  advisory: false,
  reliable: { from: 100, to: 110 },
  isSession: (day) => day === 105 || day === 111,
  isIdleWeekday: (day) => day === 112,
};

describe('a day without a session', () => {
  it.each([
    [99, null],
    [100, 'sure'],
    [105, null],
    [109, 'sure'],
    [110, 'expected'],
    [111, null],
    [112, 'sure'],
    [113, 'expected'],
    [Number.NaN, null],
  ] as const)('%d: %s', (day, known) => {
    expect(closedDay(day, CALENDAR)).toBe(known);
  });

  it('is nothing that a guess tells of', () => {
    for (const day of [99, 100, 110, 112]) expect(closedDay(day, { ...CALENDAR, advisory: true })).toBeNull();
  });
});
