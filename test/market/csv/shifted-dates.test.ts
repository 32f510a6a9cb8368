import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { fileOf, marketOf, stampsOf, times } from './folders.ts';

interface Shape {
  /** What is written for a session date. */
  readonly stamp?: (date: string, i: number) => string;
  readonly volume?: number | string;
  readonly range?: readonly [from: string, to: string];
  /** Lines of `date,open,high,low,close,volume` besides. */
  readonly more?: readonly string[];
}

/** A range without a session. */
const NONE = ['2017-01-01', '2017-01-02'] as const;
const MARCH = ['2017-03-01', '2017-04-01'] as const;

function moved(date: string, days: number): string {
  return formatDay(parseDay(date) + days);
}

function by(days: number): (date: string) => string {
  return (date) => moved(date, days);
}

function sessionsOf(ticker: string, [from, to]: readonly [string, string] = MARCH): string[] {
  return calendarFor(ticker)
    .sessions({ from: parseDay(from), to: parseDay(to) })
    .map(formatDay);
}

/** A file with a row a session, prices moving from day to day, in the order of the dates. */
function dailyFile(
  ticker: string,
  { stamp = (date) => date, volume = 1000, range, more = [] }: Shape,
): string {
  const rows = sessionsOf(ticker, range).map((date, i) => {
    const close = 50 + (i % 7) + i / 100;
    return `${stamp(date, i)},${close - 0.5},${close + 1},${close - 1},${close},${volume}`;
  });
  return ['date,open,high,low,close,volume', ...[...rows, ...more].toSorted()].join('\n');
}

function read(ticker: string, shape: Shape): string[] {
  return stampsOf(marketOf({ [`${ticker}.csv`]: dailyFile(ticker, shape) }), ticker);
}

describe('a file whose dates are shifted', () => {
  it.each<[string, string, Shape, RegExp]>([
    [
      'a day early',
      'SAP.DE',
      { stamp: by(-1) },
      /4 of 23 dates are no sessions of XETR, and all would be one day later;/,
    ],
    [
      'a day late',
      'MSFT',
      { stamp: by(1) },
      /5 of 23 dates are no sessions of XNYS, and all would be one day earlier;/,
    ],
    ['two days late', 'MSFT', { stamp: by(2) }, /all would be 2 days earlier/],
    ['a day early, of an index', '^GSPC', { stamp: by(-1), volume: 0 }, /all would be one day later/],
    ['a day early, without volumes', '7203.T', { stamp: by(-1), volume: '' }, /all would be one day later/],
    [
      'a day early, with midnight written',
      'SAP.DE',
      { stamp: (date) => `${moved(date, -1)} 00:00:00` },
      /one day later/,
    ],
    [
      'a day late, with the close written',
      'MSFT',
      { stamp: (date) => `${moved(date, 1)} 16:00:00` },
      /one day earlier/,
    ],
    [
      'a day late, over Christmas',
      'MSFT',
      { stamp: by(1), range: ['2017-12-01', '2018-01-19'] },
      /one day earlier/,
    ],
    ['a day early, of a currency', 'EURUSD=X', { stamp: by(-1) }, /24-5-FX, and all would be one day later/],
    [
      'a day late, of a Sunday market',
      '2222.SR',
      { stamp: by(1), range: ['2020-03-01', '2020-04-01'] },
      /one day earlier/,
    ],
    [
      'a day early, of two weeks',
      'SAP.DE',
      { stamp: by(-1), range: ['2017-03-06', '2017-03-18'] },
      /2 of 10 dates/,
    ],
    [
      'a day early, of Saturdays in weeks',
      'SAP.DE',
      {
        stamp: (date) => date,
        range: NONE,
        more: ['2017-03-11,1,2,1,2,9', '2017-03-18,1,2,1,2,9', '2017-03-25,1,3,1,3,9'],
      },
      /one day earlier|2 days later/,
    ],
  ])('%s is refused, with what would fit', (_how, ticker, shape, message) => {
    expect(() => read(ticker, shape)).toThrow(message);
  });

  it('in summer alone, as dates cut from UTC are in London, is refused from the first stretch on', () => {
    const cut = (date: string): string => moved(date, date > '2017-03-26' && date < '2017-10-29' ? -1 : 0);
    expect(() => read('VOD.L', { stamp: cut, range: ['2017-01-01', '2018-01-01'] })).toThrow(
      /of 20 dates from 2017-0[34]-\d\d on are no sessions of XLON, and all would be one day later/,
    );
  });

  it('is refused with rows of minutes too', () => {
    const days = sessionsOf('MSFT').map(by(1));
    const market = marketOf({ 'MSFT.csv': fileOf(times(days, '09:30', '16:00', 5)) });
    expect(() => market.intervals('MSFT')).toThrow(
      /5 of 23 dates are no sessions of XNYS, and all would be one day earlier/,
    );
  });

  it('is refused whatever the order of its rows', () => {
    const [head, ...rows] = dailyFile('SAP.DE', { stamp: by(-1) }).split('\n');
    const market = marketOf({ 'SAP.DE.csv': [head, ...rows.toReversed()].join('\n') });
    expect(() => market.intervals('SAP.DE')).toThrow(/4 of 23 dates/);
  });
});

describe('a daily file whose times another clock explains', () => {
  it.each<[string, string, (date: string) => string]>([
    ['Tokyo’s midnight by UTC', '7203.T', (date) => `${moved(date, -1)} 15:00:00`],
    [
      'Frankfurt’s midnight by UTC',
      'SAP.DE',
      (date) => `${moved(date, -1)} ${date < '2017-03-27' ? 23 : 22}:00:00`,
    ],
    [
      'London’s midnight by UTC',
      'VOD.L',
      (date) => (date < '2017-03-27' ? `${date} 00:00:00` : `${moved(date, -1)} 23:00:00`),
    ],
    ['Sydney’s midnight by UTC', 'BHP.AX', (date) => `${moved(date, -1)} 13:00:00`],
    ['Sydney’s close called UTC', 'BHP.AX', (date) => `${date}T16:00:00Z`],
    ['midnight UTC after the session', 'MSFT', (date) => `${moved(date, 1)}T00:00:00Z`],
  ])('%s gives the sessions', (_what, ticker, stamp) => {
    expect(read(ticker, { stamp })).toEqual(sessionsOf(ticker));
  });
});

describe('a daily file with rows on closed days', () => {
  const strays = ['2017-04-14', '2017-04-17', '2017-05-01', '2017-12-25', '2017-12-26'];
  const year = ['2017-01-02', '2018-01-01'] as const;

  it.each<[string, string, Shape]>([
    [
      'holidays with volume',
      'SAP.DE',
      { range: year, more: strays.map((date) => `${date},50,51,49,50,900`) },
    ],
    ['holidays without', 'SAP.DE', { range: year, more: strays.map((date) => `${date},50,50,50,50,0`) }],
    [
      'two holidays of a short file',
      'SAP.DE',
      {
        range: ['2017-04-10', '2017-04-22'],
        more: strays.slice(0, 2).map((date) => `${date},50,51,49,50,900`),
      },
    ],
    [
      'every Sunday',
      'EURUSD=X',
      { more: ['05', '12', '19', '26'].map((day) => `2017-03-${day},50,51,49,50,0`) },
    ],
    [
      'one Sunday of a week',
      'RELIANCE.NS',
      { range: ['2017-03-06', '2017-03-10'], more: ['2017-03-05,50,51,49,50,900'] },
    ],
    [
      'Fridays of another week, on days of which no calendar is sure',
      'MSFT',
      { stamp: by(-1), range: ['1955-03-01', '1955-05-01'] },
    ],
    ['Sundays, of an exchange that none is known of', 'QNBK.QA', { stamp: by(-1) }],
    ['all days', 'BTC-USD', {}],
  ])('%s is read', (_which, ticker, shape) => {
    const count = sessionsOf(ticker, shape.range).length + (shape.more?.length ?? 0);
    expect(read(ticker, shape)).toHaveLength(count);
  });

  it.each([
    ['without volume at the last close', '12,12,12,12,0'],
    ['without prices', ',,,,'],
  ])('that a vendor filled in, %s, does not look shifted', (_how, filled) => {
    const traded = ['2017-12-19,9,10,9,10,5', '2017-12-20,9,12,9,12,5', '2017-12-27,9,11,9,11,5'];
    const more = [...traded, `2017-12-25,${filled}`, `2017-12-26,${filled}`];
    expect(read('SAP.DE', { range: NONE, more })).toHaveLength(5);
  });

  it('on two holidays of half a year does not look shifted where few other days would show it', () => {
    const range = ['2018-06-04', '2018-12-20'] as const;
    const days = sessionsOf('MSFT', range).filter((date) => [1, 3].includes(new Date(date).getUTCDay()));
    const dates = [...days.filter((date) => date !== '2018-11-21'), '2018-07-04', '2018-12-05'];
    const more = dates.map((date, i) => `${date},50,${52 + i},49,51,900`);
    expect(read('MSFT', { range: NONE, more })).toHaveLength(dates.length);
  });
});
