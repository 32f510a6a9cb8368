import { describe, expect, it } from 'vitest';
import { fileOf, marketOf, stampsOf } from './folders.ts';

/** Session dates of a ticker's file with such stamps, without the year. */
function dates(ticker: string, stamps: readonly string[]): string[] {
  return stampsOf(marketOf({ [`${ticker}.csv`]: fileOf(stamps) }), ticker).map((date) => date.slice(5));
}

/** The same time of day on a run of dates. */
function at(time: string, ...days: string[]): string[] {
  return days.map((day) => `2024-${day}${time}`);
}

const WEEK = ['01-08', '01-09', '01-10', '01-11', '01-12'];
const EVENINGS = ['01-07', '01-08', '01-09', '01-10', '01-11'];

describe('a daily row that is stamped with an instant', () => {
  it.each([
    ['QAN.AX', 'local midnight', at('T13:00:00.000Z', ...EVENINGS)],
    ['QAN.AX', 'the open', at('T23:00:00Z', ...EVENINGS)],
    ['AIR.NZ', 'the open', at(' 21:00:00+00:00', ...EVENINGS)],
    ['7203.T', 'local midnight', at(' 15:00:00+00:00', ...EVENINGS)],
    ['7203.T', 'the open', at('T00:00:00Z', ...WEEK)],
    ['AAPL', 'local midnight', at('T05:00:00Z', ...WEEK)],
    ['AAPL', 'the open', at('T14:30:00Z', ...WEEK)],
    ['AAPL', 'the close', at('T21:00:00Z', ...WEEK)],
    ['AAPL', 'a date written as UTC midnight', at(' 00:00:00+00:00', ...WEEK)],
    ['AAPL', 'local midnight with its offset', at(' 00:00:00-05:00', ...WEEK)],
    ['AAPL', 'a clock without an offset', at(' 16:00:00', ...WEEK)],
    ['VOD.L', 'the close', at('T16:30:00Z', ...WEEK)],
    ['EURUSD=X', 'New York’s 17:00 in the evening before', at('T22:00:00Z', ...EVENINGS)],
    ['EURUSD=X', 'New York’s 17:00 at the end', at('T22:00:00Z', ...WEEK)],
    ['EURUSD=X', 'midnight', at('T00:00:00Z', ...WEEK)],
    ['BTC-USD', 'the last second', at('T23:59:59Z', ...WEEK)],
    ['000001', 'local midnight of Tokyo', at('T15:00:00Z', ...EVENINGS)],
    ['000001', 'local midnight with its offset', at(' 00:00:00+08:00', ...WEEK)],
  ])('of %s at %s belongs to its session', (ticker, _what, stamps) => {
    expect(dates(ticker, stamps)).toEqual(WEEK);
  });

  it('of currencies keeps its day when the clocks change in New York', () => {
    const stamps = [...at('T22:00:00Z', '03-06', '03-07'), ...at('T21:00:00Z', '03-10', '03-11', '03-12')];
    expect(dates('EURUSD=X', stamps)).toEqual(['03-07', '03-08', '03-11', '03-12', '03-13']);
  });

  it('of London is a date in winter and in summer', () => {
    expect(
      dates('VOD.L', at('T00:00:00Z', '03-27', '03-28').concat(at('T23:00:00Z', '04-01', '04-02'))),
    ).toEqual(['03-27', '03-28', '04-02', '04-03']);
  });

  it('is the date that is written where all are at midnight, of one row too', () => {
    for (const stamp of ['2024-01-10T00:00:00Z', '2024-01-10 00:00:00+01:00', '1704844800', '20240110'])
      expect(dates('AAPL', [stamp])).toEqual(['01-10']);
    expect(dates('AAPL', ['2024-01-10T05:00:00Z'])).toEqual(['01-10']);
  });

  it('may be a number since the epoch', () => {
    const seconds = at('T21:00:00Z', ...EVENINGS).map((text) => String(Date.parse(text) / 1000));
    expect(dates('AIR.NZ', seconds)).toEqual(WEEK);
    expect(
      dates(
        'AIR.NZ',
        seconds.map((text) => `${text}000`),
      ),
    ).toEqual(WEEK);
  });

  it('of New York at one hour of UTC all year keeps its date', () => {
    const stamps = [...at('T04:00:00Z', '01-08', '01-09', '01-10', '01-11', '01-12', '07-08', '07-09')];
    expect(dates('AAPL', stamps)).toEqual([...WEEK, '07-08', '07-09']);
  });

  it('is refused where it is on no session by any clock', () => {
    const weekends = ['01-06', '01-07', '01-13', '01-14', '01-20', '01-21', '01-27', '01-28'];
    const market = marketOf({ 'AAPL.csv': fileOf(at('T17:00:00Z', ...weekends)) });
    expect(() => market.intervals('AAPL')).toThrow(
      /its daily rows, from 2024-01-06 on, fall on no sessions of XNYS/,
    );
  });
});
