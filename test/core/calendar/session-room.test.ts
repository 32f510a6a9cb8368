import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { roomOf, tradingEnd } from '../../../src/core/calendar/session-room.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { INTERVALS, intervalMs } from '../../../src/core/session/interval.ts';

/** Bars of a session by interval: 1m, 5m, 15m, 1h. */
function rooms(id: string, day: string): number[] {
  const session = calendarById(id).session(parseDay(day));
  return INTERVALS.slice(0, 4).map((interval) => roomOf(session, intervalMs(interval)));
}

describe('the room of a session', () => {
  it('is its hours', () => {
    expect(rooms('XNYS', '2025-11-26')).toEqual([390, 78, 26, 7]);
    expect(rooms('XNYS', '2025-11-28')).toEqual([210, 42, 14, 4]);
    expect(rooms('24-7', '2025-11-29')).toEqual([1440, 288, 96, 24]);
    expect(rooms('XBOM', '2025-10-21')).toEqual([60, 12, 4, 1]);
  });

  it('begins again after lunch', () => {
    expect(rooms('XTKS', '2024-11-01')).toEqual([300, 60, 20, 6]);
    expect(rooms('XHKG', '2025-11-26')).toEqual([330, 66, 22, 6]);
  });

  it('has one bar for the print of a closing call, if none before holds it', () => {
    expect(rooms('XTKS', '2024-11-05')).toEqual([326, 66, 22, 6]);
    expect(rooms('XKRX', '2025-11-12')).toEqual([381, 77, 26, 7]);
    expect(rooms('XCSE', '2026-01-07')).toEqual([476, 96, 32, 8]);
  });
});

describe('the end of trading', () => {
  it('is the closing call, or the close', () => {
    const end = (id: string, day: string): string =>
      new Date(tradingEnd(calendarById(id).session(parseDay(day)))).toISOString().slice(11, 16);
    expect(end('XTKS', '2024-11-05')).toBe('06:25');
    expect(end('XNYS', '2025-11-26')).toBe('21:00');
  });
});
