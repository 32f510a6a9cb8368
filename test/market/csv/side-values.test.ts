import { describe, expect, it } from 'vitest';
import { ALL, marketOf } from './folders.ts';

const HEADER = 'date,open,high,low,close,volume,vwap,trades\n';

describe('cells of vwap and trades that can be none', () => {
  it('are unknown and named with file, line and cell, and their rows are bars', () => {
    const rows = ['10,5', '10,3.7', '-72.4,6', '10,7', 'N/A,1e19', '10,1.2K'].map(
      (sides, i) => `2024-01-${String(8 + i).padStart(2, '0')},10,11,9,10,100,${sides}\n`,
    );
    const market = marketOf({ 'MSFT.csv': HEADER + rows.join('') });
    const read = market.rows('MSFT', '1d', ALL);
    expect(read.map(({ vwap }) => vwap)).toEqual([10, 10, null, 10, null, 10]);
    expect(read.map(({ trades }) => trades)).toEqual([5, null, 6, 7, null, 1200]);
    expect(read.flatMap(({ fault }) => fault ?? [])).toEqual([]);
    expect(market.notRead('MSFT')).toEqual([
      'MSFT.csv: 3 rows of MSFT with a value that is taken for unknown: line 3: "3.7" is no number of trades (trades); ' +
        'line 4: "-72.4" is no average of such a bar\'s prices (vwap); ' +
        'line 6: "1e19" is no number of trades (trades)',
    ]);
  });

  it('do not keep the other words of their rows from being read', () => {
    const row = (day: string, trades: string, word: string): string =>
      `2024-01-${day},10,11,9,10,100,10,${trades},${word}\n`;
    const rows = [row('08', '5', 'true'), row('09', '3.7', 'maybe'), row('10', '5', 'true')];
    const market = marketOf({ 'MSFT.csv': `${HEADER.trimEnd()},is_final\n${rows.join('')}` });
    expect(market.rows('MSFT', '1d', ALL)).toHaveLength(2);
  });

  it('are told of in so many words at most, and not where nothing was traded', () => {
    const row = (i: number, volume: number): string =>
      `2024-${String(1 + Math.floor(i / 28)).padStart(2, '0')}-${String(1 + (i % 28)).padStart(2, '0')},10,11,9,10,${volume},0,0\n`;
    const rows = Array.from({ length: 40 }, (_, i) => row(i, i < 20 ? 0 : 100));
    const [note = ''] = marketOf({ 'MSFT.csv': HEADER + rows.join('') }).notRead('MSFT');
    expect(note).toContain('20 rows of MSFT with a value');
    expect(note.match(/line \d+/g)).toHaveLength(3);
    expect(note).toMatch(/; and 17 rows more$/);
  });
});
