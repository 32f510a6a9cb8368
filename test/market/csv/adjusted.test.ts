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

  it('is read where the column says nothing of that kind', () => {
    expect(
      marketOf({ 'p.csv': exported(['', 'none', 'true', '10.4']) }).rows('AAPL', '1d', ALL),
    ).toHaveLength(4);
    expect(marketOf({ 'p.csv': exported(['all', 'all'], 'what') }).rows('AAPL', '1d', ALL)).toHaveLength(2);
  });
});
