import { describe, expect, it } from 'vitest';
import { calendarById, calendarFor } from '../../../src/core/calendar/calendars.ts';
import { XNYS } from '../../../src/core/calendar/data/XNYS.ts';
import { ExchangeCalendar } from '../../../src/core/calendar/exchange-calendar.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';

const HOUR = 3_600_000;

/** `open close` of a session, or `open start-end close` with a lunch break, in UTC. */
function hours(id: string, day: string): string {
  const { open, close, lunch } = calendarById(id).session(parseDay(day));
  return [utc(open), ...(lunch ? [`${utc(lunch.start)}-${utc(lunch.end)}`] : []), utc(close)].join(' ');
}

/** `YYYY-MM-DDTHH:MM` in UTC, without seconds. */
function utc(instant: number): string {
  return new Date(instant).toISOString().replace(':00.000Z', '');
}

/** Sessions of a calendar from one day to another, both included. */
function sessionsFrom(id: string, first: string, last: string): string[] {
  return calendarById(id)
    .sessions({ from: parseDay(first), to: parseDay(last) + 1 })
    .map(formatDay);
}

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

describe('hours', () => {
  it('half days end early', () => {
    expect(hours('XNYS', '2024-07-03')).toBe('2024-07-03T13:30 2024-07-03T17:00');
    expect(hours('XNYS', '2024-11-29')).toBe('2024-11-29T14:30 2024-11-29T18:00');
    expect(hours('XNYS', '2024-12-24')).toBe('2024-12-24T14:30 2024-12-24T18:00');
    expect(hours('XLON', '2024-12-24')).toBe('2024-12-24T08:00 2024-12-24T12:30');
    expect(hours('XPAR', '2024-12-31')).toBe('2024-12-31T08:00 2024-12-31T13:05');
    expect(hours('XETR', '2024-12-30')).toBe('2024-12-30T08:00 2024-12-30T13:00');
  });

  it('New York opened and closed at other times before 1985', () => {
    expect(hours('XNYS', '1974-09-30')).toBe('1974-09-30T14:00 1974-09-30T19:30');
    expect(hours('XNYS', '1974-10-01')).toBe('1974-10-01T14:00 1974-10-01T20:00');
    expect(hours('XNYS', '1985-09-26')).toBe('1985-09-26T14:00 1985-09-26T20:00');
    expect(hours('XNYS', '1985-09-30')).toBe('1985-09-30T13:30 1985-09-30T20:00');
  });

  it('single days opened late or ended suddenly', () => {
    expect(hours('XNYS', '1963-11-22')).toBe('1963-11-22T15:00 1963-11-22T19:07'); // Kennedy shot
    expect(hours('XNYS', '2006-12-27')).toBe('2006-12-27T14:32 2006-12-27T21:00'); // silence for Gerald Ford
  });

  it('Tokyo has lunch, and closes at 15:30 since 2024-11-05', () => {
    expect(hours('XTKS', '2024-11-01')).toBe(
      '2024-11-01T00:00 2024-11-01T02:30-2024-11-01T03:30 2024-11-01T06:00',
    );
    expect(hours('XTKS', '2024-11-05')).toBe(
      '2024-11-05T00:00 2024-11-05T02:30-2024-11-05T03:30 2024-11-05T06:30',
    );
    expect(hours('XTKS', '2011-11-18')).toBe(
      '2011-11-18T00:00 2011-11-18T02:00-2011-11-18T03:30 2011-11-18T06:00',
    );
  });

  it('single days of the week have hours of their own', () => {
    // Tel Aviv's Sundays, and its Fridays since 2026.
    expect(hours('XTAE', '2025-12-28')).toBe('2025-12-28T07:59 2025-12-28T13:40');
    expect(hours('XTAE', '2025-12-29')).toBe('2025-12-29T07:59 2025-12-29T15:15');
    expect(hours('XTAE', '2026-01-08')).toBe('2026-01-08T07:59 2026-01-08T15:15');
    expect(hours('XTAE', '2026-01-09')).toBe('2026-01-09T07:59 2026-01-09T11:50');
    // The early close of a date goes before that of its weekday: a Sunday between the days of Sukkot.
    expect(hours('XTAE', '2025-10-12')).toBe('2025-10-12T06:59 2025-10-12T11:15');
    // Jakarta's Fridays have a longer break, save in the pandemic.
    const jakarta = (day: string): string => hours('XIDX', day).replaceAll(`${day}T`, '');
    expect(jakarta('2020-03-26')).toBe('02:00 05:00-06:30 08:50');
    expect(jakarta('2020-03-27')).toBe('02:00 04:30-07:00 08:50');
    expect(jakarta('2020-04-03')).toBe('02:00 04:30-06:30 07:50');
    expect(jakarta('2023-04-06')).toBe('02:00 05:00-06:30 08:50');
    expect(jakarta('2023-04-14')).toBe('02:00 04:30-07:00 08:50');
  });

  it('Seoul begins and ends an hour late on the day of the entrance exam', () => {
    expect(hours('XKRX', '2025-11-12')).toBe('2025-11-12T00:00 2025-11-12T06:30');
    expect(hours('XKRX', '2025-11-13')).toBe('2025-11-13T01:00 2025-11-13T07:30');
    expect(hours('XKRX', '2017-11-16')).toBe('2017-11-16T01:00 2017-11-16T07:30'); // the first date
    expect(hours('XKRX', '2017-11-23')).toBe('2017-11-23T01:00 2017-11-23T07:30'); // after an earthquake
    expect(hours('XKRX', '2025-01-02')).toBe('2025-01-02T01:00 2025-01-02T06:30');
  });

  it('lunch breaks end, and begin again', () => {
    expect(hours('XKRX', '2000-05-19')).toBe(
      '2000-05-19T00:00 2000-05-19T03:00-2000-05-19T04:00 2000-05-19T06:00',
    );
    expect(hours('XKRX', '2000-05-22')).toBe('2000-05-22T00:00 2000-05-22T06:00');
    expect(hours('XIST', '2019-10-03')).toBe(
      '2019-10-03T07:00 2019-10-03T10:00-2019-10-03T11:00 2019-10-03T15:00',
    );
    expect(hours('XIST', '2019-10-04')).toBe('2019-10-04T07:00 2019-10-04T15:00');
    expect(hours('XSES', '2017-11-10')).toBe('2017-11-10T01:00 2017-11-10T09:00');
    expect(hours('XSES', '2017-11-13')).toBe(
      '2017-11-13T01:00 2017-11-13T04:00-2017-11-13T05:00 2017-11-13T09:00',
    );
  });

  it('some exchanges of the Americas follow the clocks of New York', () => {
    expect(hours('XMEX', '2025-03-07')).toBe('2025-03-07T14:30 2025-03-07T21:00');
    expect(hours('XMEX', '2025-03-10')).toBe('2025-03-10T13:30 2025-03-10T20:00');
    expect(hours('XBOG', '2025-11-04')).toBe('2025-11-04T14:30 2025-11-04T21:00');
    expect(hours('BVMF', '2025-03-07')).toBe('2025-03-07T13:00 2025-03-07T21:00');
    expect(hours('BVMF', '2025-03-10')).toBe('2025-03-10T13:00 2025-03-10T20:00');
  });

  it('from the closing call on nothing trades but one print', () => {
    const call = (id: string, day: string): string | null => {
      const { closingCall } = calendarById(id).session(parseDay(day));
      return closingCall === null ? null : utc(closingCall).slice(11);
    };
    expect(call('XTKS', '2024-11-01')).toBeNull();
    expect(call('XTKS', '2024-11-05')).toBe('06:25');
    expect(call('XKRX', '2016-07-29')).toBe('05:50');
    expect(call('XKRX', '2016-08-01')).toBe('06:20');
    expect(call('XKRX', '2025-11-13')).toBe('07:20'); // an hour late, as all that day
    expect(call('XSTO', '2025-04-16')).toBe('15:25');
    expect(call('XSTO', '2025-04-17')).toBe('10:55'); // a half day
    expect(call('XSHG', '2018-08-17')).toBeNull();
    expect(call('XBOM', '2024-11-01')).toBeNull();
    expect(call('XBOM', '2026-08-04')).toBe('09:45');
    expect(call('XNYS', '2025-11-12')).toBeNull();
  });

  it('hours that were not checked are only advice, even where the days are sure', () => {
    const reliable = (id: string, day: string): boolean => calendarById(id).session(parseDay(day)).reliable;
    expect(reliable('XSAU', '2015-12-31')).toBe(false);
    expect(reliable('XSAU', '2016-01-03')).toBe(true);
    expect(reliable('XNYS', '1970-01-02')).toBe(true);
    expect(reliable('XLON', '1995-01-04')).toBe(false);
    expect(reliable('XLON', '2030-01-04')).toBe(true);
    expect(reliable('weekdays', '2025-01-06')).toBe(false);
    expect(reliable('24-7', '2025-01-05')).toBe(true);
  });

  it('a session that ends when lunch begins has no lunch', () => {
    expect(hours('XTKS', '2008-12-30')).toBe('2008-12-30T00:00 2008-12-30T02:00');
    expect(hours('XHKG', '2024-12-24')).toBe('2024-12-24T01:30 2024-12-24T04:00');
    expect(hours('XHKG', '2010-12-24')).toBe('2010-12-24T02:00 2010-12-24T04:30');
  });

  it('the clocks of New York and Europe change three weeks apart', () => {
    const opens = (id: string): string[] =>
      ['2026-03-06', '2026-03-09', '2026-03-27', '2026-03-30'].map((day) => hours(id, day).slice(11, 16));
    expect(opens('XNYS')).toEqual(['14:30', '13:30', '13:30', '13:30']);
    expect(opens('XPAR')).toEqual(['08:00', '08:00', '08:00', '07:00']);
    expect(opens('XLON')).toEqual(['08:00', '08:00', '08:00', '07:00']);
    expect(opens('XTKS')).toEqual(['00:00', '00:00', '00:00', '00:00']);
  });

  it('Sydney opens on the UTC day before in summer, yet on its own session date', () => {
    expect(hours('XASX', '2026-01-15')).toBe('2026-01-14T23:00 2026-01-15T05:00');
    expect(hours('XASX', '2026-04-02')).toBe('2026-04-01T23:00 2026-04-02T05:00');
    expect(hours('XASX', '2026-04-07')).toBe('2026-04-07T00:00 2026-04-07T06:00');
    const calendar = calendarById('XASX');
    const open = Date.parse('2026-01-14T23:00Z');
    expect(formatDay(calendar.localDay(open))).toBe('2026-01-15');
    expect(calendar.sessionAt(open)).toBe(parseDay('2026-01-15'));
    expect(calendar.sessionAt(open - 1)).toBeUndefined();
  });

  it('crypto lasts the UTC day, currencies the London day', () => {
    expect(hours('24-7', '2025-12-25')).toBe('2025-12-25T00:00 2025-12-26T00:00');
    expect(hours('24-5-FX', '2025-12-25')).toBe('2025-12-25T00:00 2025-12-26T00:00');
    expect(hours('24-5-FX', '2026-07-01')).toBe('2026-06-30T23:00 2026-07-01T23:00');
    expect(hours('24-5-FX', '2026-03-27')).toBe('2026-03-27T00:00 2026-03-28T00:00');
    expect(hours('24-5-FX', '2026-03-30')).toBe('2026-03-29T23:00 2026-03-30T23:00');
  });

  it('the lunch break belongs to the session, the close does not', () => {
    const tokyo = calendarById('XTKS');
    expect(tokyo.sessionAt(Date.parse('2024-11-05T03:00Z'))).toBe(parseDay('2024-11-05'));
    expect(tokyo.sessionAt(Date.parse('2024-11-05T06:30Z'))).toBeUndefined();
    expect(tokyo.sessionAt(Date.parse('2024-11-04T03:00Z'))).toBeUndefined();
    expect(calendarById('XNYS').sessionAt(Date.parse('2024-07-03T17:00Z'))).toBeUndefined();
  });
});

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
