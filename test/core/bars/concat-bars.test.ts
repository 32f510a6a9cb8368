import { describe, expect, it } from 'vitest';
import { barsOf, rowsOf, storedBarsOf, storedRowsOf } from '../../../src/core/bars/bar-builder.ts';
import type { Bar } from '../../../src/core/bars/bars.ts';
import { NO_BARS } from '../../../src/core/bars/columns.ts';
import { concatBars } from '../../../src/core/bars/concat-bars.ts';

const bar = (ts: number, change: Partial<Bar> = {}): Bar => ({
  ...{ ts, open: 10, high: 12, low: 9, close: 11, volume: 100, vwap: null, trades: null },
  ...{ source: 'yahoo', fetchedAt: 5 },
  ...change,
});

describe('bars one after the other', () => {
  it('are all of them, with what is known of some only', () => {
    const parts = [
      [bar(1, { source: 'csv' }), bar(2)],
      [],
      [bar(3, { vwap: 10.5 }), bar(4, { trades: 7, source: 'csv', fetchedAt: 9 })],
      [bar(5, { volume: Number.NaN, source: 'sample' })],
    ];
    const whole = concatBars(parts.map(storedBarsOf));
    expect(storedRowsOf(whole)).toEqual(parts.flat());
    expect(whole.source.names).toEqual([...new Set(whole.source.names)]);
  });

  it('are the same object where there is one part, and none where there is none', () => {
    const only = storedBarsOf([bar(1)]);
    expect(concatBars([NO_BARS, only])).toBe(only);
    expect(concatBars([])).toBe(NO_BARS);
  });

  it('know no source where one of them has none', () => {
    const rows = [bar(1), bar(2, { vwap: 10.5 })].map(
      ({ source: _source, fetchedAt: _fetchedAt, ...row }) => row,
    );
    const [first, second] = rows.map((row) => barsOf([row]));
    const whole = concatBars([first ?? NO_BARS, second ?? NO_BARS]);
    expect(rowsOf(whole)).toEqual(rows);
    expect(Object.keys(concatBars([storedBarsOf([bar(0)]), first ?? NO_BARS]))).toEqual(Object.keys(whole));
    expect(whole).not.toHaveProperty('source');
  });

  it('have a column of what no bar has only where one of them has it', () => {
    expect(concatBars([storedBarsOf([bar(1)]), storedBarsOf([bar(2)])])).toMatchObject({
      vwap: null,
      trades: null,
    });
  });
});
