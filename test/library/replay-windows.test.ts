import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDay, parseDay } from '../../src/core/session/day.ts';
import { replayWindows, type Stretch } from '../../src/library/replay-windows.ts';

function stretch(from: string, to: string, rows: number): Stretch {
  return { days: { from: parseDay(from), to: parseDay(to) }, rows };
}

function dates(stretches: readonly Stretch[], most?: number): string[] {
  return replayWindows(stretches, most).map(({ from, to }) => `${formatDay(from)} ${formatDay(to)}`);
}

describe('the windows of a replay', () => {
  it('are one where all bars may be in memory', () => {
    const both = [stretch('2021-11-29', '2025-03-01', 800), stretch('2024-01-01', '2026-11-28', 700)];
    expect(dates(both)).toEqual(['2021-11-29 2026-11-28']);
  });

  it('are of days where a month is too much, and never less than one', () => {
    const ten = stretch('2026-01-30', '2026-02-09', 1000);
    expect(dates([ten], 399)).toEqual([
      '2026-01-30 2026-02-02',
      '2026-02-02 2026-02-05',
      '2026-02-05 2026-02-08',
      '2026-02-08 2026-02-09',
    ]);
    expect(dates([ten], 1)).toHaveLength(10);
  });

  it('are whole months, or years, where that many bars may be in memory', () => {
    const year = stretch('2025-01-15', '2026-01-15', 365);
    expect(dates([year], 99)).toEqual([
      '2025-01-15 2025-04-01',
      '2025-04-01 2025-07-01',
      '2025-07-01 2025-10-01',
      '2025-10-01 2026-01-01',
      '2026-01-01 2026-01-15',
    ]);
    const years = stretch('2020-06-01', '2026-06-01', 6 * 365);
    expect(dates([years], 2 * 366 + 20)).toEqual([
      '2020-06-01 2022-01-01',
      '2022-01-01 2024-01-01',
      '2024-01-01 2026-01-01',
      '2026-01-01 2026-06-01',
    ]);
  });

  it('are none of nothing', () => {
    expect(replayWindows([])).toEqual([]);
  });

  it('follow each other from the first day to the last', () => {
    const day = fc.integer({ min: 18_000, max: 21_000 });
    const some = fc.record({
      from: day,
      length: fc.integer({ min: 1, max: 900 }),
      rows: fc.integer({ min: 1, max: 9000 }),
    });
    fc.assert(
      fc.property(
        fc.array(some, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 20_000 }),
        (all, most) => {
          const stretches = all.map(({ from, length, rows }) => ({
            days: { from, to: from + length },
            rows,
          }));
          const windows = replayWindows(stretches, most);
          expect(windows[0]?.from).toBe(Math.min(...stretches.map(({ days }) => days.from)));
          expect(windows.at(-1)?.to).toBe(Math.max(...stretches.map(({ days }) => days.to)));
          for (const [i, { from, to }] of windows.entries()) {
            expect(from).toBeLessThan(to);
            if (i > 0) expect(from).toBe(windows[i - 1]?.to);
          }
        },
      ),
    );
  });
});
