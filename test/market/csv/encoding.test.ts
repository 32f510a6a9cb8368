import { constants } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { textIn } from '../../../src/market/csv/encoding.ts';
import { marketOf, stampsOf, zipped } from './folders.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04'];
const fileOf = (header: string, end = '\n'): string =>
  [header, ...DAYS.map((day) => `${day},10,11,9,10.5,7,AAPL`), ''].join(end);
const TEXT = fileOf('date,open,high,low,close,volume,ticker');
const wide = (text: string): Buffer => Buffer.from(text, 'utf16le');

describe('a file', () => {
  it.each([
    ['UTF-16LE with its mark', wide(`\uFEFF${TEXT}`)],
    ['UTF-16BE with its mark', wide(`\uFEFF${TEXT}`).swap16()],
    ['UTF-16LE without it', wide(TEXT)],
    ['UTF-16BE without it', wide(TEXT).swap16()],
    ['UTF-8 with its mark', `\uFEFF${TEXT}`],
    ['lines that end in CRLF', fileOf('date,open,high,low,close,volume,ticker', '\r\n')],
    ['lines that end in CR', fileOf('date,open,high,low,close,volume,ticker', '\r')],
    ['a line that tells Excel the separator', `sep=;\r\n${TEXT.replaceAll(',', ';')}`],
  ])('may be of %s, whether its name is a ticker or not', (_, content) => {
    const market = marketOf({ 'AAPL.csv': content, 'prices.csv': content });
    expect(market.tickers()).toEqual(['AAPL']);
    expect(market.notes).toEqual([]);
    expect(stampsOf(market, 'AAPL')).toEqual(DAYS);
  });

  it('in Windows-1252 keeps its other letters out of the way', () => {
    const text = TEXT.replace('ticker', 'Währung').replaceAll('AAPL', '€');
    expect(stampsOf(marketOf({ 'AIR.PA.csv': Buffer.from(text, 'latin1') }), 'AIR.PA')).toEqual(DAYS);
  });

  it('in Windows-1252 may have the sign of the euro beside its prices', () => {
    const text = TEXT.replaceAll(',10,11,9,10.5,', ',10 \x80,11 \x80,9 \x80,10.5 \x80,').replaceAll(
      'AAPL',
      'AIR.PA',
    );
    expect(stampsOf(marketOf({ 'AIR.PA.csv': Buffer.from(text, 'latin1') }), 'AIR.PA')).toEqual(DAYS);
  });

  it('that is too large for a text is told as that', () => {
    const bytes = Buffer.alloc(constants.MAX_STRING_LENGTH + 1);
    expect(() => textIn('UTF-8', bytes)).toThrow(RangeError);
  });

  it('may lie in a folder of a zip file, whose name is none of its ticker', () => {
    const market = marketOf({ 'AAPL.zip': zipped('Stocks/AAPL.csv', TEXT.replace('ticker', 'note')) });
    expect(market.tickers()).toEqual(['AAPL']);
    expect(stampsOf(market, 'AAPL')).toEqual(DAYS);
  });
});
