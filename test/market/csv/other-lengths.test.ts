import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { ALL, fileOf, marketOf, thrown, times } from './folders.ts';

const DATES = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11', '2024-01-12'];
const session = (date: string, minutes: number, to = '16:00'): string[] =>
  times([date], '09:30', to, minutes);
const read = (stamps: readonly string[], interval: '1m' | '5m' | '15m') =>
  marketOf({ 'AAPL.csv': fileOf(stamps) }).rows('AAPL', interval, ALL);

describe('sessions whose rows are of another length', () => {
  it.each([
    ['1m', 1, 5],
    ['5m', 5, 15],
    ['5m', 5, 60],
    ['15m', 15, 60],
  ] as const)('are refused in a file of %s with the first line', (interval, own, other) => {
    for (const coarse of [[4], [1, 2], [2, 3, 4]]) {
      const stamps = DATES.map((date, i) => session(date, coarse.includes(i) ? other : own));
      const line = 2 + stamps.slice(0, coarse[0]).flat().length;
      expect(thrown(() => read(stamps.flat(), interval))).toMatchObject({
        code: 'usage',
        message: expect.stringMatching(
          `AAPL\\.csv, line ${line}: its rows of ${DATES[coarse[0] ?? 0]} are ${other === 60 ? '1h' : `${other}m`} apart`,
        ),
      });
    }
  });

  it('are none of thin trading, of half days or of gaps', () => {
    const whole = DATES.slice(0, 3).flatMap((date) => session(date, 1));
    const every = (date: string, n: number): string[] =>
      session(date, 1).filter((_, i) => i % n === 0 || i === 7);
    // Some minutes of a day, a morning of five minutes each, and a few on the hour.
    for (const odd of [
      every('2024-01-12', 5),
      session('2024-01-12', 5, '12:00'),
      session('2024-01-12', 60).slice(0, 5),
    ])
      expect(read([...whole, ...odd], '1m')).toHaveLength(whole.length + odd.length);
    const half = [
      ...times(['2024-11-27'], '09:30', '16:00', 15),
      ...times(['2024-11-29'], '09:30', '13:00', 60),
    ];
    expect(read(half, '15m')).toHaveLength(half.length);
  });

  it('are none where most thin sessions are of no other length', () => {
    const thin = DATES.slice(1, 4).flatMap((date) => session(date, 5).filter((_, i) => i % 11 === 3));
    const hours = session('2024-01-12', 60);
    const stamps = [...session('2024-01-08', 5), ...thin, ...hours];
    expect(read(stamps, '5m')).toHaveLength(stamps.length);
  });
});

describe('a few rows before those of days', () => {
  const calendar = calendarFor('AAPL');
  const sessions = (from: string, to: string): Day[] =>
    calendar.sessions({ from: parseDay(from), to: parseDay(to) });
  const firsts = (periodOf: (day: Day) => unknown): Day[] =>
    sessions('2016-01-01', '2016-07-01').filter(
      (day) => periodOf(calendar.previousSession(day)) !== periodOf(day),
    );
  const months = firsts((day) => formatDay(day).slice(0, 7));
  const weeks = firsts((day) => Math.floor((day + 3) / 7));
  const daily = sessions('2016-07-01', '2016-09-01');
  const readDays = (days: readonly Day[]) =>
    marketOf({ 'AAPL.csv': fileOf(days.map(formatDay)) }).rows('AAPL', '1d', ALL);

  it.each([
    ['months', months],
    ['months', months.slice(1)],
    ['weeks', weeks.slice(-6)],
  ])('are refused where they are of %s', (apart, before) => {
    expect(thrown(() => readDays([...before, ...daily]))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`AAPL.csv: its rows are ${apart} apart`),
    });
  });

  it('are read where they lie anywhere, are fewer, or hardly a session has a row behind them', () => {
    const anywhere = months.map((day, i) => calendar.sessionOnOrBefore(day + 4 + ((i * 7) % 11)));
    const thin = daily.filter((_, i) => i % 3 > 0);
    for (const days of [
      [...anywhere, ...daily],
      [...months.slice(2), ...daily],
      [...months, ...thin],
    ])
      expect(readDays(days)).toHaveLength(days.length);
  });
});
