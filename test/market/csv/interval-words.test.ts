import { describe, expect, it } from 'vitest';
import { ALL, marketOf, stampsOf, thrown } from './folders.ts';

const DATES = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11'];

function daily(words: readonly string[], ticker = 'AAPL'): string[] {
  return words.map((word, i) => `${ticker},${DATES[i]},10,11,9,10.5,7,${word}\n`);
}

const fileOf = (...lines: readonly string[]): string =>
  `ticker,date,open,high,low,close,volume,interval\n${lines.join('')}`;

const refusalOf = (text: string, ticker = 'AAPL'): string =>
  String((thrown(() => marketOf({ 'p.csv': text }).rows(ticker, '1d', ALL)) as Error | undefined)?.message);

describe('a column of the interval', () => {
  it.each(['1d', '1D', 'D', 'day', 'Daily', '1day', '1 day', '1440', 'D1', '', 'N/A'])(
    'that says %s of days lets them be read',
    (word) => {
      const market = marketOf({ 'p.csv': fileOf(...daily([word, word, word, word])) });
      expect(stampsOf(market, 'AAPL')).toEqual(DATES);
    },
  );

  it.each(['60m', '60min', 'h', 'hourly', '1 Hour', 'H1'])(
    'that says %s of hours lets them be read',
    (word) => {
      const rows = [15, 16, 17].map((hour) => `2024-01-08 ${hour}:00,10,11,9,10.5,7,${word}\n`).join('');
      const text = `datetime,open,high,low,close,volume,interval\n${rows}`;
      expect(marketOf({ 'BTC-USD.csv': text }).intervals('BTC-USD')).toEqual(['1h']);
    },
  );

  it.each(['1wk', 'weekly', '1mo', '2d', '2h', 'junk', '1M0', 'constructor'])(
    'that says %s is refused with file, line and value, wherever it stands',
    (word) => {
      const what = `"${word}" is none of 1m, 5m, 15m, 1h and 1d (column interval): bars of other lengths are not stored`;
      expect(refusalOf(fileOf(...daily([word, word, word])))).toContain(`p.csv, line 2: ${what}`);
      expect(refusalOf(fileOf(...daily(['1d', '', word, '1d'])))).toContain(`p.csv, line 4: ${what}`);
    },
  );

  it('counts for the ticker of its row', () => {
    const text = fileOf(...daily(['1d', '1d']), ...daily(['1wk', '1wk'], 'IBM'));
    expect(refusalOf(text)).toBe('undefined');
    expect(refusalOf(text, 'IBM')).toContain('p.csv, line 4: "1wk"');
  });

  it('says nothing where it is empty', () => {
    const market = marketOf({ 'p.csv': fileOf(...daily(['1d', '', '1d', ''])) });
    expect(stampsOf(market, 'AAPL')).toEqual(DATES);
  });
});
