import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { fileOf, HEADER, marketOf, times } from './folders.ts';

const XNYS = calendarFor('SPY');

/** Sessions of a part of 2023. */
const sessions = (from: string, to: string): string[] =>
  XNYS.sessions({ from: parseDay(from), to: parseDay(to) }).map(formatDay);

/** A date whose day may be a month, as a spreadsheet of another country has it. */
const swapped = (date: string): string =>
  date.slice(8) > '12' ? date : `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;

const daily = (dates: readonly string[]): string =>
  `${HEADER}\n${dates.map((date, i) => `${date},10,11,9,${10 + (i % 7) / 10},${1000 + i}\n`).join('')}`;

function refusal(text: string): string {
  try {
    marketOf({ 'SPY.csv': text }).intervals('SPY');
  } catch (error) {
    return (error as Error).message.replace(/^.*SPY\.csv/, '');
  }
  return 'read';
}

describe('dates of which day and month are swapped where both may be either', () => {
  const year = sessions('2023-01-03', '2024-01-01');
  const way =
    /day and month of a part of the dates seem to be swapped, as by a spreadsheet: get the file again, or write/;

  it('are refused with the line of the first one, what it would be, and what to do', () => {
    const said = refusal(daily(year.map(swapped)));
    expect(said).toMatch(/^, line \d+: its date \d{4}-\d\d-\d\d is no session of XNYS, and/);
    expect(said).toMatch(way);
    const [, line = 0, seen = '', other = ''] =
      /line (\d+): its date (\S+) is no session of XNYS, and (\S+) is one that has no row/.exec(said) ?? [];
    expect([swapped(seen), year[Number(line) - 2]]).toEqual([other, other]);
    expect(XNYS.isSession(parseDay(seen))).toBe(false);
  });

  it.each([
    ['sorted since', year.map(swapped).toSorted()],
    ['newest first', year.map(swapped).toReversed()],
    ['a part of them only', [...year.slice(0, 125), ...year.slice(125).map(swapped)]],
    [
      'beside others of another form',
      year.map(swapped).map((date) => (date.slice(8) > '12' ? date.replaceAll('-', '/') : date)),
    ],
  ])('are refused where they are %s', (_, dates) => {
    expect(refusal(daily(dates))).toMatch(way);
  });

  it('are refused by their order alone, where few of them lie on closed days', () => {
    const few = sessions('2023-01-26', '2023-02-08');
    expect(refusal(daily(few.map(swapped)))).toMatch(
      /line 6: its date 2023-01-02 does not lie between those around it, and 2023-02-01 does \(3 more are such\)/,
    );
    expect(() => marketOf({ 'BTC-USD.csv': daily(few.map(swapped)) }).intervals('BTC-USD')).toThrow(way);
  });

  it('are refused of intraday rows', () => {
    expect(refusal(fileOf(times(year.slice(0, 120).map(swapped), '09:30', '16:00', 60)))).toMatch(way);
  });

  it.each([
    ['they are right', year],
    ['right, and in no order', year.toSorted((a, b) => (a.slice(8) + a < b.slice(8) + b ? -1 : 1))],
    [
      'there are rows on Saturdays',
      [...year, '2023-01-07', '2023-02-04', '2023-03-04', '2023-04-01'].toSorted(),
    ],
    ['there are few of them', sessions('2023-01-20', '2023-02-04').map(swapped)],
  ])('are read where %s', (_, dates) => {
    expect(refusal(daily(dates))).toBe('read');
  });
});
