import { describe, expect, it } from 'vitest';
import { marketOf, stampsOf } from './folders.ts';

const DATES = ['2024-01-08', '2024-01-09', '2024-01-10', '2024-01-11'];

/** A file of four days with one more column; prices fall to a half on the third where `isRaw`. */
function fileWith(column: string, values: readonly string[], isRaw = true): string {
  const lines = DATES.map((date, i) => {
    const close = isRaw && i < 2 ? 20 : 10;
    return `${date},${close},${close + 1},${close - 1},${close},1000,${values[i]}\n`;
  });
  return `Date,Open,High,Low,Close,Volume,${column}\n${lines.join('')}`;
}

const notes = (column: string, values: readonly string[], others: Record<string, string> = {}) =>
  marketOf({ 'AAPL.csv': fileWith(column, values), ...others }).notRead('AAPL');

describe('a column of splits or dividends beside the bars', () => {
  it.each([
    ['Stock Splits', ['0.0', '0.0', '2.0', '0.0'], '2:1 on 2024-01-10'],
    ['stock_splits', ['0', '', '0.1', '0'], '1:10 on 2024-01-10'],
    ['split_coefficient', ['1.0', '1.0', '2.0', '1.0'], '2:1 on 2024-01-10'],
    ['8. split coefficient', ['1.0', '1.0', '1.5', '1.0'], '3:2 on 2024-01-10'],
    ['splitFactor', ['1', '1', '7', '1'], '7:1 on 2024-01-10'],
    ['Split Ratio', ['1', '1', '3:2', '1:1'], '3:2 on 2024-01-10'],
    ['Splits', ['', 'nan', '4/1', '-'], '4:1 on 2024-01-10'],
    ['Split', ['', '', '2-for-1', ''], '2-for-1 on 2024-01-10'],
  ])('%s is named where it tells of a split', (column, values, what) => {
    const [line, ...others] = notes(column, values);
    expect(others).toEqual([]);
    expect(line).toBe(
      `AAPL.csv: its column "${column}" tells of ${what} and is not read: ` +
        'list that in actions.csv, and say --basis split-adjusted if the prices are adjusted for what it tells',
    );
  });

  it.each(['Dividends', 'dividend amount', 'divCash', 'Ex-Dividend'])(
    '%s is named where it tells of a dividend',
    (column) => {
      expect(notes(column, ['0.0', '0.24', '0', '0.25'])).toEqual([
        `AAPL.csv: its column "${column}" tells of 0.24 on 2024-01-09 and 1 more and is not read: list that in actions.csv`,
      ]);
    },
  );

  it('is not named where it tells of nothing, or actions.csv lists it', () => {
    for (const none of ['0.0', '', 'NaN', '1.0', '1:1'])
      expect(notes('Stock Splits', [none, none, none, none])).toEqual([]);
    for (const none of ['0.0', '', 'null']) expect(notes('Dividends', [none, none, none, none])).toEqual([]);
    const values = ['0', '0', '2', '0'];
    const list = (line: string) => ({ 'actions.csv': `ticker,date,kind,value\n${line}\n` });
    expect(notes('Stock Splits', values, list('AAPL,2024-01-10,split,2:1'))).toEqual([]);
    expect(notes('Stock Splits', values, list('AAPL,2024-01-09,split,2:1'))).toHaveLength(1);
    expect(notes('Stock Splits', values, list('MSFT,2024-01-10,split,2:1'))).toHaveLength(1);
  });

  it('of a file of several tickers is named for those that it tells of', () => {
    const rows = DATES.flatMap((date, i) => [
      `AAPL,${date},9,9,9,9,9,${i === 2 ? 2 : 0}`,
      `IBM,${date},9,9,9,9,9,0`,
    ]);
    const text = `ticker,date,open,high,low,close,volume,stock splits\n${rows.join('\n')}\n`;
    const market = marketOf({ 'prices.csv': text });
    expect(market.notRead('AAPL')).toHaveLength(1);
    expect(market.notRead('IBM')).toEqual([]);
    expect(Object.keys(market.rows('AAPL', '1d', { from: 0, to: 99_999 })[2] ?? {})).not.toContain('told');
  });

  it('of an intraday file tells of the exchange’s day', () => {
    const lines = ['2024-01-08 23:00', '2024-01-08 23:05', '2024-01-09 00:00'].map(
      (stamp, i) => `${stamp}:00+00:00,9,9,9,9,9,${i === 2 ? '0.5' : '0'}\n`,
    );
    const text = `Datetime,Open,High,Low,Close,Volume,Dividends\n${lines.join('')}`;
    expect(marketOf({ '7203.T.csv': text }).notRead('7203.T')).toEqual([
      expect.stringContaining('0.5 on 2024-01-09'),
    ]);
  });
});

describe('rows that are not final', () => {
  const file = (column: string, flags: readonly string[]): string => fileWith(column, flags, false);

  it.each(['false', 'False', 'FALSE', 'f', '0', 'no'])('by %s are left out and counted', (no) => {
    const market = marketOf({ 'AAPL.csv': file('is_final', ['true', 'true', no, no]) });
    expect(stampsOf(market, 'AAPL')).toEqual(DATES.slice(0, 2));
    expect(market.notRead('AAPL')).toEqual([
      'AAPL.csv: 2 rows of AAPL left out: is_final is false, the session was not settled when it was written',
    ]);
  });

  it('are counted by ticker in a file of several', () => {
    const rows = DATES.flatMap((date, i) => [
      `AAPL,${date},9,9,9,9,9,${i < 3}`,
      `IBM,${date},9,9,9,9,9,true`,
      ...(i === 3 ? [`MSFT,${date},9,9,9,9,9,false`] : []),
    ]);
    const text = `ticker,date,open,high,low,close,volume,is_final\n${rows.join('\n')}\n`;
    const market = marketOf({ 'prices.csv': text });
    expect(market.notRead('AAPL')).toEqual([expect.stringContaining('1 row of AAPL left out')]);
    expect(market.notRead('IBM')).toEqual([]);
    expect(() => market.intervals('MSFT')).toThrow(/prices.csv: no row of MSFT is final/);
  });

  it('are those too whose word is not understood, which is named with its line', () => {
    const words = ['true', 'maybe', 'false', 'unknown'];
    const market = marketOf({ 'AAPL.csv': file('is_final', words) });
    expect(stampsOf(market, 'AAPL')).toEqual(DATES.slice(0, 1));
    expect(market.notRead('AAPL')).toEqual([
      'AAPL.csv: 1 row of AAPL left out: is_final is false, the session was not settled when it was written',
      'AAPL.csv: 2 rows of AAPL left out: line 3: "maybe" in is_final is neither true nor false',
    ]);
    const none = marketOf({ 'AAPL.csv': file('is_final', ['so', 'so', 'so', 'so']) });
    expect(() => none.intervals('AAPL')).toThrow(
      'AAPL.csv: no row of AAPL is final (line 2: "so" in is_final is neither true nor false): nothing to read',
    );
  });

  it('are none where the column says so in any way', () => {
    for (const yes of ['true', 'True', '1', '1.0', 'yes', 'Y', '', 'NaN', 't']) {
      const market = marketOf({ 'AAPL.csv': file('is_final', [yes, yes, yes, yes]) });
      expect([yes, stampsOf(market, 'AAPL'), market.notRead('AAPL')]).toEqual([yes, DATES, []]);
    }
  });
});
