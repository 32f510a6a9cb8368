import { describe, expect, it } from 'vitest';
import { closeTimes } from '../../../src/core/bars/bar-close.ts';
import type { Calendar } from '../../../src/core/calendar/calendar.ts';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import type { Interval } from '../../../src/core/session/interval.ts';

const HALF_HOUR = 1_800_000;

/** When bars that start at such instants close. */
function closes(interval: Interval, calendar: string, ...starts: readonly string[]): string[] {
  const ts = Float64Array.from(starts, (start) => Date.parse(start));
  return Array.from(closeTimes(interval, calendarById(calendar))({ length: ts.length, ts }), (close) =>
    new Date(close).toISOString().slice(0, 16),
  );
}

describe('a daily bar', () => {
  it('closes with its session, an early close and a change of the clocks included', () => {
    expect(closes('1d', 'XNYS', '2025-11-28', '2026-03-06', '2026-03-09')).toEqual([
      '2025-11-28T18:00',
      '2026-03-06T21:00',
      '2026-03-09T20:00',
    ]);
  });

  it('closes the day before where the exchange does, and at midnight where nothing does', () => {
    expect(closes('1d', 'XASX', '2026-03-02')).toEqual(['2026-03-02T05:00']);
    expect(closes('1d', '24-7', '2026-03-02')).toEqual(['2026-03-03T00:00']);
  });

  it('of a day that is no session closes when the session before it would have', () => {
    expect(closes('1d', 'XNYS', '2025-11-28', '2025-11-30')).toEqual([
      '2025-11-28T18:00',
      '2025-11-30T18:00',
    ]);
  });
});

describe('an intraday bar', () => {
  it('closes after its length, cut short by the close and by the lunch break', () => {
    const hours = ['2026-03-02T14:30Z', '2026-03-02T20:30Z', '2026-03-03T14:30Z'];
    expect(closes('1h', 'XNYS', ...hours)).toEqual([
      '2026-03-02T15:30',
      '2026-03-02T21:00',
      '2026-03-03T15:30',
    ]);
    expect(closes('1h', 'XNYS', '2025-11-28T17:30Z')).toEqual(['2025-11-28T18:00']);
    expect(closes('1h', 'XTKS', '2026-03-02T02:00Z', '2026-03-02T03:30Z')).toEqual([
      '2026-03-02T02:30',
      '2026-03-02T04:30',
    ]);
    expect(closes('5m', '24-7', '2026-03-01T23:55Z', '2026-03-02T00:00Z')).toEqual([
      '2026-03-02T00:00',
      '2026-03-02T00:05',
    ]);
  });

  it('outside the hours closes after its whole length', () => {
    expect(closes('1h', 'XNYS', '2026-03-02T12:00Z', '2026-03-02T21:00Z', '2026-03-07T15:00Z')).toEqual([
      '2026-03-02T13:00',
      '2026-03-02T22:00',
      '2026-03-07T16:00',
    ]);
    expect(closes('1h', 'XTKS', '2026-03-02T02:45Z')).toEqual(['2026-03-02T03:45']);
  });

  it('closes by its own session, whichever bars were asked for before', () => {
    const times = closeTimes('1h', calendarById('XNYS'));
    const closeOf = (start: string): number =>
      times({ length: 1, ts: Float64Array.of(Date.parse(start)) })[0] as number;
    expect(closeOf('2026-03-03T20:30Z')).toBe(Date.parse('2026-03-03T21:00Z'));
    expect(closeOf('2026-03-02T20:30Z')).toBe(Date.parse('2026-03-02T21:00Z'));
  });

  it('never closes before the one that it follows', () => {
    const short = { open: HALF_HOUR, close: 2 * HALF_HOUR, lunch: null };
    const calendar = {
      sessionAt: (at: number) => (at >= short.open && at < short.close ? 0 : undefined),
      session: () => short,
    } as unknown as Calendar;
    const ts = Float64Array.of(HALF_HOUR - 60_000, HALF_HOUR, 2 * HALF_HOUR);
    expect([...closeTimes('1h', calendar)({ length: 3, ts })]).toEqual([
      3 * HALF_HOUR - 60_000,
      3 * HALF_HOUR - 60_000,
      4 * HALF_HOUR,
    ]);
  });
});
