import { describe, expect, it } from 'vitest';
import { ALL, marketOf } from './folders.ts';

const FIRST = 'Date,Open,High,Low,Close,Volume\n2024-01-08,10,14,9,12,7\n';
const barsOf = (text: string) =>
  marketOf({ 'AAPL.csv': text })
    .rows('AAPL', '1d', ALL)
    .map(({ open, high, low, close, volume }) => [open, high, low, close, volume]);
const BOTH = [
  [10, 14, 9, 12, 7],
  [20, 24, 19, 22, 8],
];

describe('a file that was appended to with its columns in another order', () => {
  it.each([
    ['Date,Close,High,Low,Open,Volume\n2024-01-09,22,24,19,20,8\n'],
    ['date,volume,close,low,high,open\n2024-01-09,8,22,19,24,20\n'],
    ['Volume,Open,High,Low,Close,Date\n8,20,24,19,22,2024-01-09\n'],
    ['Open Time,O,H,L,C,V\n2024-01-09,20,24,19,22,8\n'],
  ])('is read on by its later header %#', (second) => {
    expect(barsOf(FIRST + second)).toEqual(BOTH);
    const back = 'Date,Open,High,Low,Close,Volume\n2024-01-10,10,14,9,12,7\n';
    expect(barsOf(FIRST + second + back)).toEqual([...BOTH, BOTH[0]]);
    expect(barsOf(FIRST + second + second.split('\n', 1)[0])).toEqual(BOTH);
  });

  it('is read on below three lines of header of yfinance', () => {
    const heading = (prices: string): string => `Price,${prices},Volume\nTicker,A,A,A,A,A\nDate,,,,,\n`;
    const first = `${heading('Open,High,Low,Close')}2024-01-08,10,14,9,12,7\n`;
    const text = `${first}${heading('Close,High,Low,Open')}2024-01-09,22,24,19,20,8\n`;
    const rows = marketOf({ 'A.csv': text }).rows('A', '1d', ALL);
    expect(rows.map(({ open, close }) => [open, close])).toEqual([
      [10, 12],
      [20, 22],
    ]);
    const same = `${first}${first.replace('-08', '-09')}Date,,,,,\n`;
    expect(marketOf({ 'A.csv': same }).rows('A', '1d', ALL)).toHaveLength(2);
    expect(() => marketOf({ 'A.csv': text.replace(/Ticker,A,A,A,A,A\nDate,,,,,\n$/, '') })).not.toThrow();
    expect(() =>
      marketOf({
        'A.csv': first + heading('Close,High,Low,Open').replaceAll(',A', ',B') + '2024-01-09,1,1,1,1,1\n',
      }).intervals('A'),
    ).toThrow(
      'line 5: this header differs from the first in its ticker; write its rows into a file of their own',
    );
  });

  it('has its names, splits and cut numbers where the later header says', () => {
    const first = 'Date,Open,High,Low,Close,Volume,Symbol\n2024-01-08,10,14,9,12,7,AAPL\n';
    const second = 'Symbol,Date,Close,High,Low,Open,Volume\nAAPL,2024-01-09,22,24,19,20,8\n';
    expect(barsOf(first + second)).toEqual(BOTH);
    expect(() => barsOf(first + second.replace('AAPL', 'MSFT'))).toThrow('holds AAPL, MSFT');
    const cut = 'Volume,Date,Open,High,Low,Close\n8,2024-01-09,20,24,19,22.';
    expect(() => barsOf(FIRST + cut)).toThrow(
      'line 4: the file ends within this line, and its last number "22." is cut',
    );
  });

  it.each([
    ['Date,Open,High,Low,Last Trade,Volume', 'names no column "close"'],
    ['Date,Open,High,Low,Close,Adj Close', 'differs from the first in having no column of the volume'],
    ['Date (UTC),Open,High,Low,Close,Volume', 'differs from the first in the clock of its times'],
    ['Date,Eröffnung,Hoch,Tief,Schluss,Menge', 'names no column "open"'],
  ])('is refused with the line of a header %s', (header, problem) => {
    const reading = () => barsOf(`${FIRST}${header}\n2024-01-09,20,24,19,22,8\n`);
    expect(reading).toThrow('AAPL.csv, line 3: ');
    expect(reading).toThrow(problem);
  });
});

describe('two columns of one name', () => {
  const read = (header: string, values: string) => barsOf(`${header}\n2024-01-08,${values}\n`)[0];

  it.each([
    ['Date,Open,High,Low,Close,Close,Volume', '10,14,9,11,12,7', 'Close'],
    ['Date,Open,High,Low,Close,close*,Volume', '10,14,9,11,12,7', 'Close'],
    ['Date,Open,High,Low,Close,Volume,Close.1', '10,14,9,11,7,12', 'Close'],
    ['Date,Open,High,Low,Close (USD),Close (EUR),Volume', '10,14,9,11,12,7', 'Close (USD)'],
    ['Date,Open,Open,High,Low,Close,Volume', '10,11,14,9,12,7', 'Open'],
    ['Date,Open,High,Low,Close,Volume,Volume', '10,14,9,12,7,8', 'Volume'],
    ['Date,Open,High,Low,Close,Close Price,Volume', '10,14,9,11,12,7', 'Close'],
  ])('%s are refused where they contradict each other', (header, values, name) => {
    expect(() => read(header, values)).toThrow(`line 2: two columns are called "${name}", and say "`);
  });

  it('are read where they say the same, or one is called adjusted', () => {
    expect(read('Date,Open,High,Low,Close,Close,Volume', '10,14,9,12,12.00,7')).toEqual(BOTH[0]);
    expect(read('Date,Open,High,Low,Close (adj.),Close,Volume', '10,14,9,11,12,7')).toEqual(BOTH[0]);
    expect(read('Date,Open,High,Low,Close,Adj Close,Volume', '10,14,9,12,11,7')).toEqual(BOTH[0]);
    expect(read('Date,Open,High,Low,Close,Volume_(Shares),Volume_(USD)', '10,14,9,12,7,80')).toEqual(BOTH[0]);
  });
});
