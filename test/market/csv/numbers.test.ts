import { describe, expect, it } from 'vitest';
import { type NumberForm, numberIn } from '../../../src/market/csv/numbers.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { ALL, folderOf, marketOf } from './folders.ts';

const DAYS = ['02', '03', '04', '05', '08'];

/** A file of five days with the same cells. */
const fileOf = (cells: readonly string[], sign = ',', header = 'Date,Open,High,Low,Close,Volume'): string =>
  `${header.replaceAll(',', sign)}\n${DAYS.map((day) => [`2024-01-${day}`, ...cells].join(sign)).join('\n')}\n`;

const quoted = (...cells: readonly string[]): string[] => cells.map((cell) => `"${cell}"`);
const firstOf = (text: string | Uint8Array, numbers?: NumberForm) => {
  const [row] = csvFolderMarket(folderOf({ 'AAPL.csv': text }), null, 'start', { numbers }).rows(
    'AAPL',
    '1d',
    ALL,
  );
  return row && [row.open, row.high, row.low, row.close, row.volume];
};

describe('a cell', () => {
  it.each([
    ['10.5', 10.5],
    ['+10.5', 10.5],
    ['-37.63', -37.63],
    ['\u221237.63', -37.63],
    ['.5', 0.5],
    ['5.', 5],
    ['1e-9', 1e-9],
    ['1.5E+15', 1.5e15],
    ['1,234.56', 1234.56],
    ['1,234,567', 1_234_567],
    ['12,34,567.5', 1_234_567.5],
    ['1 234.5', 1234.5],
    ['1\u00a0234\u202f567', 1_234_567],
    ["1'234.56", 1234.56],
    ['1’234’567', 1_234_567],
    ['$123.45', 123.45],
    ['-$1,230', -1230],
    ['US$ 12', 12],
    ['12.5 €', 12.5],
    ['-0', -0],
  ])('%s is a number', (text, number) => {
    expect(numberIn(text, 'point', false)).toBe(number);
  });

  it.each([
    ['10,5', 10.5],
    ['1.234,56', 1234.56],
    ['1.234.567', 1_234_567],
    ['1.234', 1234],
    ['1 234,56', 1234.56],
    ["1'234,56", 1234.56],
    ['1,5e-05', 1.5e-5],
    ['12,50 €', 12.5],
    ['12', 12],
  ])('%s is one where commas are decimal', (text, number) => {
    expect(numberIn(text, 'comma', false)).toBe(number);
  });

  it.each([
    ['1.2M', 1_200_000],
    ['3.4K', 3400],
    ['1.1B', 1_100_000_000],
    ['2T', 2e12],
    ['12.5m', 12_500_000],
    ['0.29 k', 290],
    ['1,234.5K', 1_234_500],
  ])('%s is a count, and no price', (text, count) => {
    expect(numberIn(text, 'point', true)).toBe(count);
    expect(numberIn(text, 'point', false)).toBeUndefined();
  });

  it.each([
    '0x10',
    '0b1',
    '0o7',
    '1e400',
    '-1e400',
    'Infinity',
    '-Infinity',
    'inf',
    '１２',
    '١٢',
    '1_000',
    '1__0',
  ])('%s is no number', (text) => {
    for (const form of ['point', 'comma'] as const) expect(numberIn(text, form, true)).toBeUndefined();
  });

  it.each([
    'x',
    '1.2.3',
    '1,23',
    '12,3456',
    '1 23',
    '1.5 2.5',
    '--5',
    '-$-5',
    '10%',
    '1e',
    'e5',
    '1d',
    '0x',
    '10:30',
    '1M2',
    '5KM',
  ])('%s is none either', (text) => {
    expect(numberIn(text, 'point', true)).toBeUndefined();
  });

  it.each([
    '',
    '-',
    '--',
    '–',
    '—',
    '.',
    'N/A',
    'n/a',
    'n.a.',
    'NA',
    '#N/A',
    '#N/A N/A',
    'null',
    'NULL',
    'NaN',
    'nan',
    'None',
    'nil',
    '(null)',
    '<NA>',
    '\\N',
    '#VALUE!',
    '#DIV/0!',
    '#REF!',
    '?',
  ])('"%s" says that there is no value', (text) => {
    for (const form of ['point', 'comma'] as const) expect(numberIn(text, form, false)).toBeNull();
  });
});

describe('the decimal sign of a file', () => {
  it.each([
    ['semicolons', fileOf(['10,5', '11,25', '9,75', '10', '1.234'], ';'), [10.5, 11.25, 9.75, 10, 1234]],
    ['tabs', fileOf(['10,5', '11,25', '9,75', '10', '5'], '\t'), [10.5, 11.25, 9.75, 10, 5]],
    ['bars', fileOf(['10.5', '11.25', '9.75', '10', '5'], '|'), [10.5, 11.25, 9.75, 10, 5]],
    [
      'quotes',
      fileOf(quoted('1.234,56', '1.240,00', '1.230,00', '1.234,56', '1.234.567')),
      [1234.56, 1240, 1230, 1234.56, 1_234_567],
    ],
    [
      'American quotes',
      fileOf(quoted('1,234.56', '1,240', '1,230', '1,234', '1,234')),
      [1234.56, 1240, 1230, 1234, 1234],
    ],
    [
      'spaces',
      fileOf(['1 234,56', '1 240,00', '1 230,00', '1 234,56', '1 234'], ';'),
      [1234.56, 1240, 1230, 1234.56, 1234],
    ],
    [
      'apostrophes',
      fileOf(["1'234.56", "1'240.00", "1'230.00", "1'234.56", "1'234"], ';'),
      [1234.56, 1240, 1230, 1234.56, 1234],
    ],
    [
      'three decimals between commas',
      fileOf(['145.123', '145.500', '145.001', '145.200', '7']),
      [145.123, 145.5, 145.001, 145.2, 7],
    ],
    ['noughts', fileOf(['0,123', '0,125', '0,120', '0,123', '7'], ';'), [0.123, 0.125, 0.12, 0.123, 7]],
    ['whole prices beside thousands', fileOf(['1', '2', '1', '2', '"1,000"']), [1, 2, 1, 2, 1000]],
  ])('is told with %s', (_, text, row) => {
    expect(firstOf(text)).toEqual(row);
  });

  it('is that of most cells: a slip in the first row costs that row', () => {
    const text = fileOf(['10.5', '11.25', '9.75', '10.25', '7']).replace('10.5,', '"10,5",');
    const market = marketOf({ 'AAPL.csv': text });
    const rows = market.rows('AAPL', '1d', ALL);
    expect(rows).toHaveLength(5);
    expect(rows[0]).toMatchObject({ open: null, fault: 'AAPL.csv, line 2: "10,5" is not a number (open)' });
    expect(rows[1]).toMatchObject({ open: 10.5, close: 10.25 });
  });

  it('is told by a column that is not read, where the prices are whole thousands', () => {
    const header = 'Date,Price,Open,High,Low,Vol.,Change %';
    const cells = quoted('71,200', '71,000', '71,500', '70,900', '12.34M', '-0.12%');
    expect(firstOf(fileOf(cells, ',', header))).toEqual([71_000, 71_500, 70_900, 71_200, 12_340_000]);
  });

  it.each([
    [fileOf(quoted('1,234', '1,240', '1,230', '1,234', '5')), '1,234', 'point (1234) or comma (1.234)'],
    [fileOf(['1,234', '1,240', '1,230', '1,234', '5'], ';'), '1,234', 'point (1234) or comma (1.234)'],
    [fileOf(['1.234', '1.240', '1.230', '1.234', '5'], ';'), '1.234', 'point (1.234) or comma (1234)'],
  ])('is asked for where nothing tells it %#', (text, cell, ways) => {
    expect(() => firstOf(text)).toThrow(
      `AAPL.csv, line 2: "${cell}" may be 1234 or 1.234: give --csv-decimal ${ways}`,
    );
    const [asPoint, asComma] = cell.includes(',') ? [1234, 1.234] : [1.234, 1234];
    expect(firstOf(text, 'point')?.[0]).toBe(asPoint);
    expect(firstOf(text, 'comma')?.[0]).toBe(asComma);
  });
});
