import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ALL, marketOf, thrown } from './folders.ts';

/** Daily rows of an export, each with a word about what it is adjusted for. */
function exported(words: readonly string[], column = 'adjusted', first = 2): string {
  const rows = words.map(
    (word, i) => `AAPL,2024-01-0${first + i},10,11,9,10.5,${i + 1},csv,true,false,${word}\n`,
  );
  return `ticker,ts,open,high,low,close,volume,source,is_final,outside_range,${column}\n${rows.join('')}`;
}

const refusalOf = (files: Record<string, string | Uint8Array>): string =>
  String((thrown(() => marketOf(files).rows('AAPL', '1d', ALL)) as Error | undefined)?.message);

describe('a file of adjusted prices', () => {
  it.each([
    ['all', 'splits and dividends'],
    ['splits', 'splits'],
    ['ALL', 'splits and dividends'],
  ])('that says so (%s) is refused with file, line and what to do', (word, what) => {
    expect(refusalOf({ 'p.csv': exported([word, word]) })).toMatch(
      new RegExp(
        `p\\.csv, line 2: its prices are adjusted for ${what} \\(column adjusted\\): a store has prices as `,
      ),
    );
  });

  it('is refused packed, and where only a later row says it', () => {
    expect(refusalOf({ 'p.csv.gz': gzipSync(exported(['all', 'all'])) })).toContain('line 2: its prices are');
    expect(refusalOf({ 'p.csv': exported(['', 'none', 'all']) })).toContain(
      'line 4: its prices are adjusted',
    );
  });

  it('is refused behind rows as traded', () => {
    const raw = exported(['', ''], 'note');
    expect(refusalOf({ 'p.csv': raw + exported(['all'], 'adjusted', 4) })).toContain(
      'line 4: this header differs from the first in having a column of the adjustment',
    );
  });

  it('is read where the column says no, or holds prices', () => {
    const no = ['', 'none', 'None', 'false', '0', 'no', 'raw', 'N/A'];
    expect(marketOf({ 'p.csv': exported(no) }).rows('AAPL', '1d', ALL)).toHaveLength(no.length);
    expect(marketOf({ 'p.csv': exported(['1', '10.4', '']) }).rows('AAPL', '1d', ALL)).toHaveLength(3);
    expect(marketOf({ 'p.csv': exported(['all', 'all'], 'what') }).rows('AAPL', '1d', ALL)).toHaveLength(2);
  });

  it.each(['true', '1', 'yes', 'Y', 'split', 'dividends', 'adjusted', 'junk', 'unknown', 'constructor'])(
    'may be one where the column says %s, and is refused with file, line and value',
    (word) => {
      expect(refusalOf({ 'p.csv': exported(['none', word]) })).toMatch(
        new RegExp(
          `p\\.csv, line 3: "${word}" does not say that its prices are as traded \\(column adjusted\\): `,
        ),
      );
    },
  );

  it('is refused for a word beside prices, but for none in a row that cannot be read', () => {
    expect(refusalOf({ 'p.csv': exported(['10.4', 'junk']) })).toContain('line 3: "junk"');
    const shifted = exported(['none', 'none', 'x']).replace('10,11,9,10.5,3', '10,11,x,10.5,3');
    expect(refusalOf({ 'p.csv': shifted })).toBe('undefined');
  });
});
