import { describe, expect, it } from 'vitest';
import { ALL, HEADER, marketOf, stampsOf } from './folders.ts';

const ROWS = '2024-01-08,10,11,9,10.5,7\n2024-01-09,10,11,9,10.5,7\n';

describe('lines above the header', () => {
  it.each([
    ['a title', `Apple Inc. prices\n${HEADER}\n${ROWS}`],
    ['one in quotes', `\uFEFF"Apple Inc. prices"\r\n${HEADER}\r\n${ROWS}`],
    ['one of a sheet', `Apple Inc. prices,,,,,\n${HEADER}\n${ROWS}`],
    ['a title and an empty line', `Apple Inc. prices\n\n${HEADER}\n${ROWS}`],
    ['a title above semicolons', `Apple Inc. prices\n${`${HEADER}\n${ROWS}`.replaceAll(',', ';')}`],
    ['a title of a long file', `Apple Inc. prices\n${HEADER}\n${ROWS}${' '.repeat(5_000_000)}`],
  ])('are read past and named where they are one of words alone: %s', (_what, text) => {
    const market = marketOf({ 'AAPL.csv': text });
    expect(stampsOf(market, 'AAPL')).toEqual(['2024-01-08', '2024-01-09']);
    expect(market.notRead('AAPL')).toEqual([
      'AAPL.csv: its first line is no header, and not read: "Apple Inc. prices"',
    ]);
    const bad = text.replace('10.5', 'x').replace('10.5', 'x');
    const lines = text.split(/\r\n|\n/).findIndex((line) => line.startsWith('2024')) + 1;
    expect(() => marketOf({ 'AAPL.csv': bad }).rows('AAPL', '1d', ALL)).toThrow(
      `line ${lines}: "x" is not a number`,
    );
  });

  it.each([
    ['two titles', `Apple Inc.\nPrices\n${HEADER}\n${ROWS}`, 3],
    ['a title with a number', `Apple Inc. 2024\n${HEADER}\n${ROWS}`, 2],
    ['a title with a comma', `Apple Inc., NASDAQ\n${HEADER}\n${ROWS}`, 2],
    ['a title in quotes', `"Apple Inc., NASDAQ"\r\n${HEADER}\r\n${ROWS}`, 2],
    ['some facts', `Symbol,AAPL\nCurrency,USD\nFrom,2024-01-08\n${HEADER}\n${ROWS}`, 4],
  ])('are told of with the line of the header: %s', (_what, text, line) => {
    expect(() => marketOf({ 'AAPL.csv': text }).rows('AAPL', '1d', ALL)).toThrow(
      `AAPL.csv, line 1: is no header, but line ${line} is one: remove the lines above that`,
    );
  });

  it('are none where no header is below, or the first line is one', () => {
    const read = (text: string) => () => marketOf({ 'AAPL.csv': text }).rows('AAPL', '1d', ALL);
    expect(read(`date,open,hihg,low,close\n${ROWS}`)).toThrow('line 2: has 6 fields, and the first line 5');
    expect(read(`Apple\n${ROWS}`)).toThrow('line 2: has 6 fields, and the first line 1: ');
    expect(read(`${HEADER}\n${ROWS}Apple\n${HEADER}\n${ROWS}`)).toThrow(
      'line 4: has 1 field, and the first line 6: ',
    );
    expect(stampsOf(marketOf({ 'AAPL.csv': `# Apple\n${HEADER}\n${ROWS}` }), 'AAPL')).toHaveLength(2);
  });
});

describe('a column of days of trading', () => {
  it.each(['Trade Date', 'trade_date', 'TradeDate', 'Trading Date'])('is one of dates: %s', (name) => {
    const text = `${HEADER}\n${ROWS}`.replace('date', name);
    expect(stampsOf(marketOf({ 'AAPL.csv': text }), 'AAPL')).toEqual(['2024-01-08', '2024-01-09']);
    // A date is preferred.
    const both = `date,${name},open,high,low,close\n2024-01-08,20240108,10,11,9,10.5\n`;
    expect(stampsOf(marketOf({ 'AAPL.csv': both }), 'AAPL')).toEqual(['2024-01-08']);
  });
});
