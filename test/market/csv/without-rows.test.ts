import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../../src/report/inspection.ts';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import { ALL, folderOf, marketOf, stampsOf } from './folders.ts';

const HEADER = 'date,open,high,low,close,volume\n';
const ROW = '2024-01-08,10,11,9,10.5,7\n';
const NO_ROW = 'has a header and no row: get it again, or remove it';

describe('a file without a row', () => {
  it.each([
    ['nothing', ''],
    ['empty lines', '\n \r\n\n'],
    ['a mark', '\uFEFF'],
    ['comments', '# a vendor\nhttps://example.com\n'],
  ])('with %s is empty', (_, text) => {
    const market = marketOf({ 'AAPL.csv': text });
    expect(() => market.intervals('AAPL')).toThrow(/AAPL\.csv: is empty: get it again, or remove it$/);
  });

  it.each(['AAPL.csv', 'AAPL.zip'])('is refused as such: %s', (name) => {
    const text = name.endsWith('zip') ? zipSync({ 'AAPL.csv': strToU8(HEADER) }) : HEADER;
    const market = marketOf({ [name]: text });
    expect(() => market.rows('AAPL', '1d', ALL)).toThrow(new RegExp(`${name}: ${NO_ROW}$`));
    expect(() => market.listing('AAPL')).toThrow(new RegExp(`${name}: ${NO_ROW}$`));
  });

  it('of Lean has no header either', () => {
    const market = marketOf({ 'aapl.zip': zipSync({ 'aapl.csv': strToU8('') }) });
    expect(() => market.intervals('AAPL')).toThrow(/aapl\.zip: has no row: get it again, or remove it$/);
  });

  it('is named beside one that has some', () => {
    const market = marketOf({ 'AAPL_part1.csv': HEADER, 'AAPL_part2.csv': HEADER + ROW });
    expect(stampsOf(market, 'AAPL')).toEqual(['2024-01-08']);
    expect(market.notRead('AAPL')).toEqual(['AAPL_part1.csv: has a header and no row']);
  });

  it('of several tickers is named, and not for its name', () => {
    const files = { 'prices.csv': `ticker,${HEADER}`, 'AAPL.csv': HEADER + ROW };
    expect(marketOf(files).notes).toEqual([`not read: prices.csv (${NO_ROW})`]);
    expect(() => csvFolderMarket(folderOf({ 'prices.csv': `ticker,${HEADER}` }))).toThrow(NO_ROW);
  });

  it('is refused by an inspection', () => {
    const path = folderOf({ 'AAPL.csv': HEADER, 'MSFT.csv': '', 'ticks.csv': `ticker,${HEADER}` });
    const { files } = inspect({ path }, Date.UTC(2024, 5, 1));
    expect(files.map(({ path: name, refused, series }) => [name, series, refused])).toEqual([
      ['AAPL.csv', [], [NO_ROW]],
      ['MSFT.csv', [], ['is empty: get it again, or remove it']],
      ['ticks.csv', [], [NO_ROW]],
    ]);
  });

  it('of splits and dividends needs its header', () => {
    const market = marketOf({ 'AAPL.csv': HEADER + ROW, 'actions.csv': '' });
    expect(() => market.actions('AAPL')).toThrow(
      /actions\.csv: is empty: write its header, ticker,date,kind,value$/,
    );
  });
});
