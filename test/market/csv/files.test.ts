import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { ALL, fileOf, folderOf, HEADER, marketOf, stampsOf, times } from './folders.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';

function bars(first: string, ...closes: number[]): string {
  const day = (i: number): string => new Date(Date.parse(first) + i * 86_400_000).toISOString().slice(0, 10);
  return `${HEADER}\n${closes.map((close, i) => `${day(i)},${close},${close},${close},${close},5\n`).join('')}`;
}

describe('a folder', () => {
  it('waits for no pipe', () => {
    const folder = folderOf({ 'AAPL.csv': bars('2024-01-08', 1, 2) });
    execFileSync('mkfifo', [join(folder, 'MSFT.csv')]);
    const market = csvFolderMarket(folder);
    expect(market.tickers()).toEqual(['AAPL']);
    expect(market.notes).toEqual(['not read: MSFT.csv (no regular file)']);
    expect(market.rows('AAPL', '1d', ALL)).toHaveLength(2);
  });

  it('names each file that is not read, and why', () => {
    const market = marketOf({
      'AAPL.csv': bars('2024-01-08', 1, 2),
      'README.md': '#',
      'notes.json': '{}',
      'prices.parquet': '',
      'readme.txt': 'What is in here',
      '.DS_Store': '',
      'prices.csv': bars('2024-01-08', 1),
      'no ticker.csv': bars('2024-01-08', 1),
      'SP_SPX, 1D.csv': bars('2024-01-08', 1),
      'prices.zip': 'no zip',
      'actions.csv': 'ticker,date,kind,value\n',
    });
    expect(market.tickers()).toEqual(['AAPL']);
    expect(market.notes).toEqual([
      'not read: .DS_Store (hidden)',
      'not read: README.md, notes.json, prices.parquet (no CSV, text or zip file)',
      'not read: SP_SPX, 1D.csv (its exchange "SP" names no suffix of a ticker; rename it)',
      'not read: no ticker.csv, prices.csv (the name is no ticker)',
      expect.stringMatching(
        /^not read: prices\.zip \(is no whole zip file \(its end is missing\): get it again/,
      ),
      'not read: readme.txt (no CSV with a header)',
    ]);
  });

  it('reads no hidden folder, and names each once', () => {
    const text = bars('2024-01-08', 1, 2);
    const market = marketOf({
      'AAPL.csv': text,
      '.Trash-1000/files/AAPL.csv': bars('2024-01-08', 3, 4, 5),
      '.Trash-1000/files/WMT.csv': text,
      '.ipynb_checkpoints/MSFT.csv': text,
      'more/.git/IBM.csv': text,
      '__MACOSX/._T.csv': text,
      'more/BAC.csv': text,
    });
    expect(market.tickers()).toEqual(['AAPL', 'BAC']);
    expect(market.rows('AAPL', '1d', ALL)).toHaveLength(2);
    expect(market.notes).toEqual(['not read: .Trash-1000, .ipynb_checkpoints, __MACOSX, more/.git (hidden)']);
    expect(csvFolderMarket(join(folderOf({ '.mine/T.csv': text }), '.mine')).tickers()).toEqual(['T']);
  });

  it('reads no zip file that is named after another ticker than the file within', () => {
    const within = (name: string): Uint8Array => zipSync({ [name]: strToU8(bars('2024-01-08', 1)) });
    const market = marketOf({
      'MSFT.zip': within('AAPL.csv'),
      'prices.zip': within('IBM.csv'),
      'hd.us.zip': within('HD_data.csv'),
      'brk-b.us.zip': within('BRK.B.csv'),
    });
    expect(market.tickers()).toEqual(['BRK-B', 'HD', 'IBM']);
    expect(market.unread.nameless).toEqual([
      {
        path: 'MSFT.zip',
        reason: 'is named after MSFT, and the file within after AAPL: name both alike',
      },
    ]);
  });

  it('gives a broken zip file to the ticker that it is named after, whose series fails', () => {
    const market = marketOf({ 'WMT.csv': bars('2024-01-08', 1), 'AAPL_data.zip': 'no zip' });
    expect(market.tickers()).toEqual(['AAPL', 'WMT']);
    expect(() => market.intervals('AAPL')).toThrow(/AAPL_data\.zip: is no whole zip file/);
  });

  it('reads other endings', () => {
    const text = bars('2024-01-08', 1, 2);
    const market = marketOf({
      'WMT.CSV': text,
      'BAC.txt': text,
      'hd.us.txt': text,
      'T.tsv': text.replaceAll(',', '\t'),
      'BTCUSDT-1d-2024-01.zip': zipSync({
        'BTCUSDT-1d-2024-01.csv': strToU8('1704672000000,1,2,1,2,3,1704758399999,4,5,6,7,0\n'),
      }),
    });
    expect(market.tickers()).toEqual(['BAC', 'BTC-USDT', 'HD', 'T', 'WMT']);
    for (const ticker of ['BAC', 'HD', 'T', 'WMT']) expect(stampsOf(market, ticker)).toHaveLength(2);
    expect(market.rows('BTC-USDT', '1d', ALL)).toMatchObject([{ close: 2, volume: 3, trades: 5 }]);
  });

  it('holds bare codes that look like years', () => {
    const market = marketOf({ '2002.csv': bars('2024-01-08', 1), '000001.csv': bars('2024-01-08', 1) });
    expect(market.tickers()).toEqual(['000001', '2002']);
  });

  it('of folders that are named after tickers, with a file a year', () => {
    const market = marketOf({
      'AAPL/2023.csv': bars('2023-01-03', 1, 2),
      'AAPL/2024.csv': bars('2024-01-08', 3),
      'MSFT/2024.csv': bars('2024-01-08', 4),
    });
    expect(market.tickers()).toEqual(['AAPL', 'MSFT']);
    expect(stampsOf(market, 'AAPL')).toEqual(['2023-01-03', '2023-01-04', '2024-01-08']);
  });

  it('of files by day holds each ticker of each, and says which rows are of none', () => {
    const day = (date: string, close: number): string =>
      'ticker,volume,open,close,high,low,window_start,transactions\n' +
      `AAPL,5,1,${close},2,1,${Date.parse(`${date}T05:00:00Z`)}000000,3\nS&P 500,5,1,1,1,1,1704690000000000000,3\n`;
    const market = marketOf({
      '2024-01-08.csv': day('2024-01-08', 1),
      '2024-01-09.csv': day('2024-01-09', 2),
    });
    expect(market.tickers()).toEqual(['AAPL']);
    expect(stampsOf(market, 'AAPL')).toEqual(['2024-01-08', '2024-01-09']);
    expect(market.rows('AAPL', '1d', ALL)[1]).toMatchObject({ close: 2, trades: 3 });
    expect(market.notes).toEqual([
      'not read: 1 row of "S&P 500" in 2024-01-08.csv, 1 row of "S&P 500" in 2024-01-09.csv (the name is no ticker)',
    ]);
  });

  it.each(['\n', ''])(
    'of a table counts the rows of each name that is no ticker, the last too: end %j',
    (end) => {
      const row = (name: string): string => `${name},2024-01-08,1,1,1,1,2`;
      const rows = [row('AAPL'), row('BRK B'), row('BRK B'), row(''), row('MSFT US Equity')].join('\n');
      const market = marketOf({ 'prices.csv': `ticker,date,open,high,low,close,volume\n${rows}${end}` });
      expect(market.tickers()).toEqual(['AAPL']);
      expect(market.unread.unnamed).toEqual([
        { name: 'BRK B', rows: 2, path: 'prices.csv' },
        { name: '', rows: 1, path: 'prices.csv' },
        { name: 'MSFT US Equity', rows: 1, path: 'prices.csv' },
      ]);
    },
  );

  it('is read although a file in it is not', () => {
    const folder = folderOf({ 'AAPL.csv': bars('2024-01-08', 1), 'broken.csv': '' });
    symlinkSync(join(folder, 'nowhere'), join(folder, 'gone.csv'));
    const market = csvFolderMarket(folder);
    expect(stampsOf(market, 'AAPL')).toEqual(['2024-01-08']);
    expect(market.notes).toEqual([expect.stringMatching(/^not read: gone\.csv \(cannot be read/)]);
    expect(() => market.intervals('BROKEN')).toThrow(/broken\.csv: is empty: get it again, or remove it/);
  });

  it('without a file that is read says why', () => {
    expect(() => csvFolderMarket(folderOf({ 'README.md': '#' }))).toThrow(/not read: README\.md/);
  });
});

describe('two files of one ticker', () => {
  it('are joined where they follow each other or agree', () => {
    const market = marketOf({
      'GM-2023.csv': bars('2023-01-03', 1, 2, 3),
      'GM-2023-2024.csv': bars('2023-01-04', 2.0001, 3, 4),
      'GM.csv': bars('2023-01-06', 4, 5),
      'GM_MAR.csv': bars('2023-03-01', 6),
      'GM_APR.csv': bars('2023-04-03', 7),
    });
    expect(market.rows('GM', '1d', ALL).map(({ close }) => close)).toEqual([1, 2.0001, 3, 4, 5, 6, 7]);
  });

  it('are both refused by name where they contradict each other', () => {
    const market = marketOf({
      'ibm_1.csv': bars('2024-01-08', 1, 2, 3),
      'ibm_2.csv': bars('2024-01-08', 10, 20, 30),
      'MSFT.csv': bars('2024-01-08', 1),
    });
    expect(() => market.intervals('IBM')).toThrow(
      /ibm_1\.csv and .*ibm_2\.csv stand for one ticker and contradict each other on 2024-01-08 \(open 1, high 1, low 1, close 1 in ibm_1\.csv, line 2; open 10, high 10, low 10, close 10 in ibm_2\.csv, line 2; 2 more rows of both\): rename or remove one/,
    );
    expect(market.intervals('MSFT')).toEqual(['1d']);
  });

  it('say where they contradict each other, at what time and in which values', () => {
    const minutes = times(['2024-01-08'], '09:30', '10:00', 1);
    const text = fileOf(minutes);
    const other = text
      .replace('09:40:00,10,11,9,10.5', '09:40:00,10,11,9,10.75')
      .replace('09:45:00,10,', '09:45:00,9.5,');
    const reading = (files: Record<string, string>) => {
      const market = marketOf(files);
      return () => market.intervals('SPY');
    };
    expect(
      reading({ 'SPY_part1.csv': text, 'SPY_part2.csv': other.replace('time,', '# comment\ntime,') }),
    ).toThrow(
      /contradict each other at 2024-01-08 14:40 UTC \(close 10\.5 in SPY_part1\.csv, line 12; close 10\.75 in SPY_part2\.csv, line 13; 1 more row of both\): rename/,
    );
    const backwards = `${text.split('\n')[0]}\n${other.trimEnd().split('\n').slice(1).toReversed().join('\n')}\n`;
    expect(
      reading({
        'a/SPY.csv': text.replace('09:40:00,10,11,9,10.5', '09:40:00,10,11,9,10.75'),
        'b/SPY.csv': backwards,
      }),
    ).toThrow(
      /contradict each other at 2024-01-08 14:45 UTC \(open 10 in .*a\/SPY\.csv, line 17; open 9\.5 in .*b\/SPY\.csv, line 16\): rename/,
    );
  });

  it('are both refused where each is named after something else', () => {
    const market = marketOf({
      'SAP_ABC.csv': bars('2023-01-09', 1, 2, 3),
      'SAP_XYZ.csv': bars('2024-01-08', 10, 20, 30),
      'EURUSD_BID.csv': bars('2024-01-08', 1),
      'EURUSD_ASK.csv': bars('2024-01-10', 1),
    });
    expect(() => market.intervals('SAP')).toThrow(
      /SAP_ABC\.csv and .*SAP_XYZ\.csv stand for one ticker and are named after ABC and XYZ/,
    );
    expect(() => market.intervals('EURUSD=X')).toThrow(/named after ASK and BID/);
  });

  it('may differ in the last row of one, which was made before the session was over', () => {
    const market = marketOf({
      'GM.csv': `${bars('2024-01-08', 1)}2024-01-09,2,2.5,1.9,2.4,9\n2024-01-10,3,3,3,3,5\n`,
      'GM (1).csv': `${bars('2024-01-08', 1)}2024-01-09,2,2.2,1.95,2.1,4\n`,
    });
    expect(market.rows('GM', '1d', ALL).map(({ close }) => close)).toEqual([1, 2.4, 3]);
  });

  it('fill each other’s rows without values', () => {
    const without = `${HEADER}\n2024-01-08,,,,,\n2024-01-09,2,2,2,2,5\n`;
    const market = marketOf({ 'GM-2023.csv': without, 'GM.csv': bars('2024-01-08', 1, 2) });
    expect(market.rows('GM', '1d', ALL).map(({ close }) => close)).toEqual([1, 2]);
  });

  it('may hold different intervals', () => {
    const market = marketOf({
      'GM.csv': bars('2024-01-08', 1, 2),
      'GM_5min.csv': `${HEADER}\n2024-01-08 09:30,9,9,9,9,9\n2024-01-08 09:35,9,9,9,9,9\n`,
    });
    expect(market.intervals('GM')).toEqual(['5m', '1d']);
  });
});
