import { describe, expect, it } from 'vitest';
import { HEADER, marketOf, stampsOf } from './folders.ts';

/** A table of the row of one day. */
const table = (date: string): string => `${HEADER}\n${date},10,11,9,10.5,7\n`;

describe('files of one ticker that are named differently', () => {
  const [before, after] = [table('2024-01-08'), table('2024-01-09')];

  it('are told of, as they may be of two instruments', () => {
    const market = marketOf({ 'AAPL.csv': before, 'AAPL_XYZ.csv': after });
    expect(stampsOf(market, 'AAPL')).toHaveLength(2);
    const told =
      'read as one with AAPL.csv, as AAPL: AAPL_XYZ.csv (rename it if its XYZ is another instrument)';
    expect(market.notes).toEqual([told]);
    expect(market.unread.asides).toEqual([told]);
  });

  it('are told of in so many lines at most', () => {
    const names = Array.from({ length: 25 }, (_, i) => `A${i}`);
    const files = names.flatMap((name) => [
      [`${name}.csv`, before],
      [`${name}_ZZ.csv`, after],
    ]);
    const { notes } = marketOf(Object.fromEntries(files) as Record<string, string>);
    expect(notes).toHaveLength(21);
    expect(notes.at(-1)).toBe('and 5 more files of whose names a part is not read');
  });

  it('are told of where there is one, whose words no file of another ticker has', () => {
    const told = 'read as AAPL: AAPL_MSFT.csv (rename it if its MSFT is the instrument)';
    const notes = (...names: readonly string[]) =>
      marketOf(Object.fromEntries(names.map((name, i) => [name, i === 0 ? before : after]))).notes;
    expect(notes('AAPL_MSFT.csv')).toEqual([told]);
    expect(notes('AAPL_MSFT.csv', 'IBM.csv')).toEqual([told]);
    expect(notes('AAPL_IBM.csv')).toEqual([told.replaceAll('MSFT', 'IBM')]);
    expect(notes('AAPL_MSFT.csv', 'AAPL_MSFT_2023.csv')).toEqual([told]);
    expect(notes('AAPL_VEND.csv', 'MSFT_VEND.csv')).toEqual([]);
    for (const name of ['AAPL_US', 'AAPL_RAW', 'AAPL_data', 'AAPL_ETF', 'AAPL_USD', 'BATS_AAPL, 1D'])
      expect(notes(`${name}.csv`), name).toEqual([]);
    for (const name of ['DAT_ASCII_EURUSD_M1_202401', 'OANDA_EURUSD, 60', 'FX_IDC_EURUSD, 60'])
      expect(notes(`${name}.csv`), name).toEqual([]);
  });

  it.each([
    'AAPL_2023_1d.csv',
    'AAPL_JAN_DATA.csv',
    'BATS_AAPL, 1D.csv',
    'AAPL_US.csv',
    'AAPL_part2 (1).csv',
  ])('are not where dates, words, numbers or the exchange differ: %s', (name) => {
    expect(marketOf({ 'AAPL.csv': before, [name]: after }).notes).toEqual([]);
  });
});
