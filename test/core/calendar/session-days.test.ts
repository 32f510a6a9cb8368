import { describe, expect, it } from 'vitest';
import { calendarById, calendarFor } from '../../../src/core/calendar/calendars.ts';
import { XNYS } from '../../../src/core/calendar/data/XNYS.ts';
import { ExchangeCalendar } from '../../../src/core/calendar/exchange-calendar.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { hours, sessionsFrom } from './session-texts.ts';

it('takes no day of the week for idle on which an extra session fell within the last twenty years of its facts', () => {
  const saturday = parseDay('2026-08-08');
  const after = (extraSessions: string): boolean =>
    new ExchangeCalendar({ ...XNYS, extraSessions }).isIdleWeekday(saturday);
  expect(after('')).toBe(true);
  expect(after('2006 09:30 12:00 07-22')).toBe(true);
  expect(after('2006 09:30 12:00 07-29')).toBe(false);
  expect(after('2006 09:30 12:00 07-30')).toBe(true);
});

describe('closed days', () => {
  it.each([
    ['XNYS', '2001-09-11', 'the attacks'],
    ['XNYS', '2001-09-14', 'the attacks'],
    ['XNYS', '2012-10-29', 'Hurricane Sandy'],
    ['XNYS', '2012-10-30', 'Hurricane Sandy'],
    ['XNYS', '2025-01-09', 'mourning for Jimmy Carter'],
    ['XNYS', '2018-12-05', 'mourning for George H. W. Bush'],
    ['XNYS', '1968-06-12', 'the paperwork crisis'],
    ['XNYS', '2022-06-20', 'Juneteenth'],
    ['XNYS', '2023-06-19', 'Juneteenth'],
    ['XNYS', '2026-04-03', 'Good Friday'],
    ['XLON', '2026-04-03', 'Good Friday'],
    ['XETR', '2026-04-03', 'Good Friday'],
    ['XLON', '2026-04-06', 'Easter Monday'],
    ['XLON', '2022-09-19', "the Queen's funeral"],
    ['XLON', '2023-05-08', "the King's coronation"],
    ['XETR', '2024-12-24', 'Christmas Eve'],
    ['XETR', '2024-12-31', "New Year's Eve"],
    ['XHKG', '2023-09-01', 'typhoon Saola'],
    ['XHKG', '2023-09-08', 'black rain'],
    ['XHKG', '2020-10-13', 'typhoon Nangka'],
    ['XTKS', '2024-11-04', 'a substitute for Culture Day'],
    ['XTKS', '2020-10-01', 'a system failure'],
    ['XTKS', '2019-04-30', 'the abdication'],
    ['XASX', '2026-01-26', 'Australia Day'],
  ])('%s is closed on %s: %s', (id, day) => {
    expect(calendarById(id).isSession(parseDay(day))).toBe(false);
    expect(() => calendarById(id).session(parseDay(day))).toThrow(
      expect.objectContaining({ code: 'internal' }),
    );
  });

  it.each([
    ['XNYS', '2001-09-10'],
    ['XNYS', '2001-09-17'],
    ['XNYS', '2012-10-31'],
    ['XNYS', '2021-06-18'], // Juneteenth only from 2022 on
    ['XNYS', '2025-01-10'],
    ['XNYS', '2024-05-01'],
    ['XTKS', '2024-03-29'], // Good Friday
    ['XPAR', '2024-12-24'],
    ['24-7', '2025-12-25'],
    ['24-7', '2025-12-27'], // a Saturday
    ['24-5-FX', '2025-12-25'],
    ['24-5-FX', '2026-01-01'],
  ])('%s trades on %s', (id, day) => {
    expect(calendarById(id).isSession(parseDay(day))).toBe(true);
  });

  it('week-ends are no sessions, save for crypto', () => {
    for (const id of ['XNYS', 'XTKS', 'XASX', '24-5-FX', 'weekdays']) {
      expect(sessionsFrom(id, '2026-03-13', '2026-03-16')).toEqual(['2026-03-13', '2026-03-16']);
    }
    expect(sessionsFrom('24-7', '2026-03-13', '2026-03-16')).toHaveLength(4);
  });

  it('what has no known calendar has no reliable day', () => {
    const { reliable } = calendarFor('QNBK.QA');
    expect(reliable.from).toBe(reliable.to);
  });
});

describe('weeks', () => {
  it('Tel Aviv traded from Sunday to Thursday to the end of 2025, and from Monday to Friday since', () => {
    expect(sessionsFrom('XTAE', '2025-12-26', '2026-01-10')).toEqual([
      '2025-12-28',
      '2025-12-29',
      '2025-12-30',
      '2025-12-31',
      '2026-01-01',
      '2026-01-05',
      '2026-01-06',
      '2026-01-07',
      '2026-01-08',
      '2026-01-09',
    ]);
  });

  it('Riyadh moved its weekend from Thursday and Friday to Friday and Saturday in June 2013', () => {
    expect(sessionsFrom('XSAU', '2013-06-21', '2013-07-05')).toEqual([
      '2013-06-22',
      '2013-06-23',
      '2013-06-24',
      '2013-06-25',
      '2013-06-26',
      '2013-06-30',
      '2013-07-01',
      '2013-07-02',
      '2013-07-03',
      '2013-07-04',
    ]);
  });

  it('Seoul traded on Saturdays up to 1998-12-05', () => {
    expect(sessionsFrom('XKRX', '1998-12-04', '1998-12-14')).toEqual([
      '1998-12-04',
      '1998-12-05',
      '1998-12-07',
      '1998-12-08',
      '1998-12-09',
      '1998-12-10',
      '1998-12-11',
      '1998-12-14',
    ]);
  });

  it.each([
    ['XTAI', '2018-12-22'],
    ['XTAI', '2009-01-17'],
    ['XTAI', '2006-10-14'],
    ['XBOM', '2020-02-01'], // the budget
    ['XBOM', '2025-02-01'],
    ['XBOM', '2026-02-01'], // on a Sunday
    ['XBOM', '2024-01-20'],
  ])('%s trades at the usual hours on the weekend of %s', (id, day) => {
    const usual = hours(id, formatDay(calendarById(id).previousSession(parseDay(day)))).slice(10);
    expect(hours(id, day).replaceAll(/.{10}T/g, '')).toBe(usual.replaceAll(/.{10}T/g, '').replace('T', ''));
  });

  it.each([
    ['XTAI', '2018-12-29'],
    ['XTAI', '2019-02-16'], // a day of work without trading
    ['XSHG', '2019-02-02'], // likewise
    ['XBUD', '2019-08-10'], // likewise
    ['XBOM', '2019-02-02'],
  ])('%s does not trade on the Saturday %s', (id, day) => {
    expect(calendarById(id).isSession(parseDay(day))).toBe(false);
  });

  it('Mumbai trades for an hour on Diwali, whether the day is a holiday, a weekend or neither', () => {
    expect(hours('XBOM', '2024-11-01')).toBe('2024-11-01T12:30 2024-11-01T13:30');
    expect(hours('XBOM', '2023-11-12')).toBe('2023-11-12T12:45 2023-11-12T13:45'); // a Sunday
    expect(hours('XBOM', '2025-10-21')).toBe('2025-10-21T08:15 2025-10-21T09:15'); // at noon
    expect(hours('XBOM', '2012-11-13')).toBe('2012-11-13T10:15 2012-11-13T11:30');
    const calendar = calendarById('XBOM');
    expect(calendar.sessionAt(Date.parse('2024-11-01T12:30Z'))).toBe(parseDay('2024-11-01'));
    expect(calendar.sessionAt(Date.parse('2024-11-01T05:00Z'))).toBeUndefined();
    expect(formatDay(calendar.lastSettled(Date.parse('2024-11-01T13:29Z'), 0))).toBe('2024-10-31');
    expect(formatDay(calendar.lastSettled(Date.parse('2024-11-01T13:30Z'), 0))).toBe('2024-11-01');
  });
});
