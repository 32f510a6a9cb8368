import { describe, expect, it } from 'vitest';
import type { FileRead } from '../../../src/market/csv/file-read.ts';
import { RecentReads } from '../../../src/market/csv/recent-reads.ts';
import type { FilesRead } from '../../../src/market/csv/series.ts';

/** What the files of a ticker hold, as far as it counts here. */
function readOf(...bars: readonly (number | null)[]): FilesRead {
  const files = bars.map((count) => ({ bars: count, refused: 0 }) as FileRead);
  return { series: [], told: [], notFinal: [], notes: [], files };
}

/** Asks for tickers with so many rows each, one after the other; gives those that were read. */
function readsFor(tickers: string, rows: Readonly<Record<string, readonly (number | null)[]>>): string {
  const reads = new RecentReads();
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
    const refused = new RecentReads();
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
});
