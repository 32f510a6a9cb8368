import { describe, expect, it } from 'vitest';
import { HEADER, PLAIN, bothOf, clock, linesOf, text, toldOf } from './stretches.ts';

describe('a long file is refused as a short one is', () => {
  it.each([
    [
      'by another clock',
      'AAPL',
      { days: ['2024-01-08', '2024-01-09', '2024-01-10'], from: 14.5, to: 21, stamp: clock },
      /by the clock of UTC/,
    ],
    [
      'on shifted dates',
      'AAPL',
      {
        days: [
          '2024-01-07',
          '2024-01-08',
          '2024-01-09',
          '2024-01-10',
          '2024-01-14',
          '2024-01-15',
          '2024-01-16',
          '2024-01-17',
        ],
        from: 9.5,
        to: 16,
        stamp: clock,
      },
      /seem to be shifted/,
    ],
    [
      'without a price',
      'BTC-USD',
      { line: (at: string) => `${at},,,,,7` },
      /no other row of BTC-USD has all prices/,
    ],
  ])('%s', (_, ticker, rows, message) => {
    const [stretches, atOnce] = bothOf({ [`${ticker}.csv`]: text(linesOf(rows)) });
    expect(toldOf(stretches, ticker)).toMatch(message);
    expect(toldOf(stretches, ticker)).toEqual(toldOf(atOnce, ticker));
  });

  it('whose last line was cut', () => {
    const content = `${PLAIN}2024-03-13T00:00:00Z,100,101,99,100.5,1`;
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    expect(toldOf(stretches, 'BTC-USD')).toMatch(/line 1442: .* its last number "1" is cut/);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
  });

  it('of another ticker', () => {
    const content = text(
      linesOf().map((line) => `ETH-USD,${line}`),
      `ticker,${HEADER}`,
    );
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    expect(toldOf(stretches, 'BTC-USD')).toMatch(/its rows are of ETH-USD/);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
  });

  it.each([
    ['adjusted', 'none', 'true', /line 1002: "true" does not say that its prices are as traded/],
    ['interval', '5m', '2h', /line 1002: "2h" is none of 1m, 5m, 15m, 1h and 1d/],
    ['interval', '2h', '2h', /line 2: "2h" is none of 1m, 5m, 15m, 1h and 1d/],
  ])('by a word in a column %s: %s, then %s', (column, first, then, message) => {
    const content = text(
      linesOf().map((line, i) => `${line},${i < 1000 ? first : then}`),
      `${HEADER},${column}`,
    );
    const [stretches, atOnce] = bothOf({ 'BTC-USD.csv': content });
    expect(toldOf(stretches, 'BTC-USD')).toMatch(message);
    expect(toldOf(stretches, 'BTC-USD')).toEqual(toldOf(atOnce, 'BTC-USD'));
  });
});
