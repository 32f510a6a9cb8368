import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dayOn,
  formatDay,
  hasDate,
  monthOf,
  parseDay,
  startOfDay,
  utcDayOf,
} from '../../../src/core/session/day.ts';

/** All days that `YYYY-MM-DD` can write. */
const writableDay = fc.integer({ min: parseDay('0000-01-01'), max: parseDay('9999-12-31') });

describe('day', () => {
  it('counts days from 1970-01-01', () => {
    expect(parseDay('1970-01-01')).toBe(0);
    expect(parseDay('1969-12-31')).toBe(-1);
    expect(parseDay('2000-03-01') - parseDay('2000-02-28')).toBe(2);
    expect(parseDay('1900-03-01') - parseDay('1900-02-28')).toBe(1);
  });

  it('writes every day so that it reads back', () => {
    fc.assert(
      fc.property(writableDay, (day) => {
        expect(parseDay(formatDay(day))).toBe(day);
      }),
    );
  });

  it('is that of a year, a month and a date, in the first century too', () => {
    fc.assert(
      fc.property(writableDay, (day) => {
        const [year = 0, month = 0, date = 0] = formatDay(day).split('-').map(Number);
        expect(dayOn(year, month, date)).toBe(day);
      }),
      { examples: [[parseDay('0099-01-04')], [parseDay('0000-02-29')], [parseDay('1970-01-01')]] },
    );
    expect(dayOn(2023, 2, 29)).toBe(parseDay('2023-03-01'));
  });

  it('lies in one calendar month', () => {
    fc.assert(
      fc.property(writableDay, (day) => {
        const { from, to } = monthOf(day);
        const month = formatDay(day).slice(0, 7);
        expect([from <= day && day < to, formatDay(from)]).toEqual([true, `${month}-01`]);
        expect([formatDay(to - 1).slice(0, 7), new Date(to * 86_400_000).getUTCDate()]).toEqual([month, 1]);
      }),
      { examples: [[parseDay('0099-12-31')], [parseDay('2024-02-29')], [parseDay('1969-12-01')]] },
    );
  });

  it('says which text is no date', () => {
    for (const text of [
      '',
      '2025-02-30',
      '2025-13-01',
      '2025-00-10',
      '2025-01-00',
      '2025-1-1',
      '20250101',
      ' 2025-01-01',
      '2025-01-01T00:00',
      '+012025-01-01',
      'yesterday',
    ]) {
      expect(() => parseDay(text), text).toThrow(
        expect.objectContaining({
          code: 'invalid-date',
          message: `"${text}" is not a date; write it as YYYY-MM-DD`,
        }),
      );
    }
  });

  it('finds the UTC day of an instant, before the epoch too', () => {
    expect(utcDayOf(0)).toBe(0);
    expect(utcDayOf(86_399_999)).toBe(0);
    expect(utcDayOf(86_400_000)).toBe(1);
    expect(utcDayOf(-1)).toBe(-1);
  });

  it('says which instants have a date that can be written', () => {
    const [first, end] = [startOfDay(parseDay('0000-01-01')), startOfDay(parseDay('9999-12-31') + 1)];
    expect([first, 0, end - 1].map(hasDate)).toEqual([true, true, true]);
    expect([first - 1, end, Number.NaN, Infinity, -Infinity, 1e20].map(hasDate)).toEqual(
      Array(6).fill(false),
    );
  });

  it('starts a day at the first instant that belongs to it', () => {
    fc.assert(
      fc.property(writableDay, (day) => {
        expect(utcDayOf(startOfDay(day))).toBe(day);
        expect(utcDayOf(startOfDay(day) - 1)).toBe(day - 1);
      }),
    );
  });
});
