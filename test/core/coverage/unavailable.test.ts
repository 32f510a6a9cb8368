import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { NOTHING_KNOWN } from '../../../src/core/coverage/coverage.ts';
import { type DayRange, parseDay } from '../../../src/core/session/day.ts';
import { type AbsenceReason, firstClaim } from '../../../src/core/coverage/evidence.ts';
import { unavailableIn } from '../../../src/core/coverage/unavailable.ts';

const XNYS = calendarById('XNYS');
/** From a Monday on, without a holiday. */
const DAYS = XNYS.sessions({ from: parseDay('2025-03-03'), to: parseDay('2025-04-01') });
const WHOLE = { from: DAYS[0] ?? 0, to: (DAYS.at(-1) ?? 0) + 1 };

/** Sessions `[from, to)` of the month, by their numbers. */
const sessions = (from: number, to: number): DayRange => ({
  from: DAYS[from] ?? 0,
  to: (DAYS[to - 1] ?? 0) + 1,
});

/** How many sessions cannot be had of a series with bars before and after others that are absent. */
function lacking(
  before: number,
  absent: number,
  after: number,
  reason: AbsenceReason = 'vendor-empty',
): number {
  const present = [sessions(0, before), sessions(before + absent, before + absent + after)];
  const hole = { ...sessions(before, before + absent), by: [firstClaim(reason, 'test', 0)] };
  const parts = unavailableIn({ ...NOTHING_KNOWN, present, absent: [hole] }, WHOLE, XNYS);
  return parts.reduce((sum, part) => sum + part.sessions, 0);
}

describe('what lies between the bars of a series', () => {
  it('cannot be had where it is more than they are', () => {
    expect([lacking(1, 2, 1), lacking(1, 3, 1)]).toEqual([0, 3]);
    expect([lacking(5, 9, 4), lacking(5, 10, 4)]).toEqual([0, 10]);
  });

  it('can be had where nothing was traded, and never where somebody else is to be asked', () => {
    expect(lacking(1, 10, 1, 'no-trades')).toBe(0);
    expect(lacking(5, 1, 5, 'plan-limited')).toBe(1);
  });
});
