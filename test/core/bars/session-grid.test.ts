import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { intervalMs } from '../../../src/core/session/interval.ts';
import { mayStartBar } from '../../../src/core/bars/session-grid.ts';

function mayStart(id: string, day: string, utc: string, length: '1m' | '5m' | '1h'): boolean {
  const session = calendarById(id).session(parseDay(day));
  return mayStartBar(session, Date.parse(`${day}T${utc}Z`), intervalMs(length));
}

describe('a bar may start', () => {
  it('on the grid of its session’s trading', () => {
    expect(mayStart('XNYS', '2025-11-26', '14:30', '1h')).toBe(true);
    expect(mayStart('XNYS', '2025-11-26', '15:00', '1h')).toBe(false);
    expect(mayStart('XNYS', '2025-11-26', '14:29', '1m')).toBe(false);
    expect(mayStart('XNYS', '2025-11-26', '21:00', '1m')).toBe(false);
    expect(mayStart('XTKS', '2025-11-26', '03:00', '5m')).toBe(false); // lunch
    expect(mayStart('XTKS', '2025-11-26', '06:25', '5m')).toBe(true); // the print of the closing call
  });

  it('at any minute where the hours are only advice', () => {
    expect(mayStart('XIDX', '2012-11-26', '01:47', '5m')).toBe(true);
    expect(mayStart('XIDX', '2012-11-26', '01:47:30', '5m')).toBe(false);
    expect(mayStart('XIDX', '2014-11-26', '01:47', '5m')).toBe(false);
    expect(mayStart('weekdays', '2025-11-26', '09:07', '1h')).toBe(true);
  });
});
