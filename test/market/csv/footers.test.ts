import { describe, expect, it } from 'vitest';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { inspect } from '../../../src/report/inspection.ts';
import { areLong, bothOf, PLAIN, toldOf } from './stretches.ts';
import { folderOf, HEADER, marketOf, stampsOf, thrown } from './folders.ts';

const DAYS = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11'];
const rowsOf = (stamp: (day: string) => string): string =>
  DAYS.map((day, i) => `${stamp(day)},10,11,9,10.5,${700 + i}\n`).join('');
const DATED = `${HEADER}\n${rowsOf((day) => day)}`;
const FOOTERS = [
  'Data provided by X, Inc.',
  '"Downloaded from Barchart.com as of 01-02-2024 04:02pm CST"',
  'Total: 4 rows',
  'Source: a vendor',
  'Copyright 2024 X',
  '"Prices are delayed by 15 minutes"',
  'End of file',
];
const shown = (footer: string): string => {
  const text = footer.replaceAll('"', '');
  return `its last line is no row, and not read: "${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
};

describe('a last line of words', () => {
  it.each([...FOOTERS, 'Hello there you', 'Total,5', 'Total;5', 'Grand total,,5'])(
    'below dates is passed by and named, ended or not: %s',
    (footer) => {
      for (const end of ['', '\n', '\r\n']) {
        const market = marketOf({ 'AAPL.csv': DATED + footer + end });
        expect(stampsOf(market, 'AAPL')).toEqual(DAYS);
        // The rows above it are whole.
        expect(market.notRead('AAPL')).toEqual([`AAPL.csv: ${shown(footer)}`]);
      }
    },
  );

  it.each([
    'Error: rate limit exceeded',
    '{"error": "limit"}',
    'Internal server error',
    'HTTP 429 Too Many Requests',
    'Thank you for using X! Our standard API rate limit is 25 requests per day.',
    'Connection closed by the server',
  ])('that says an error is none, but tells that rows are lacking: %s', (line) => {
    for (const end of ['', '\n'])
      expect(thrown(() => stampsOf(marketOf({ 'AAPL.csv': DATED + line + end }), 'AAPL'))).toMatchObject({
        code: 'usage',
        message: expect.stringMatching(/AAPL\.csv, line 6: /),
      });
    const footer = 'Data provided by X, which is liable for no error or delay';
    expect(stampsOf(marketOf({ 'AAPL.csv': DATED + footer }), 'AAPL')).toEqual(DAYS);
    expect(
      thrown(() => stampsOf(marketOf({ 'AAPL.csv': `${DATED}Error: no more\n${footer}\n` }), 'AAPL')),
    ).toMatchObject({
      message: expect.stringMatching(
        /line 6: says "Error: no more", and is no row: others may be lacking there, get/,
      ),
    });
  });

  it.each([
    ['Source: a vendor', 'Copyright 2024 X'],
    ['Total;5', 'Data provided by X, Inc.'],
    ['Hello there you', 'End of file'],
  ])('may be two, which are named: %s, %s', (one, two) => {
    for (const end of ['', '\n', '\n\n'])
      for (const between of ['\n', '\n\n']) {
        const market = marketOf({ 'AAPL.csv': `${DATED}${one}${between}${two}${end}` });
        expect(stampsOf(market, 'AAPL')).toEqual(DAYS);
        const named = [one, two].map((line) => `"${line}"`).join(', ');
        expect(market.notRead('AAPL')).toEqual([
          `AAPL.csv: its last 2 lines are no rows, and not read: ${named}`,
        ]);
      }
    const cut = marketOf({ 'AAPL.csv': `${DATED}2024-01-12,10\n${two}\n` });
    expect(thrown(() => stampsOf(cut, 'AAPL'))).toMatchObject({
      message: expect.stringContaining('line 6: '),
    });
    const three = marketOf({ 'AAPL.csv': `${DATED}${one}\n${one}\n${two}\n` });
    expect(thrown(() => stampsOf(three, 'AAPL'))).toMatchObject({ code: 'usage' });
  });

  it.each(FOOTERS)('below tickers is so too, where no name says it: %s', (footer) => {
    const table = `ticker,${HEADER}\n${rowsOf((day) => `Brown,${day}`)}`;
    const folder = folderOf({ 'prices.csv': `${table}${footer}\n` });
    const market = csvFolderMarket(folder);
    expect(stampsOf(market, 'BROWN')).toEqual(DAYS);
    expect([market.notes, market.notRead('BROWN')]).toEqual([[`prices.csv: ${shown(footer)}`], []]);
    expect(inspect({ path: folder, basis: 'raw' }, Date.UTC(2024, 5, 1)).notes).toEqual(market.notes);
  });

  it('is named once of a file with bars of two lengths', () => {
    const minutes = ['14:30', '14:35', '14:40'].map((time) => `2024-01-08T${time}:00Z,5m,10,11,9,10.5,7\n`);
    const days = ['2024-01-08', '2024-01-09'].map((day) => `${day}T00:00:00Z,1d,10,11,9,10.5,7\n`);
    const text = `ts,interval,open,high,low,close,volume\n${minutes.join('')}${days.join('')}${FOOTERS[0]}\n`;
    const market = marketOf({ 'AAPL.csv': text });
    expect(market.intervals('AAPL')).toEqual(['5m', '1d']);
    expect(market.notRead('AAPL')).toEqual([`AAPL.csv: ${shown(FOOTERS[0] ?? '')}`]);
  });

  it('is a row where it has as many fields as the others, and told as one', () => {
    const dated = marketOf({ 'AAPL.csv': `${DATED}Total of all,,,,,2806\n` });
    expect(dated.notRead('AAPL')).toEqual([
      expect.stringMatching(/: 1 row of AAPL not read: line 6: "Total of all"/),
    ]);
    const named = marketOf({
      'prices.csv': `ticker,${DATED.replaceAll(/^2/gm, 'IBM,2')}Data from X,2024-01-08,1,2,1,2,3\n`,
    });
    expect(named.unread.unnamed).toEqual([{ name: 'Data from X', rows: 1, path: 'prices.csv' }]);
  });

  it.each(['', '\n'])('of a long file is what it is of a short one: end %j', (end) => {
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': `${PLAIN}${FOOTERS[0]}${end}` });
    expect(areLong(stretches, 'BTC-USD')).toBe(true);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
    expect(stretches.notRead('BTC-USD')).toEqual([`BTC-USD.csv: ${shown(FOOTERS[0] ?? '')}`]);
  });
});

describe('what a cut left of the last row', () => {
  const MENDED = /: mend or remove it$|: the file ends within this line: get it again, or remove the line$/;
  const tableOf = (names: readonly string[]): string =>
    `ticker,${HEADER}\n${names.map((name) => `${name},2024-01-08,10,11,9,10.5,7\n`).join('')}`;

  it.each([
    'Brown Forman B',
    'Brown',
    'Total Energy Services Inc',
    'Data Storage Corp',
    'Source Capital',
    'Total,5',
  ])('is no footer below names: %s', (last) => {
    for (const above of ['AAPL', '0700.HK', '600519'])
      for (const end of ['', '\n']) {
        const folder = folderOf({ 'prices.csv': tableOf(['MSFT', above]) + last + end });
        const error = thrown(() => csvFolderMarket(folder));
        expect(String(error)).toContain('prices.csv (line 4: ');
        expect(String(error)).toMatch(/mend or remove it|the file ends within this line/);
      }
  });

  it.each(['January', 'Janu', 'Jan'])('is no footer below months: %s', (last) => {
    const text = `${HEADER}\n${rowsOf((day) => `Jan ${Number(day.slice(-2))} 2024`)}`;
    expect(stampsOf(marketOf({ 'AAPL.csv': text }), 'AAPL')).toEqual(DAYS);
    for (const end of ['', '\n'])
      expect(String(thrown(() => marketOf({ 'AAPL.csv': text + last + end }).intervals('AAPL')))).toMatch(
        MENDED,
      );
  });

  it('is never passed by, wherever it was cut', () => {
    for (const name of ['Brown Forman B', 'Total return of X', 'Data provider Y']) {
      const row = `${name},2024-01-08,10,11,9,10.5,7`;
      for (let length = 1; length < row.length; length++) {
        const folder = folderOf({ 'prices.csv': tableOf(['AAPL', 'MSFT']) + row.slice(0, length) });
        let told: string;
        try {
          const { notes, unread } = csvFolderMarket(folder);
          told = unread.unnamed.map((rows) => rows.name).join('');
          expect(notes.join()).not.toContain('is no row');
        } catch (error) {
          told = (error as Error).message;
        }
        expect(told).not.toBe('');
      }
    }
  });
});
