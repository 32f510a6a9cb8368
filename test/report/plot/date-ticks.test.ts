import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { dateTicks } from '../../../src/report/plot/date-ticks.ts';

const sessions = calendarById('XNYS')
  .sessions({ from: parseDay('2013-02-08'), to: parseDay('2018-02-10') })
  .map(formatDay);

/** The labels of an axis, from a session to another one. */
function labelled(labels: readonly string[], first: string, last: string, most: number): string[] {
  const seen = { from: labels.indexOf(first), to: labels.indexOf(last) };
  const { places, text } = dateTicks(labels, seen, most);
  return [...places].map((place) => text(labels[place] ?? ''));
}

describe('the labels of an axis of dates', () => {
  it.each([
    ['2018-02-01', '2018-02-07', 8, ['2018-02-01', '2018-02-02', '2018-02-05', '2018-02-06', '2018-02-07']],
    ['2018-01-03', '2018-02-09', 6, ['2018-01-08', '2018-01-16', '2018-01-22', '2018-01-29', '2018-02-05']],
    ['2017-10-02', '2018-02-09', 5, ['2017-10', '2017-11', '2017-12', '2018-01', '2018-02']],
    ['2017-02-09', '2018-02-09', 4, ['2017-04', '2017-07', '2017-10', '2018-01']],
    [
      '2013-02-08',
      '2018-02-09',
      10,
      [
        '2013-07',
        '2014-01',
        '2014-07',
        '2015-01',
        '2015-07',
        '2016-01',
        '2016-07',
        '2017-01',
        '2017-07',
        '2018-01',
      ],
    ],
    ['2013-02-08', '2018-02-09', 5, ['2014', '2015', '2016', '2017', '2018']],
    ['2013-02-08', '2018-02-09', 3, ['2014', '2016', '2018']],
    ['2013-02-08', '2018-02-09', 1, ['2015']],
  ])('from %s to %s, at most %i, are round', (first, last, most, labels) => {
    expect(labelled(sessions, first, last, most)).toEqual(labels);
  });

  it('within a session are its hours, each at its first bar, and days where these are too many', () => {
    const bars = ['2018-02-06', '2018-02-07', '2018-02-08'].flatMap((day) =>
      ['14:30', '14:45', '15:00', '15:15', '15:30', '15:45', '16:00'].map((time) => `${day} ${time}`),
    );
    expect(labelled(bars, '2018-02-07 14:30', '2018-02-07 16:00', 3)).toEqual([
      '2018-02-07 14:30',
      '2018-02-07 15:00',
      '2018-02-07 16:00',
    ]);
    expect(labelled(bars, '2018-02-06 14:30', '2018-02-08 16:00', 3)).toEqual(['2018-02-07', '2018-02-08']);
  });

  it('of months are years and their parts', () => {
    const months = ['2016', '2017'].flatMap((year) =>
      Array.from({ length: 12 }, (_, i) => `${year}-${String(i + 1).padStart(2, '0')}`),
    );
    expect(labelled(months, '2016-01', '2017-12', 8)).toEqual([
      '2016-04',
      '2016-07',
      '2016-10',
      '2017-01',
      '2017-04',
      '2017-07',
      '2017-10',
    ]);
  });
});
