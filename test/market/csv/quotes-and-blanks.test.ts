import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lookThrough } from '../../../src/market/csv/files.ts';
import { SharedTables } from '../../../src/market/csv/shared-tables.ts';
import { FileStates } from '../../../src/market/csv/file-states.ts';
import { ALL, folderOf, HEADER, marketOf } from './folders.ts';

const rowsOf = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `2024-01-${String(8 + i).padStart(2, '0')},10,11,9,10.5,${70 + i}`);

describe('a quote in a file', () => {
  const reading = (lines: readonly string[]) => () =>
    marketOf({ 'KO.csv': `${[HEADER, ...lines].join('\n')}\n` }).rows('KO', '1d', ALL);
  const at = (i: number, cell: string): string[] => rowsOf(12).map((row, j) => (i === j ? cell : row));

  it('that nothing closes is named by the line on which it opens, in our words', () => {
    expect(reading(at(4, '"2024-01-12,10,11,9,10.5,74'))).toThrow(
      /KO\.csv, line 6: opens a quote \("\) that nothing closes: close or remove it$/,
    );
  });

  it('that ends within a field is named by its line, or by that on which it opens', () => {
    expect(reading(at(4, '"2024-01-12"x,10,11,9,10.5,74'))).toThrow(
      /line 6: has a quote \("\) that begins or ends within/,
    );
    const both = rowsOf(12).map((row, i) => (i === 4 || i === 8 ? `"${row}` : row));
    expect(reading(both)).toThrow(/line 6: has a quote/);
  });

  it('may hold a line end, or two quotes', () => {
    const noted = [`${HEADER},note`, ...rowsOf(3).map((row) => `${row},"a\nb ""c"""`)];
    expect(marketOf({ 'KO.csv': noted.join('\n') }).rows('KO', '1d', ALL)).toHaveLength(3);
  });
});

describe('a line of signs between fields alone', () => {
  it.each([
    ['plain', (row: string) => row],
    ['with quotes', (row: string) => row.replace(/^[^,]+/, '"$&"')],
  ])('is as good as an empty one: %s', (_what, written) => {
    const [one = '', two = '', ...rest] = rowsOf(6).map(written);
    const text = [HEADER, one, ',,,,,', two, ', , ,,,', '', ...rest, ',,,,,', ''].join('\n');
    const market = marketOf({ 'KO.csv': text });
    expect(market.rows('KO', '1d', ALL)).toHaveLength(6);
    expect(market.notRead('KO')).toEqual([]);
  });
});

describe('the name of a file', () => {
  it('is told in one line, whatever characters it has', () => {
    const market = marketOf({ 'M\nS\u001B[31m.csv': HEADER, 'KO.csv': `${HEADER}\n${rowsOf(1)[0]}\n` });
    expect(market.notes.join()).toContain('M\\u{a}S\\u{1b}[31m.csv');
    expect(market.notes.join()).not.toMatch(/\p{Cc}/u);
  });
});

describe('a folder within that cannot be read', () => {
  it('is the one that is named', () => {
    const folder = folderOf({ 'KO.csv': HEADER });
    const within = join(folder, 'sub');
    mkdirSync(within);
    chmodSync(within, 0);
    const look = (): unknown => lookThrough(folder, new SharedTables(new FileStates(), {}));
    // Nothing is closed to the superuser.
    if (spawnSync('ls', [within]).status === 0) expect(look).not.toThrow();
    else expect(look).toThrow(`"${within}" cannot be read: the user who runs this has no right to it`);
    chmodSync(within, 0o700);
  });
});
