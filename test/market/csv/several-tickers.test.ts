import { describe, expect, it } from 'vitest';
import { ALL, HEADER, marketOf, stampsOf } from './folders.ts';

describe('a file with several tickers', () => {
  const text =
    'ticker,ts,open,high,low,close,volume,vwap,trades,source\n' +
    'AAPL,2024-01-08,1,2,1,2,5,1.5,7,yahoo\nBRK-B,2024-01-08,3,4,3,4,,,,yahoo\nAAPL,2024-01-09,2,2,2,2,6,,,yahoo\n';

  it.each(['prices.csv', 'export.csv', 'all.csv', 'my prices.csv'])(
    'is read as several series: %s',
    (name) => {
      const market = marketOf({ [name]: text });
      expect(market.tickers()).toEqual(['AAPL', 'BRK-B']);
      expect(market.rows('AAPL', '1d', ALL)).toMatchObject([
        { close: 2, vwap: 1.5, trades: 7 },
        { close: 2, vwap: null },
      ]);
      expect(market.rows('BRK-B', '1d', ALL)).toMatchObject([{ close: 4, volume: Number.NaN }]);
    },
  );

  it('by their names in capitals, as lists of the S&P 500 have it', () => {
    const lines = '2024-01-08,1,1,1,1,1,AAPL\n2024-01-08,2,2,2,2,2,A\n';
    expect(marketOf({ 'all_stocks_5yr.csv': `${HEADER},Name\n${lines}` }).tickers()).toEqual(['A', 'AAPL']);
  });

  it('may hold several intervals', () => {
    const mixed =
      'ticker,interval,ts,open,high,low,close\nA,1h,2024-01-08 14:30,1,1,1,1\nA,5m,2024-01-08 14:30,1,1,1,1\n';
    const market = marketOf({ 'A.csv': mixed });
    expect(market.intervals('A')).toEqual(['5m', '1h']);
    for (const interval of ['5m', '1h'] as const)
      expect(stampsOf(market, 'A', interval)).toEqual(['2024-01-08T14:30Z']);
  });

  it('is refused where it is named after one of them', () => {
    const market = marketOf({ 'AAPL.csv': text });
    expect(() => market.intervals('AAPL')).toThrow(/is named after AAPL, but holds AAPL, BRK-B/);
  });

  it('is refused where its rows are of another ticker than its name', () => {
    const market = marketOf({ 'MSFT.csv': 'symbol,date,open,high,low,close\nAAPL,2024-01-08,1,1,1,1\n' });
    expect(() => market.intervals('MSFT')).toThrow(
      /is named after MSFT, but its rows are of AAPL: rename the file/,
    );
  });

  it('may call its one ticker otherwise, or have the name of a company', () => {
    const of = (header: string, name: string): string =>
      `${header},date,open,high,low,close\n${name},2024-01-08,1,1,1,1\n`;
    const market = marketOf({
      'BRK-B.csv': of('symbol', 'BRK.B'),
      'BTC-USD.csv': of('symbol', 'BTC/USD'),
      'EURUSD.csv': of('ticker', 'EUR/USD'),
      'hd.us.txt': of('<TICKER>', 'HD.US'),
      'AAPL.csv': of('name', 'Apple Inc.'),
      'INTC.csv': of('name', 'INTEL'),
    });
    for (const ticker of market.tickers()) expect(stampsOf(market, ticker)).toEqual(['2024-01-08']);
  });
});
