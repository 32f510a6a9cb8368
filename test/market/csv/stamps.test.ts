import { describe, expect, it } from 'vitest';
import { contradictionIn, dateOrderOf, noStamp, readStamp } from '../../../src/market/csv/stamps.ts';
import { HEADER, marketOf, stampsOf, thrown } from './folders.ts';

const HOUR = 3_600_000;

function read(text: string): string | undefined {
  const stamp = readStamp(text, 'day-first');
  if (stamp === undefined) return undefined;
  return `${new Date(stamp.clock).toISOString().slice(0, 19)} ${stamp.offset === null ? '-' : stamp.offset / HOUR}`;
}

describe('a stamp', () => {
  it.each([
    ['2024-01-02', '2024-01-02T00:00:00 -'],
    ['20240102', '2024-01-02T00:00:00 -'],
    ['2024/1/2', '2024-01-02T00:00:00 -'],
    ['2024.01.02', '2024-01-02T00:00:00 -'],
    ['02.01.2024', '2024-01-02T00:00:00 -'],
    ['2-Jan-2024', '2024-01-02T00:00:00 -'],
    ['Jan 02, 2024', '2024-01-02T00:00:00 -'],
    ['January 2, 2024', '2024-01-02T00:00:00 -'],
    ['Tue 02 Jan 2024', '2024-01-02T00:00:00 -'],
    ['Tuesday, January 02, 2024', '2024-01-02T00:00:00 -'],
    ['Wed 02 Jan 2024', undefined],
    ['20240102 09:30', '2024-01-02T09:30:00 -'],
    ['20240102  09:30:00', '2024-01-02T09:30:00 -'],
    ['202401020930', '2024-01-02T09:30:00 -'],
    ['20240102093015', '2024-01-02T09:30:15 -'],
    ['2024010209', '2024-01-02T09:00:00 -'],
    ['20240102 093000', '2024-01-02T09:30:00 -'],
    ['2024-01-02T09:30:15.123', '2024-01-02T09:30:15 -'],
    ['2024-01-02 9:30 PM', '2024-01-02T21:30:00 -'],
    ['2024-01-02 12:05 AM', '2024-01-02T00:05:00 -'],
    ['2024-01-02T14:30:00Z', '2024-01-02T14:30:00 0'],
    ['2024-01-02 14:30:00+00', '2024-01-02T14:30:00 0'],
    ['2024-01-02 14:30:00 UTC', '2024-01-02T14:30:00 0'],
    ['2024-01-02 09:30:00-05:00', '2024-01-02T09:30:00 -5'],
    ['2024-01-02 09:30:00+0530', '2024-01-02T09:30:00 5.5'],
    ['02.01.2024 09:30:00.000 GMT+0100', '2024-01-02T09:30:00 1'],
    ['2024-01-02T21:00:00.000000000Z', '2024-01-02T21:00:00 0'],
    ['1704205800', '2024-01-02T14:30:00 0'],
    ['1704205800.0', '2024-01-02T14:30:00 0'],
    ['1704205800000', '2024-01-02T14:30:00 0'],
    ['1704205800000000', '2024-01-02T14:30:00 0'],
    ['1704205800000000000', '2024-01-02T14:30:00 0'],
    ['-631152000', '1950-01-01T00:00:00 0'],
  ])('%s is read', (text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it.each([
    ['0099-01-04', '04.01.0099', 'Jan 4, 0099', '0000-01-01', '1791-12-31', '2100-01-01', '9999-12-31'],
    ['-6000000000', '4102444800', '9999999999999999'],
  ])('is of no year that has no market: %s', (...texts) => {
    for (const text of texts.filter(Boolean)) {
      expect(read(text), text).toBeUndefined();
      expect(noStamp(text)).toBe(`"${text}" is a date before 1792 or after 2099, which no bar has`);
    }
    expect(noStamp('0099-02-30')).toBe('"0099-02-30" is no date or time');
    expect([read('1792-01-01'), read('2099-12-31 23:59')]).toEqual([
      '1792-01-01T00:00:00 -',
      '2099-12-31T23:59:00 -',
    ]);
    expect([read('31/12/99'), read('31/12/68'), read('31/12/69'), read('01/01/00')]).toEqual([
      '1999-12-31T00:00:00 -',
      '2068-12-31T00:00:00 -',
      '1969-12-31T00:00:00 -',
      '2000-01-01T00:00:00 -',
    ]);
  });

  it.each([
    '2024-02-30',
    '0096-02-30',
    '2023-02-29',
    '2024-01-02 24:00',
    '2024-01-02 13:00 PM',
    '1/2/124',
    '1/2/4',
    'yesterday',
    '',
    '2024-01-02 junk',
  ])('"%s" is none', (text) => {
    expect(read(text)).toBeUndefined();
  });
});

describe('dates that end with their year', () => {
  it('are told apart by a number that is no month', () => {
    expect(dateOrderOf(['01/02/2024', '01/31/2024'])).toBe('month-first');
    expect(dateOrderOf(['01/02/2024', '31/01/2024'])).toBe('day-first');
    expect(dateOrderOf(['01.02.2024'])).toBe('day-first');
  });

  it('are not guessed where nothing tells, or two rows contradict each other', () => {
    expect(dateOrderOf(['01/02/2024', '03/04/2024'])).toBeUndefined();
    expect(dateOrderOf(['31/01/2024', '01/31/2024'])).toBeUndefined();
  });

  it('name the two that contradict each other', () => {
    expect(contradictionIn(['01/02/2024', '01/31/2024', '02/01/2024', '30/01/2024'])).toEqual([
      '01/31/2024',
      '30/01/2024',
    ]);
    expect(contradictionIn(['01/02/2024', '03/04/2024', 'none'])).toBeUndefined();
    const row = (date: string): string => `${date},10,11,9,10.5,7`;
    const market = marketOf({ 'AAPL.csv': [HEADER, row('01/31/2024'), row('30/01/2024'), ''].join('\n') });
    expect(thrown(() => stampsOf(market, 'AAPL'))).toMatchObject({
      message: expect.stringContaining('its dates "01/31/2024" and "30/01/2024" are in no order both'),
    });
  });
});
