import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { hours, utc } from './session-texts.ts';

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
