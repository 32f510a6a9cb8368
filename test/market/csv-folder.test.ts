import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';
import { ALL, folderOf, HEADER, marketOf, thrown } from './csv/folders.ts';

describe('CSV files with a header', () => {
  it('are read by the names of their columns, in any order and case, others ignored', () => {
    const market = marketOf({
      'AAPL_data.csv':
        'Volume,Date,Open,High,Low,Close,Adj Close\n7,2024-01-03,2,3,1,2.5,99\n8,2024-01-02,1,2,0.5,1.5,99\n',
    });
    expect(market.tickers()).toEqual(['AAPL']);
    expect(market.intervals('AAPL')).toEqual(['1d']);
    expect(market.rows('AAPL', '1d', ALL)).toEqual([
      {
        ts: Date.UTC(2024, 0, 2),
        open: 1,
        high: 2,
        low: 0.5,
        close: 1.5,
        volume: 8,
        vwap: null,
        trades: null,
      },
      { ts: Date.UTC(2024, 0, 3), open: 2, high: 3, low: 1, close: 2.5, volume: 7, vwap: null, trades: null },
    ]);
    expect(market.listing('AAPL')).toMatchObject({
      calendar: 'XNYS',
      firstTrade: parseDay('2024-01-02'),
      delistedOn: null,
    });
  });

  it('give only the rows of the range asked for', () => {
    const market = marketOf({
      'X.csv': `${HEADER}\n2024-01-02,1,1,1,1,1\n2024-01-03,2,2,2,2,2\n2024-01-04,3,3,3,3,3\n`,
    });
    const rows = market.rows('X', '1d', { from: parseDay('2024-01-03'), to: parseDay('2024-01-04') });
    expect(rows.map(({ open }) => open)).toEqual([2]);
    expect(market.span('X', '1d')).toEqual({ from: parseDay('2024-01-02'), to: parseDay('2024-01-05') });
  });

  it('have unknown values where a field is empty or null', () => {
    const market = marketOf({
      'REX.csv': `${HEADER}\n2024-01-02,,,,526.09,12135\n2024-01-03,null,null,null,null,null\n2024-01-04,1,1,1,1,1\n`,
    });
    expect(market.rows('REX', '1d', ALL)).toMatchObject([
      { open: null, close: 526.09, volume: 12135 },
      { open: null, close: null, volume: null },
      { open: 1, close: 1, volume: 1 },
    ]);
  });

  it('are intraday where rows share a date: times are of the exchange or have an offset; off-hours and off-grid rows are dropped', () => {
    const market = marketOf({
      'SPY.csv': `datetime,open,high,low,close,volume
2024-01-02 09:25:00,1,1,1,1,1
2024-01-02T14:30:00Z,2,2,2,2,2
2024-01-02 09:35:00-05:00,3,3,3,3,3
2024-01-02 09:41:00,4,4,4,4,4
2024-01-02 16:00:00,5,5,5,5,5
`,
    });
    const day = { from: parseDay('2024-01-02'), to: parseDay('2024-01-03') };
    expect(market.intervals('SPY')).toEqual(['5m']);
    expect(market.rows('SPY', '5m', day).map(({ ts, open }) => [new Date(ts).toISOString(), open])).toEqual([
      ['2024-01-02T14:30:00.000Z', 2],
      ['2024-01-02T14:35:00.000Z', 3],
    ]);
    expect(market.read('SPY', '5m', day).dropped).toBe(3);
    expect(market.read('SPY', '5m', day).offGrid).toBe(1);
  });

  it('are daily where each row has a date of its own, whatever the time of day', () => {
    const market = marketOf({
      'A.csv': `Date,Open,High,Low,Close,Volume\n2024-01-02 00:00:00-05:00,1,1,1,1,1\n2024-01-03 00:00:00-05:00,1,1,1,1,1\n`,
      'B.csv': `time,open,high,low,close,volume\n1704205800,1,1,1,1,1\n1704292200,1,1,1,1,1\n`,
    });
    for (const ticker of ['A', 'B']) {
      expect(market.rows(ticker, '1d', ALL).map(({ ts }) => ts)).toEqual([
        Date.UTC(2024, 0, 2),
        Date.UTC(2024, 0, 3),
      ]);
    }
  });

  it('name the file and the line of what is malformed when that ticker is asked for', () => {
    const folder = folderOf({
      'GOOD.csv': `${HEADER}\n2024-01-02,1,1,1,1,1\n`,
      'NUM.csv': `${HEADER}\n2024-01-02,1,1,1,1,1\n2024-01-03,1,x,1,1,1\n`,
      'DATE.csv': `${HEADER}\n2024-02-30,1,1,1,1,1\n`,
      'COLS.csv': `date,open,high,low,volume\n2024-01-02,1,1,1,1\n`,
      'FEW.csv': `${HEADER}\n2024-01-02,1,1,1,1,1\n2024-01-03,1,1\n`,
      'ODD.csv': `${HEADER}\n2024-01-02 15:00,1,1,1,1,1\n2024-01-02 15:07,1,1,1,1,1\n`,
    });
    const market = csvFolderMarket(folder);
    expect(market.rows('GOOD', '1d', ALL)).toHaveLength(1);
    const problem = (ticker: string): unknown => thrown(() => market.rows(ticker, '1d', ALL));
    const at = (file: string): string => join(folder, file);
    expect(problem('NUM')).toMatchObject({
      code: 'usage',
      message: `${at('NUM.csv')}, line 3: "x" is not a number (high): mend or remove it`,
    });
    expect(problem('DATE')).toMatchObject({
      message: `${at('DATE.csv')}, line 2: "2024-02-30" is no date or time: mend it, or write dates as YYYY-MM-DD`,
    });
    expect(problem('COLS')).toMatchObject({
      message:
        `${at('COLS.csv')}, line 1: the header names no column "close" ("date, open, high, low, volume"): ` +
        'write its names as date, open, high, low, close, volume',
    });
    expect(problem('FEW')).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`${at('FEW.csv')}, line 3: `),
    });
    expect(problem('ODD')).toMatchObject({ message: expect.stringContaining('on no interval') });
  });

  it('lose no intraday row to a calendar, or to hours, that are only advice', () => {
    const row = (stamp: string): string => `${stamp},1,1,1,1,1\n`;
    const head = 'time,open,high,low,close,volume\n';
    const kuwait = ['2025-03-02T06:00Z', '2025-03-02T06:05Z', '2025-03-07T06:00Z'].map(row).join('');
    // Before Jakarta opened at 09:30, by what is known of 2012, which nobody checked.
    const jakarta = ['2012-11-26T02:00Z', '2012-11-26T02:05Z'].map(row).join('');
    const market = marketOf({ 'NBK.KW_5m.csv': head + kuwait, 'BBCA.JK_5m.csv': head + jakarta });
    expect(market.rows('NBK.KW', '5m', ALL)).toHaveLength(3);
    expect(market.rows('BBCA.JK', '5m', ALL)).toHaveLength(2);
  });
});

describe('names of files', () => {
  it('stand for tickers up to the first underscore', () => {
    const rows = `${HEADER}\n2024-01-06,1,1,1,1,1\n2024-01-07,1,1,1,1,1\n`;
    const weekdays = `${HEADER}\n2024-01-08,1,1,1,1,1\n`;
    const market = marketOf({
      'BRK.B_data.csv': weekdays,
      'AIR.PA.csv': weekdays,
      'BTCUSDT_1d_2017_2025.csv': rows,
      'EURUSD.csv': weekdays,
      'FOOUSD.csv': weekdays,
      'crypto/BAZEUR.csv': weekdays,
      'BTCBUSD.csv': rows,
      'DOGEBUSD.csv': rows,
      'no ticker.csv': weekdays,
      'README.md': '#',
      'actions.csv': 'ticker,date,kind,value\n',
    });
    expect(market.tickers()).toEqual([
      'AIR.PA',
      'BAZ-EUR',
      'BRK-B',
      'BTC-BUSD',
      'BTC-USDT',
      'EURUSD=X',
      'FOOUSD',
    ]);
    expect(market.rows('BTC-USDT', '1d', ALL)).toHaveLength(2);
  });

  it('must be there: a folder without any, or no folder, is a mistake of the user', () => {
    const folder = folderOf({ 'README.md': '#' });
    expect(thrown(() => csvFolderMarket(folder))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(folder),
    });
    const absent = join(folder, 'absent');
    expect(thrown(() => csvFolderMarket(absent))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(absent),
    });
  });
});
