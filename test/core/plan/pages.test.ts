import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { earliestDay } from '../../../src/core/plan/limits.ts';
import { pagesOf, pagesOfAll } from '../../../src/core/plan/pages.ts';
import { parseDay } from '../../../src/core/session/day.ts';

const YORK = calendarFor('AAPL');
const PAIRS = calendarFor('BTC-USD');
const YEAR = { from: parseDay('2024-01-02'), to: parseDay('2025-01-01') };
/** Ten sessions. */
const WEEKS = { from: parseDay('2024-03-04'), to: parseDay('2024-03-16') };

describe('the pages of an answer', () => {
  it('hold a row a session of days', () => {
    expect(YORK.count([YEAR])).toBe(252);
    for (const [series, pages] of [
      [1, 1],
      [39, 1],
      [40, 2],
      [1000, 26],
    ] as const)
      expect(pagesOf(series, YORK, '1d', YEAR, { rows: 10_000 })).toEqual({ pages, isBySession: false });
  });

  it('are those of the rows that bars are joined of, by what trades', () => {
    const paging = { rows: 10_000, rowMs: { always: 3_600_000 } };
    expect(pagesOf(2, PAIRS, '1d', YEAR, paging)).toEqual({ pages: 2, isBySession: false });
    expect(pagesOf(2, YORK, '1d', YEAR, paging)).toEqual({ pages: 1, isBySession: false });
    expect(pagesOfAll([PAIRS, YORK, PAIRS, YORK], '1d', YEAR, paging)).toBe(3);
  });

  it('are fewer by the session where the hours between sessions cost more', () => {
    const paging = { rows: 10_000, extended: 2.35 };
    expect(pagesOf(25, YORK, '1m', WEEKS, paging)).toEqual({ pages: 10, isBySession: true });
    expect(pagesOf(1, YORK, '1m', WEEKS, paging)).toEqual({ pages: 1, isBySession: false });
    // Two pages a session would be no fewer.
    expect(pagesOf(26, YORK, '1m', WEEKS, paging)).toEqual({ pages: 20, isBySession: true });
    // What never closes has no hours between.
    expect(pagesOf(1, PAIRS, '1m', WEEKS, paging)).toEqual({ pages: 2, isBySession: false });
  });
});

it('a provider that begins on some day reaches back to that, or to the end of its look-back if that is later', () => {
  const now = Date.parse('2024-06-03T12:00:00Z');
  const since = parseDay('2016-01-01');
  expect(earliestDay({ lookBackDays: null, since }, now)).toBe(since);
  expect(earliestDay({ lookBackDays: 30, since }, now)).toBe(parseDay('2024-05-05'));
  expect(earliestDay({ lookBackDays: 9999, since }, now)).toBe(since);
});
