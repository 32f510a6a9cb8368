import { expect, it } from 'vitest';
import { parseDay } from '../../../src/core/session/day.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { caseOf } from '../../cases.ts';
import { CASES, describeWith } from '../../needs.ts';

const ALL = { from: parseDay('1900-01-01'), to: parseDay('2030-01-01') };

/** What each series of a case's folder holds: rows, first and last stamp. */
const HELD: Readonly<Record<string, readonly [string, Interval, number, string, string][]>> = {
  'naive-local-us': [['SPY', '5m', 702, '2024-01-08T14:30', '2024-01-19T20:55']],
  'utc-daily': [
    ['7203.T', '1d', 11, '2024-01-04T00:00', '2024-01-19T00:00'],
    ['QAN.AX', '1d', 9, '2022-11-10T00:00', '2022-11-22T00:00'],
  ],
  'fx-close-stamps': [['EURUSD=X', '1d', 10, '2020-04-13T00:00', '2020-04-24T00:00']],
  'no-volume': [
    ['EURUSD=X', '1d', 6, '2024-05-10T00:00', '2024-05-17T00:00'],
    ['^SPX', '1d', 9, '1949-12-27T00:00', '1950-01-09T00:00'],
  ],
  'alphavantage-names': [
    ['IBM', '1d', 100, '2021-08-30T00:00', '2022-01-20T00:00'],
    ['NVDA', '1d', 120, '2021-08-31T00:00', '2022-02-18T00:00'],
  ],
  'odd-names': ['BAC', 'GM', 'HD', 'RDS-A', 'T', 'TEF', 'VZ', 'WMT', 'XOM'].map((ticker) => [
    ...([ticker, '1d', 22, '2020-06-01T00:00', '2020-06-30T00:00'] as const),
  ]),
  'date-time-columns': [['^STOXX50E', '5m', 2121, '2006-01-02T08:05', '2006-01-30T16:25']],
  'round-trip': [['WMT', '1d', 22, '2020-06-01T00:00', '2020-06-30T00:00']],
  'negative-oil': [['CL=F', '1d', 9, '2020-04-14T00:00', '2020-04-24T00:00']],
  'saudi-topup': [['2222.SR', '1d', 139, '2019-12-11T00:00', '2020-06-30T00:00']],
  'half-cent/2017': [['INTC', '1d', 1258, '2012-08-13T00:00', '2017-08-11T00:00']],
};

describeWith(CASES)('files on which reading failed', () => {
  it.each(Object.keys(HELD))('%s is read whole', (name) => {
    const market = csvFolderMarket(caseOf(name));
    expect(market.notes).toEqual([]);
    const held = market.tickers().flatMap((ticker) =>
      market.intervals(ticker).map((interval) => {
        const stamps = market
          .rows(ticker, interval, ALL)
          .map(({ ts }) => new Date(ts).toISOString().slice(0, 16));
        return [ticker, interval, stamps.length, stamps[0], stamps.at(-1)];
      }),
    );
    expect(held).toEqual(HELD[name]);
  });

  it('weekly-as-daily is refused by name', () => {
    const market = csvFolderMarket(caseOf('weekly-as-daily'));
    expect(() => market.intervals('^STOXX50E')).toThrow(/its rows are weeks apart/);
  });
});
