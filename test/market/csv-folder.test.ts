import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import { csvFolderMarket } from '../../src/market/csv-folder.ts';

const ALL: DayRange = { from: parseDay('1990-01-01'), to: parseDay('2030-01-01') };
const HEADER = 'date,open,high,low,close,volume';
const folders: string[] = [];

/** A temporary folder with the given files; a name that ends in `.zip` holds its text as `[inner name, text]`. */
async function folderOf(files: Record<string, string | readonly [string, string]>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'csv-folder-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    const bytes = typeof content === 'string' ? content : zipSync({ [content[0]]: strToU8(content[1]) });
    await writeFile(path, bytes);
  }
  return folder;
}

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function thrown(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('CSV files with a header', () => {
  it('are read by the names of their columns, in any order and case, others ignored', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'AAPL_data.csv':
          'Volume,Date,Open,High,Low,Close,Adj Close\n7,2024-01-03,2,3,1,2.5,99\n8,2024-01-02,1,2,0.5,1.5,99\n',
      }),
    );
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

  it('give only the rows of the range asked for', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'X.csv': `${HEADER}\n2024-01-02,1,1,1,1,1\n2024-01-03,2,2,2,2,2\n2024-01-04,3,3,3,3,3\n`,
      }),
    );
    const rows = market.rows('X', '1d', { from: parseDay('2024-01-03'), to: parseDay('2024-01-04') });
    expect(rows.map(({ open }) => open)).toEqual([2]);
    expect(market.span('X', '1d')).toEqual({ from: parseDay('2024-01-02'), to: parseDay('2024-01-05') });
  });

  it('have unknown values where a field is empty or null', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'REX.csv': `${HEADER}\n2024-01-02,,,,526.09,12135\n2024-01-03,null,null,null,null,null\n2024-01-04,1,1,1,1,1\n`,
      }),
    );
    expect(market.rows('REX', '1d', ALL)).toMatchObject([
      { open: null, close: 526.09, volume: 12135 },
      { open: null, close: null, volume: null },
      { open: 1, close: 1, volume: 1 },
    ]);
  });

  it('are intraday where rows share a date: times are of the exchange or have an offset; off-hours and off-grid rows are dropped', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'SPY.csv': `datetime,open,high,low,close,volume
2024-01-02 09:25:00,1,1,1,1,1
2024-01-02T14:30:00Z,2,2,2,2,2
2024-01-02 09:35:00-05:00,3,3,3,3,3
2024-01-02 09:41:00,4,4,4,4,4
2024-01-02 16:00:00,5,5,5,5,5
`,
      }),
    );
    const day = { from: parseDay('2024-01-02'), to: parseDay('2024-01-03') };
    expect(market.intervals('SPY')).toEqual(['5m']);
    expect(market.rows('SPY', '5m', day).map(({ ts, open }) => [new Date(ts).toISOString(), open])).toEqual([
      ['2024-01-02T14:30:00.000Z', 2],
      ['2024-01-02T14:35:00.000Z', 3],
    ]);
    expect(market.read('SPY', '5m', day).dropped).toBe(3);
    expect(market.read('SPY', '5m', day).offGrid).toBe(1);
  });

  it('are daily where each row has a date of its own, whatever the time of day', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'A.csv': `Date,Open,High,Low,Close,Volume\n2024-01-02 00:00:00-05:00,1,1,1,1,1\n2024-01-03 00:00:00-05:00,1,1,1,1,1\n`,
        'B.csv': `time,open,high,low,close,volume\n1704205800,1,1,1,1,1\n1704292200,1,1,1,1,1\n`,
      }),
    );
    for (const ticker of ['A', 'B']) {
      expect(market.rows(ticker, '1d', ALL).map(({ ts }) => ts)).toEqual([
        Date.UTC(2024, 0, 2),
        Date.UTC(2024, 0, 3),
      ]);
    }
  });

  it('name the file and the line of what is malformed when that ticker is asked for', async () => {
    const folder = await folderOf({
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

  it('lose no intraday row to a calendar, or to hours, that are only advice', async () => {
    const row = (stamp: string): string => `${stamp},1,1,1,1,1\n`;
    const head = 'time,open,high,low,close,volume\n';
    const kuwait = ['2025-03-02T06:00Z', '2025-03-02T06:05Z', '2025-03-07T06:00Z'].map(row).join('');
    // Before Jakarta opened at 09:30, by what is known of 2012, which nobody checked.
    const jakarta = ['2012-11-26T02:00Z', '2012-11-26T02:05Z'].map(row).join('');
    const market = csvFolderMarket(
      await folderOf({ 'NBK.KW_5m.csv': head + kuwait, 'BBCA.JK_5m.csv': head + jakarta }),
    );
    expect(market.rows('NBK.KW', '5m', ALL)).toHaveLength(3);
    expect(market.rows('BBCA.JK', '5m', ALL)).toHaveLength(2);
  });
});

describe('names of files', () => {
  it('stand for tickers up to the first underscore', async () => {
    const rows = `${HEADER}\n2024-01-06,1,1,1,1,1\n2024-01-07,1,1,1,1,1\n`;
    const weekdays = `${HEADER}\n2024-01-08,1,1,1,1,1\n`;
    const market = csvFolderMarket(
      await folderOf({
        'BRK.B_data.csv': weekdays,
        'AIR.PA.csv': weekdays,
        'BTCUSDT_1d_2017_2025.csv': rows,
        'EURUSD.csv': weekdays,
        'FOOUSD.csv': weekdays,
        'crypto/BAZEUR.csv': weekdays,
        'BTCBUSD.csv': rows,
        'no ticker.csv': weekdays,
        'README.md': '#',
        'actions.csv': 'ticker,date,kind,value\n',
      }),
    );
    expect(market.tickers()).toEqual(['AIR.PA', 'BAZ-EUR', 'BRK-B', 'BTC-USDT', 'EURUSD=X', 'FOOUSD']);
    expect(market.rows('BTC-USDT', '1d', ALL)).toHaveLength(2);
  });

  it('must be there: a folder without any, or no folder, is a mistake of the user', async () => {
    const folder = await folderOf({ 'README.md': '#' });
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

describe('zip files of Lean', () => {
  it('hold daily prices of shares times 10,000', async () => {
    const market = csvFolderMarket(
      await folderOf({ 'ibm.zip': ['ibm.csv', '19980102 00:00,1045000,1057500,1040600,1057500,2563200\n'] }),
    );
    expect(market.rows('IBM', '1d', ALL)).toMatchObject([
      { ts: Date.UTC(1998, 0, 2), open: 104.5, high: 105.75, low: 104.06, close: 105.75, volume: 2563200 },
    ]);
  });

  it('hold the middle of bid and ask for currencies, or the one there is', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'eurusd.zip': [
          'eurusd.csv',
          '20070101 00:00,1.31927,1.4,1.3,1.32095,0,1.32027,1.5,1.4,1.32195,0\n20070102 00:00,1,1,1,1,0,,,,,\n',
        ],
      }),
    );
    expect(market.rows('EURUSD=X', '1d', ALL)).toMatchObject([
      { open: 1.31977, high: 1.45, low: 1.35, close: 1.32145, volume: 0 },
      { open: 1, close: 1, volume: 0 },
    ]);
  });

  it('hold hours of crypto in UTC, but hours of shares on another grid are not offered as such', async () => {
    const hours =
      '20240106 09:00,100000,110000,90000,100000,5\n20240106 10:00,100000,110000,90000,100000,6.5\n';
    const market = csvFolderMarket(
      await folderOf({ 'crypto/btcusdt.zip': ['btcusdt.csv', hours], 'hour/aapl.zip': ['aapl.csv', hours] }),
    );
    expect(market.rows('BTC-USDT', '1h', ALL)).toMatchObject([
      { ts: Date.UTC(2024, 0, 6, 9), open: 100_000, volume: 5 },
      { ts: Date.UTC(2024, 0, 6, 10), volume: 6.5 },
    ]);
    expect(market.intervals('AAPL')).toEqual([]);
    expect(market.listing('AAPL')?.firstTrade).toBeNull();
  });

  describe('with hours of a share', () => {
    /** Lines of a session's hours from 09 on, as Lean writes them: each opens at its hour, closes at its end. */
    const hours = (date: string, ...of: number[]): string =>
      of
        .map((hour) => {
          const [price, time] = [hour * 10_000, String(hour).padStart(2, '0')];
          return `${date} ${time}:00,${price},${price + 20_000},${price - 20_000},${price + 10_000},${hour}\n`;
        })
        .join('');
    const daily = async (text: string, others: Record<string, [string, string]> = {}) => {
      const market = csvFolderMarket(await folderOf({ 'hour/aapl.zip': ['aapl.csv', text], ...others }));
      expect(market.intervals('AAPL')).toEqual(['1d']);
      return market.rows('AAPL', '1d', ALL);
    };

    it('give the daily bars that the hours of the regular session add up to', async () => {
      const rows = await daily(hours('20240102', 8, 9, 10, 11, 12, 13, 14, 15, 16));
      expect(rows).toEqual([
        {
          ts: Date.UTC(2024, 0, 2),
          open: 9,
          high: 17,
          low: 7,
          close: 16,
          volume: 9 + 10 + 11 + 12 + 13 + 14 + 15,
          vwap: null,
          trades: null,
        },
      ]);
    });

    it('begin at a late open: an hour that ends there is none of the session', async () => {
      const rows = await daily(hours('20020911', 10, 11, 12, 13, 14, 15));
      expect(rows).toMatchObject([{ open: 12, close: 16 }]);
    });

    it('end at the close of a half day', async () => {
      const rows = await daily(hours('20241224', 9, 10, 11, 12, 13, 14));
      expect(rows).toMatchObject([{ close: 13, volume: 42 }]);
    });

    it('give no bar of a session without its first or its last hour, nor of a day that is none', async () => {
      const rows = await daily(
        hours('20240102', 10, 11, 12, 13, 14, 15) +
          hours('20240103', 9, 10, 11, 12, 13, 14) +
          hours('20240104', 9, 15) +
          hours('20240106', 9, 10, 11, 12, 13, 14, 15) +
          '20240108 09:00,,,,,\n' +
          hours('20240108', 10, 11, 12, 13, 14, 15),
      );
      expect(rows.map(({ ts }) => ts)).toEqual([Date.UTC(2024, 0, 4)]);
    });

    it('are hours: shorter bars of a table give no daily ones', async () => {
      const line = (time: string): string => `20240102 ${time},10000,10000,10000,10000,5\n`;
      const text = line('09:30') + line('09:35') + line('15:00');
      const market = csvFolderMarket(await folderOf({ 'aapl.zip': ['aapl.csv', text] }));
      expect(market.intervals('AAPL')).toEqual([]);
    });

    it('give none where there is a daily file', async () => {
      const rows = await daily(hours('20240102', 9, 10, 11, 12, 13, 14, 15), {
        'daily/aapl.zip': ['aapl.csv', '20240103 00:00,1045000,1057500,1040600,1057500,2563200\n'],
      });
      expect(rows).toMatchObject([{ ts: Date.UTC(2024, 0, 3), open: 104.5 }]);
    });
  });

  it('hold minutes in ms since New York midnight, summer and winter, with extended hours that are dropped', async () => {
    const minutes =
      '34140000,1,1,1,1,1\n34200000,1670000,1670000,1670000,1670000,5\n57540000,2,2,2,2,2\n57600000,3,3,3,3,3\n';
    const market = csvFolderMarket(
      await folderOf({
        'spy/20240102_trade.zip': ['20240102_spy_minute_trade.csv', minutes],
        'spy/20240702_trade.zip': ['20240702_spy_minute_trade.csv', minutes],
      }),
    );
    expect(market.rows('SPY', '1m', ALL).map(({ ts, open }) => [new Date(ts).toISOString(), open])).toEqual([
      ['2024-01-02T14:30:00.000Z', 167],
      ['2024-01-02T20:59:00.000Z', 0.0002],
      ['2024-07-02T13:30:00.000Z', 167],
      ['2024-07-02T19:59:00.000Z', 0.0002],
    ]);
    expect(
      market.read('SPY', '1m', { from: parseDay('2024-07-01'), to: parseDay('2024-08-01') }).dropped,
    ).toBe(2);
    expect(market.span('SPY', '1m')).toEqual({ from: parseDay('2024-01-02'), to: parseDay('2024-07-03') });
  });

  it('that are broken are named', async () => {
    const folder = await folderOf({ 'spy/20240102_trade.zip': 'not a zip' });
    const market = csvFolderMarket(folder);
    expect(thrown(() => market.rows('SPY', '1m', ALL))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(join(folder, 'spy/20240102_trade.zip')),
    });
  });
});

describe('actions.csv', () => {
  const bars = `${HEADER}\n2024-01-02,1,1,1,1,1\n`;

  it('gives splits and dividends by ticker, ascending', async () => {
    const market = csvFolderMarket(
      await folderOf({
        'AAPL.csv': bars,
        'actions.csv':
          'ticker,date,kind,value\nAAPL,2020-11-06,dividend,0.205\nAAPL,2020-08-31,split,4:1\nBRK.B,2010-01-21,split,50\nX,2024-01-03,split,1:20\n',
      }),
    );
    expect(market.hasActions).toBe(true);
    expect(market.actions('AAPL')).toEqual([
      { kind: 'split', exDay: parseDay('2020-08-31'), ratio: 4 },
      { kind: 'dividend', exDay: parseDay('2020-11-06'), amount: 0.205 },
    ]);
    expect(market.actions('BRK-B')).toEqual([{ kind: 'split', exDay: parseDay('2010-01-21'), ratio: 50 }]);
    expect(market.actions('X')).toMatchObject([{ ratio: 0.05 }]);
    expect(market.actions('MSFT')).toEqual([]);
  });

  it('is not needed', async () => {
    const market = csvFolderMarket(await folderOf({ 'AAPL.csv': bars }));
    expect(market.hasActions).toBe(false);
    expect(market.actions('AAPL')).toEqual([]);
  });

  it('keeps apart what cannot be, with its line', async () => {
    const values = ['0', '0:1', '1:0', '0:0', '-2', 'nan', 'inf', '1e30'];
    const lines = values.map((value, i) => `A,2024-01-${11 + i},split,${value}\n`).join('');
    const market = csvFolderMarket(
      await folderOf({
        'A.csv': bars,
        'actions.csv': `ticker,date,kind,value\nA,2024-01-03,split,2\nA,2024-01-04,dividend,-0.2\n${lines}`,
      }),
    );
    expect(market.actions('A')).toEqual([{ kind: 'split', exDay: parseDay('2024-01-03'), ratio: 2 }]);
    const bad = market.badActions('A');
    expect(bad).toHaveLength(9);
    expect(bad[0]).toEqual({
      exDay: parseDay('2024-01-04'),
      row: { kind: 'dividend', date: '2024-01-04', value: '-0.2', line: 3 },
      reason: 'a dividend of -0.2 a share is none',
    });
    expect(bad.map(({ row }) => row)).toContainEqual({
      ...{ kind: 'split', date: '2024-01-13', value: '1:0', line: 6 },
    });
  });

  it('is refused with its line where it is malformed', async () => {
    for (const line of [
      'A,2024-01-02,merger,2',
      'A,2024-13-02,split,2',
      'A,2024-01-02,split,two',
      'A,2024-01-02,split,2:',
      'A,2024-01-02,split,',
      '?,2024-01-02,split,2',
    ]) {
      const market = csvFolderMarket(
        await folderOf({
          'A.csv': bars,
          'actions.csv': `ticker,date,kind,value\nA,2024-01-02,split,2\n${line}\n`,
        }),
      );
      const error = thrown(() => market.actions('A'));
      expect(error, line).toMatchObject({
        code: 'usage',
        message: expect.stringContaining('actions.csv, line 3: '),
      });
    }
  });
});
