import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { csvFolderMarket } from '../../../src/market/csv-folder.ts';
import type { FileRead } from '../../../src/market/csv/file-read.ts';
import { RecentReads } from '../../../src/market/csv/recent-reads.ts';
import type { FilesRead } from '../../../src/market/csv/series.ts';
import { ALL, fileOf, folderOf } from './folders.ts';

/** What the files of a ticker hold, as far as it counts here. */
function readOf(...bars: readonly (number | null)[]): FilesRead {
  const files = bars.map((count) => ({ bars: count, refused: 0 }) as FileRead);
  return { series: [], told: [], notFinal: [], notes: [], files, currency: null, steps: [] };
}

/** Asks for tickers with so many rows each, one after the other; gives those that were read. */
function readsFor(tickers: string, rows: Readonly<Record<string, readonly (number | null)[]>>): string {
  const reads = new RecentReads(100_000);
  let read = '';
  for (const ticker of tickers) {
    const given = reads.of(ticker, () => {
      read += ticker;
      return readOf(...(rows[ticker] ?? []));
    });
    expect(given).toEqual(readOf(...(rows[ticker] ?? [])));
  }
  return read;
}

describe('what was read of the tickers of a folder', () => {
  it('is kept as long as all together have few rows', () => {
    expect(readsFor('ABCABC', { A: [40_000], B: [20_000, 20_000], C: [20_000] })).toBe('ABC');
  });

  it('is let go in the order of the last use once there are more', () => {
    expect(readsFor('ABACACB', { A: [40_000], B: [40_000], C: [40_000] })).toBe('ABCB');
  });

  it('is let go of several tickers where the next one has many', () => {
    expect(readsFor('ABCDDCBA', { A: [30_000], B: [30_000], C: [30_000], D: [70_000] })).toBe('ABCDBA');
  });

  it('is kept of one ticker, however many rows it has', () => {
    expect(readsFor('AAABBA', { A: [5_000_000], B: [1] })).toBe('ABA');
  });

  it('counts rows that are refused, and none of files that are read when they are asked for', () => {
    const refused = new RecentReads(100_000);
    const many: FilesRead = { ...readOf(), files: [{ bars: 0, refused: 100_001 } as FileRead] };
    let read = 0;
    for (const ticker of 'ABA') {
      refused.of(ticker, () => {
        read++;
        return ticker === 'A' ? many : readOf(1);
      });
    }
    expect(read).toBe(3);
    expect(readsFor('ABCABC', { A: [null], B: [null, null], C: [100_000] })).toBe('ABC');
  });

  it('is read from its files again once it was let go', () => {
    const days = ['2024-01-08', '2024-01-09', '2024-01-10'];
    const files = { 'AAPL.csv': fileOf(days.slice(1)), 'MSFT.csv': fileOf(days.slice(1)) };
    const folder = folderOf(files);
    const market = csvFolderMarket(folder, null, 'start', {}, 3);
    const rows = (ticker: string): number => market.rows(ticker, '1d', ALL).length;
    expect([rows('AAPL'), rows('MSFT')]).toEqual([2, 2]);
    for (const name of Object.keys(files)) writeFileSync(join(folder, name), fileOf(days));
    expect([rows('MSFT'), rows('AAPL'), rows('MSFT')]).toEqual([2, 3, 3]);
  });
});
