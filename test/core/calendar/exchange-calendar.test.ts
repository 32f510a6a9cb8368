import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { ExchangeCalendar } from '../../../src/core/calendar/exchange-calendar.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { hours, sessionsFrom, utc } from './session-texts.ts';

const HOUR = 3_600_000;

describe('facts in every combination', () => {
  const calendar = new ExchangeCalendar({
    id: 'TEST',
    zone: 'UTC',
    weeks: '2024-01-01 1111100\n2025-01-01 1111001',
    reliable: { from: '2024-01-01', through: '2025-12-31' },
    open: '2024-01-01 09:00',
    close: '2024-01-01 17:00\n2025-01-01 18:00',
    weekdayCloses: '2024-07-01 Thu 16:00',
    closingCall: '2024-07-01 16:50\n2025-01-01 17:45',
    breaks: '2024-01-01 12:00 13:00\n2025-06-01 none',
    weekdayBreaks: '2024-01-01 Mon 11:00 14:00',
    closures: '2023 12-25\n2024 12-25\n2025 03-04',
    earlyCloses: '2024 12:00 12-24\n2025 13:30 01-06',
    lateOpens: '2025 10:00 01-07\n2025 12:30 01-08',
    lateCloses: '2025 19:00 01-09',
    extraSessions: '2025 18:00 19:00 03-04 03-08',
  });
  const on = (date: string): string => {
    const day = parseDay(date);
    if (!calendar.isSession(day)) return 'closed';
    const { open, close, lunch, closingCall } = calendar.session(day);
    const times = [open, ...(lunch ? [lunch.start, lunch.end] : []), closingCall, close];
    return times.map((time) => (time === null ? '-' : utc(time).slice(11))).join(' ');
  };

  it.each([
    ['2023-12-25', 'closed', 'before the first rule'],
    ['2023-12-26', '09:00 12:00 13:00 - 17:00', 'before the first rule, by it'],
    ['2024-06-27', '09:00 12:00 13:00 - 16:00', 'a Thursday before the rule of Thursdays, by it'],
    ['2024-07-02', '09:00 12:00 13:00 16:50 17:00', 'a closing call'],
    ['2024-07-01', '09:00 11:00 14:00 16:50 17:00', 'a Monday'],
    ['2024-12-24', '09:00 11:50 12:00', 'an early close at the start of lunch'],
    ['2024-12-29', 'closed', 'a Sunday of the old week'],
    ['2025-01-03', 'closed', 'a Friday of the new week'],
    ['2025-01-05', '09:00 12:00 13:00 17:45 18:00', 'a Sunday of the new week'],
    ['2025-01-06', '09:00 13:15 13:30', 'an early close within lunch'],
    ['2025-01-07', '10:00 12:00 13:00 17:45 18:00', 'a late open'],
    ['2025-01-08', '12:30 17:45 18:00', 'a late open within lunch'],
    ['2025-01-02', '09:00 12:00 13:00 15:45 16:00', 'a Thursday'],
    ['2025-01-09', '09:00 12:00 13:00 18:45 19:00', 'a late close'],
    ['2025-03-04', '18:00 - 19:00', 'an extra session on a closed day'],
    ['2025-03-08', '18:00 - 19:00', 'an extra session on a Saturday'],
    ['2025-06-03', '09:00 17:45 18:00', 'no lunch any more'],
    ['2025-06-02', '09:00 11:00 14:00 17:45 18:00', 'lunch on Mondays still'],
  ])('on %s: %s (%s)', (date, expected) => {
    expect(on(date)).toBe(expected);
  });
});

describe('stepping', () => {
  const newYork = calendarById('XNYS');

  it('skips closed days and week-ends', () => {
    expect(formatDay(newYork.nextSession(parseDay('2001-09-10')))).toBe('2001-09-17');
    expect(formatDay(newYork.previousSession(parseDay('2001-09-17')))).toBe('2001-09-10');
    expect(formatDay(newYork.sessionOnOrAfter(parseDay('2026-04-03')))).toBe('2026-04-06');
    expect(formatDay(newYork.sessionOnOrBefore(parseDay('2026-04-05')))).toBe('2026-04-02');
    expect(formatDay(newYork.sessionOnOrBefore(parseDay('2026-04-02')))).toBe('2026-04-02');
  });

  it('counts sessions back from the last one, which is included', () => {
    const last = parseDay('2024-12-31');
    const year = newYork.lastSessions(last, 252);
    expect({ from: formatDay(year.from), to: formatDay(year.to) }).toEqual({
      from: '2024-01-02',
      to: '2025-01-01',
    });
    expect(newYork.lastSessions(last, 1)).toEqual({ from: last, to: last + 1 });
    expect(newYork.lastSessions(last, 0)).toEqual({ from: last + 1, to: last + 1 });
  });

  it('finds the last session whose close lies the settle delay back', () => {
    const settled = (now: string, delay = 0): string =>
      formatDay(newYork.lastSettled(Date.parse(now), delay));
    expect(settled('2024-07-03T16:59:59.999Z')).toBe('2024-07-02');
    expect(settled('2024-07-03T17:00Z')).toBe('2024-07-03');
    expect(settled('2024-07-03T17:59:59.999Z', HOUR)).toBe('2024-07-02');
    expect(settled('2024-07-03T18:00Z', HOUR)).toBe('2024-07-03');
    expect(settled('2024-07-07T12:00Z')).toBe('2024-07-05');
    expect(settled('2024-07-08T19:00Z')).toBe('2024-07-05');
    expect(settled('2024-07-10T20:00Z', 48 * HOUR)).toBe('2024-07-08');
    expect(formatDay(calendarById('24-7').lastSettled(Date.parse('2026-01-02T00:00Z'), 0))).toBe(
      '2026-01-01',
    );
    expect(formatDay(calendarById('XASX').lastSettled(Date.parse('2026-01-15T05:00Z'), 0))).toBe(
      '2026-01-15',
    );
  });

  it('refuses to step where it would never end', () => {
    const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;
    const refusal = expect.objectContaining({ code: 'internal' });
    expect(() => newYork.sessions({ from: -infinite, to: infinite })).toThrow(refusal);
    expect(() => newYork.sessions({ from: 0, to: infinite })).toThrow(refusal);
    expect(() => newYork.nextSession(nan)).toThrow(refusal);
    expect(() => newYork.sessionOnOrBefore(infinite)).toThrow(refusal);
    expect(() => newYork.sessionOnOrAfter(3.5)).toThrow(refusal);
    expect(() => newYork.lastSessions(0, infinite)).toThrow(refusal);
  });
});

describe('outside the facts', () => {
  it('says which days are reliable', () => {
    expect(calendarById('XNYS').reliable).toEqual({
      from: parseDay('1962-01-01'),
      to: parseDay('2026-07-24'),
    });
    expect(calendarById('XPAR').reliable).toEqual({
      from: parseDay('1999-01-01'),
      to: parseDay('2026-07-24'),
    });
    expect(calendarById('24-7').reliable.to).toBeGreaterThan(parseDay('2200-01-01'));
  });

  it('goes on by the days of the week, with the nearest hours', () => {
    expect(sessionsFrom('XNYS', '1950-12-22', '1950-12-26')).toEqual([
      '1950-12-22',
      '1950-12-25',
      '1950-12-26',
    ]);
    expect(sessionsFrom('XNYS', '2040-12-21', '2040-12-25')).toEqual([
      '2040-12-21',
      '2040-12-24',
      '2040-12-25',
    ]);
    expect(hours('XNYS', '1961-12-29')).toBe('1961-12-29T15:00 1961-12-29T20:30');
    expect(hours('XNYS', '2040-07-02')).toBe('2040-07-02T13:30 2040-07-02T20:00');
    expect(hours('XTKS', '1985-06-03')).toBe(
      '1985-06-03T00:00 1985-06-03T02:00-1985-06-03T04:00 1985-06-03T06:00',
    );
  });
});
