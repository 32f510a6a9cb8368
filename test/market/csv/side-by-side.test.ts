import { describe, expect, it } from 'vitest';
import { ALL, marketOf } from './folders.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04'];
const PRICES = ['Close', 'High', 'Low', 'Open', 'Volume'];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  AAPL: ['10.5', '11', '9', '10', '100'],
  MSFT: ['20.5', '21', '19', '20', '200'],
};
const row = (first: string, cells: readonly string[]): string => [first, ...cells].join(',');

/** A column of the file: a ticker, and which of `PRICES`. */
type Column = readonly [ticker: string, price: number];
const BY_PRICE = PRICES.flatMap((_, price) => Object.keys(VALUES).map((ticker): Column => [ticker, price]));
const BY_TICKER = Object.keys(VALUES).flatMap((ticker) => PRICES.map((_, price): Column => [ticker, price]));

/** A file with two lines of headings, each with the word that it begins with, and a third that names the dates. */
function fileOf(columns: readonly Column[], [first, second]: readonly [Heading, Heading]): string {
  return [
    row(first[0], columns.map(first[1])),
    row(second[0], columns.map(second[1])),
    row(
      'Date',
      columns.map(() => ''),
    ),
    ...DAYS.map((day) =>
      row(
        day,
        columns.map(([ticker, price]) => VALUES[ticker]?.[price] ?? ''),
      ),
    ),
    '',
  ].join('\n');
}

type Heading = readonly [word: string, of: (column: Column) => string];
const ofPrice = ([, price]: Column): string => PRICES[price] ?? '';
const ofTicker = ([ticker]: Column): string => ticker;

const FILES: Readonly<Record<string, string>> = {
  yfinance: fileOf(BY_PRICE, [
    ['Price', ofPrice],
    ['Ticker', ofTicker],
  ]),
  'yfinance, grouped by ticker': fileOf(BY_TICKER, [
    ['Ticker', ofTicker],
    ['Price', ofPrice],
  ]),
  'pandas-datareader': fileOf(BY_PRICE, [
    ['Attributes', ofPrice],
    ['Symbols', ofTicker],
  ]),
};

describe('several tickers side by side', () => {
  it.each(Object.keys(FILES))('are read all, from a file of %s', (name) => {
    const market = marketOf({ 'prices.csv': FILES[name] ?? '' });
    expect(market.tickers()).toEqual(['AAPL', 'MSFT']);
    for (const [ticker, [close, high, low, open, volume]] of Object.entries(VALUES)) {
      const rows = market.rows(ticker, '1d', ALL);
      expect(rows).toHaveLength(3);
      for (const bar of rows)
        expect([bar.close, bar.high, bar.low, bar.open, bar.volume]).toEqual(
          [close, high, low, open, volume].map(Number),
        );
    }
  });

  it('have no row where one of them has no cell, and an odd cell costs its own row alone', () => {
    const [text = ''] = Object.values(FILES);
    const gap = text.replace(
      /^2024-01-03,.*$/m,
      row(
        '2024-01-03',
        BY_PRICE.map(([ticker]) => (ticker === 'MSFT' ? '' : 'x')),
      ),
    );
    const market = marketOf({ 'prices.csv': gap });
    expect(market.rows('MSFT', '1d', ALL)).toHaveLength(2);
    const rows = market.rows('AAPL', '1d', ALL);
    expect(rows.map(({ fault }) => fault)).toEqual([
      undefined,
      'prices.csv, line 5: "x" is not a number (open)',
      undefined,
    ]);
  });

  it('are refused where the file was cut within its last number', () => {
    const [text = ''] = Object.values(FILES);
    expect(() => marketOf({ 'prices.csv': text.replace(/200\n$/, '200.') })).toThrow(
      'its last number "200." is cut',
    );
  });
});
