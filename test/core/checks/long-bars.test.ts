import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { type Day, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { fewLongBars, longBars } from '../../../src/core/checks/long-bars.ts';
import { fileOf, marketOf } from '../../market/csv/folders.ts';

const NEW_YORK = calendarFor('AAPL');
const START = parseDay('2021-01-04');
const SESSIONS = NEW_YORK.sessions({ from: START, to: parseDay('2023-12-30') });

/** The sessions that begin or end each period. */
function ends(periodOf: (day: Day) => unknown, which: 'first' | 'last'): Day[] {
  return SESSIONS.filter((day, i) => {
    const neighbour = SESSIONS[which === 'first' ? i - 1 : i + 1];
    return neighbour === undefined || periodOf(neighbour) !== periodOf(day);
  });
}

const week = (day: Day): number => Math.floor((day + 3) / 7);
const month = (day: Day): string => formatDay(day).slice(0, 7);
const every = (days: number, count: number): Day[] =>
  Array.from({ length: count }, (_, i) => START + 4 + i * days);

describe('the rows of a daily file', () => {
  it.each([
    ['the last sessions of weeks', ends(week, 'last'), 'weeks'],
    ['the first sessions of weeks', ends(week, 'first'), 'weeks'],
    ['Fridays', every(7, 52), 'weeks'],
    ['Sundays', every(7, 20).map((day) => day + 2), 'weeks'],
    ['every second Friday', every(14, 20), 'weeks'],
    ['every fourth Friday', every(28, 12), 'weeks'],
    ['eight Fridays', every(7, 8), 'weeks'],
    [
      'Mondays and another row of the running week',
      [...every(7, 20).map((day) => day - 4), START + 133 + 3],
      'weeks',
    ],
    ['the last sessions of months', ends(month, 'last'), 'months'],
    ['the first sessions of months', ends(month, 'first'), 'months'],
    [
      'the first days of months',
      ['01', '02', '03', '04', '05', '06', '07', '08'].map((m) => parseDay(`2021-${m}-01`)),
      'months',
    ],
    ['the ends of quarters', ends(month, 'last').filter((_, i) => i % 3 === 2), 'months'],
  ])('that are %s are %s…', (_what, days, expected) => {
    expect(longBars(days, NEW_YORK)).toBe(expected);
  });

  it('that are all sessions, or some of a share that rarely trades, are days', () => {
    expect(longBars(SESSIONS, NEW_YORK)).toBeUndefined();
    expect(longBars(SESSIONS.slice(0, 8), NEW_YORK)).toBeUndefined();
    expect(longBars(every(7, 7), NEW_YORK)).toBeUndefined();
    // Six of ten on Fridays.
    const mostlyFridays = every(7, 20).map((day, i) => (i % 5 < 3 ? day : day - (i % 3) - 1));
    expect(longBars(mostlyFridays, NEW_YORK)).toBeUndefined();
    // Not quite twice a week, and a day every third week or so.
    for (const step of [2, 3, 7, 16])
      expect(
        longBars(
          SESSIONS.filter((_, i) => i % step === 0),
          NEW_YORK,
        ),
      ).toBeUndefined();
    fc.assert(
      fc.property(fc.infiniteStream(fc.integer({ min: 0, max: 4 })), (weekday) => {
        const days = Array.from({ length: 40 }, (_, i) => START + i * 7 + (weekday.next().value ?? 0));
        expect(longBars(days, NEW_YORK)).toBeUndefined();
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it.each([
    [10, 'weeks'],
    [11, undefined],
  ])('are weeks where nine tenths lie on one weekday: %d of 100 on another are %s', (others, expected) => {
    const fridays = every(7, 101);
    const days = fridays.map((day, i) => (i % 9 === 4 && Math.floor(i / 9) < others ? day - 2 : day));
    expect(days.filter((day, i) => day !== fridays[i])).toHaveLength(others);
    expect(longBars(days, NEW_YORK)).toBe(expected);
  });

  it.each([
    ['five', 2, 'weeks'],
    ['four', 3, undefined],
  ])('are no weeks any more where two are nearer than five days: %s', (_, earlier, expected) => {
    const days = every(7, 12).map((day, i) => (i === 7 ? day - earlier : day));
    expect(longBars(days, NEW_YORK)).toBe(expected);
  });

  it('are refused by name where they are weeks or months apart', () => {
    const fridays = fileOf(every(7, 30).map(formatDay));
    const months = fileOf(ends(month, 'first').map((day) => `${formatDay(day)}T05:00:00Z`));
    const market = marketOf({ 'AAPL.csv': fridays, 'MSFT.csv': months, 'IBM.csv': fileOf(['2021-01-04']) });
    expect(() => market.intervals('AAPL')).toThrow(/AAPL\.csv: its rows are weeks apart/);
    expect(() => market.intervals('MSFT')).toThrow(/MSFT\.csv: its rows are months apart/);
    expect(market.intervals('IBM')).toEqual(['1d']);
  });
});

describe('rows of weeks among rows of days', () => {
  const daily = SESSIONS.slice(100, 160);

  it('are found, eight in a row or more, wherever they lie', () => {
    const before = ends(week, 'last').filter((day) => day < (daily[0] ?? 0));
    expect(longBars([...before.slice(-8), ...daily], NEW_YORK)).toBe('weeks');
    expect(longBars([...before.slice(-6), ...daily], NEW_YORK)).toBeUndefined();
  });
});

describe('the few rows of a file', () => {
  const weeks = ends(week, 'last').slice(0, 3);
  /** The last sessions of months, and the second one of the month after. */
  const runningAfter = (count: number): Day[] => {
    const whole = ends(month, 'last').slice(0, count);
    return [...whole, SESSIONS[SESSIONS.indexOf(whole.at(-1) as Day) + 2] as Day];
  };

  it.each([
    ['three last sessions of weeks', weeks, 'weeks'],
    ['seven Fridays', every(7, 7), 'weeks'],
    ['three first sessions of months', ends(month, 'first').slice(10, 13), 'months'],
    ['two Fridays', every(7, 2), undefined],
    ['three sessions in a row', SESSIONS.slice(0, 3), undefined],
    ['every second Friday', every(14, 4), undefined],
    ['one a week, on two weekdays', [0, 8, 14].map((day) => START + 1 + day), undefined],
    ['three Fridays and a Tuesday of the running week', [...every(7, 3), START + 22], 'weeks'],
    ['three ends of months and a row of the running one', runningAfter(3), 'months'],
    ['six ends of months and a row of the running one', runningAfter(6), 'months'],
    ['seven ends of months and a row of the running one', runningAfter(7), 'months'],
    ['two ends of months and a row of the running one', runningAfter(2), undefined],
    ['nine, which are enough for themselves', every(7, 9), undefined],
  ])('that are %s are %s', (_what, days, expected) => {
    expect(fewLongBars(days, NEW_YORK)).toBe(expected);
  });

  it('are refused where they are weeks apart, unless the file says that they are days', () => {
    const dates = weeks.map(formatDay);
    const rows = (cells: string): string => dates.map((date) => `${date},10,11,9,10.5,7${cells}\n`).join('');
    const shared = `ticker,date,open,high,low,close\n${dates.map((date) => `AAA,${date},1,1,1,1\n`).join('')}`;
    const days = SESSIONS.slice(0, 9).map((day) => `BBB,${formatDay(day)},1,1,1,1\n`);
    const market = marketOf({
      'AAPL.csv': `date,open,high,low,close,volume\n${rows('')}`,
      'MSFT.csv': `date,open,high,low,close,volume,interval\n${rows(',1d')}`,
      'prices.csv': shared + days.join(''),
    });
    expect(() => market.intervals('AAPL')).toThrow(
      /AAPL\.csv: its 3 rows are weeks apart, .*: if they are days, say so in a column interval \(1d\)/,
    );
    expect(market.intervals('MSFT')).toEqual(['1d']);
    expect(market.intervals('AAA')).toEqual(['1d']);
  });
});
