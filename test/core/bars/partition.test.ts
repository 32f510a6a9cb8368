import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { NO_BARS } from '../../../src/core/bars/columns.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import { INTERVALS } from '../../../src/core/session/interval.ts';
import {
  periodOf,
  periodRange,
  periodsOf,
  sessionDateOf,
  sessionDays,
} from '../../../src/core/bars/partition.ts';
import { intersect } from '../../../src/core/session/ranges.ts';

const day = fc.integer({ min: parseDay('1900-01-01'), max: parseDay('2100-12-31') });
const interval = fc.constantFrom(...INTERVALS);
const cutInterval = fc.constantFrom(...INTERVALS.filter((each) => each !== '1d'));

describe('partition', () => {
  it('cuts daily bars not at all, minute bars by month and the others by year', () => {
    const session = parseDay('2026-11-20');
    expect(INTERVALS.map((each) => periodOf(each, session))).toEqual([
      '2026-11',
      '2026',
      '2026',
      '2026',
      'all',
    ]);
  });

  it('gives the days of a period, end exclusive', () => {
    expect(periodRange('2024-02')).toEqual({ from: parseDay('2024-02-01'), to: parseDay('2024-03-01') });
    expect(periodRange('2026-12')).toEqual({ from: parseDay('2026-12-01'), to: parseDay('2027-01-01') });
    expect(periodRange('2024')).toEqual({ from: parseDay('2024-01-01'), to: parseDay('2025-01-01') });
    expect(periodRange('all')).toEqual({ from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY });
    expect(periodRange('9999-12').to).toBe(parseDay('9999-12-31') + 1);
  });

  it('refuses what is no period', () => {
    for (const period of ['', 'every', '2026-13', '2026-00', '2026-1', '2026-11-05', '26']) {
      expect(() => periodRange(period), period).toThrow(expect.objectContaining({ code: 'invalid-date' }));
    }
  });

  it('puts every day into the period that holds it', () => {
    fc.assert(
      fc.property(interval, day, (each, d) => {
        const { from, to } = periodRange(periodOf(each, d));
        expect(from <= d && d < to).toBe(true);
      }),
    );
  });

  it('tiles the line: the next period begins where one ends', () => {
    fc.assert(
      fc.property(cutInterval, day, (each, d) => {
        const { from, to } = periodRange(periodOf(each, d));
        expect(periodRange(periodOf(each, to)).from).toBe(to);
        expect(periodRange(periodOf(each, from - 1)).to).toBe(from);
      }),
    );
  });

  it('names exactly the periods that the given days touch, ascending and once', () => {
    const edges = fc.uniqueArray(fc.integer({ min: parseDay('2018-11-15'), max: parseDay('2021-02-15') }), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(interval, edges, (each, unsorted) => {
        const sorted = unsorted.toSorted((a, b) => a - b);
        const ranges = sorted
          .slice(1)
          .flatMap((to, i) => (i % 2 === 0 ? [{ from: sorted[i] ?? to, to }] : []));
        const touched = new Set<string>();
        for (const range of ranges)
          for (let d = range.from; d < range.to; d++) touched.add(periodOf(each, d));
        const periods = periodsOf(each, ranges);
        expect(periods).toEqual([...touched]);
        for (const period of periods) expect(intersect([periodRange(period)], ranges)).not.toEqual([]);
      }),
    );
  });

  it('names no period where there are no days', () => {
    for (const each of INTERVALS) {
      expect(periodsOf(each, [])).toEqual([]);
      expect(periodsOf(each, [{ from: 5, to: 5 }])).toEqual([]);
    }
  });

  it('lists the session dates of bars, each once', () => {
    const newYork = calendarById('XNYS');
    const stamps = ['2026-01-14T14:30Z', '2026-01-14T20:55Z', '2026-01-15T14:30Z', '2026-01-20T14:30Z'];
    const bars = { ...NO_BARS, length: 4, ts: Float64Array.from(stamps, Date.parse) };
    const days = ['2026-01-14', '2026-01-15', '2026-01-20'].map(parseDay);
    expect(sessionDays(bars, sessionDateOf('5m', newYork))).toEqual(days);
    expect(sessionDays(NO_BARS, sessionDateOf('5m', newYork))).toEqual([]);
  });

  it('finds the session date of a bar: the stamp itself for daily bars, the local date for the others', () => {
    const sydney = calendarById('XASX');
    const open = Date.parse('2026-01-14T23:00Z');
    expect(sessionDateOf('5m', sydney)(open)).toBe(parseDay('2026-01-15'));
    expect(sessionDateOf('1d', sydney)(Date.parse('2026-01-15T00:00Z'))).toBe(parseDay('2026-01-15'));
    const newYork = calendarById('XNYS');
    expect(sessionDateOf('1d', newYork)(Date.parse('2026-01-15T00:00Z'))).toBe(parseDay('2026-01-15'));
  });
});
