import { describe, expect, it } from 'vitest';
import { coverageText } from '../../src/report/coverage-text.ts';
import { monthStrip } from '../../src/report/coverage-strip.ts';
import { reportCoverage } from '../../src/report/coverage.ts';
import type { SeriesState } from '../../src/store/scan.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { Coverage } from '../../src/core/coverage/coverage.ts';
import { absence, days } from '../store/fixtures.ts';
import { state } from './october.ts';

const YEAR = days('2025-01-01', '2026-01-01');
const JUDGED = { range: YEAR, settled: parseDay('2025-12-31'), now: Date.UTC(2026, 0, 2) };
const reportOf = (...states: readonly SeriesState[]) =>
  reportCoverage(
    { series: new Map(states.map((one) => [one.series.ticker, one])), actions: new Map(), setAside: [] },
    () => JUDGED,
  );
const marksOf = (known: Partial<Coverage>, room = 40): string => {
  const { series } = reportOf(state('A', known));
  return monthStrip(series, room)?.marks(series[0]!) ?? 'none';
};

describe('the months of a series', () => {
  it('have a mark each, of the worst in them', () => {
    const present = [
      days('2025-01-01', '2025-02-28'),
      days('2025-03-01', '2025-12-20'),
      days('2025-12-22', '2026-01-01'),
    ];
    expect(marksOf({ present: [YEAR] })).toBe('████████████');
    // The last Friday of February is missing; of December nothing, for the days between are no sessions.
    expect(marksOf({ present })).toBe('█░██████████');
    expect(marksOf({ present: [days('2025-02-01', '2025-11-01')] })).toBe('·█████████··');
    expect(marksOf({ present: [YEAR], provisional: [days('2025-12-31', '2026-01-01')] })).toBe(
      '███████████▓',
    );
    expect(
      marksOf({
        present: [YEAR],
        lacking: [{ ...days('2025-06-03', '2025-06-04'), by: absence(YEAR, { reason: 'rejected' }).by }],
      }),
    ).toBe('█████▒██████');
  });

  it('tell a hole from what could not trade', () => {
    const gap = days('2025-04-01', '2025-05-02');
    const around = [days('2025-01-01', '2025-04-01'), days('2025-05-02', '2026-01-01')];
    expect(marksOf({ present: around, absent: [absence(gap, { reason: 'vendor-empty' })] })).toBe(
      '███▒▒███████',
    );
    expect(marksOf({ present: around, absent: [absence(gap, { reason: 'halted' })] })).toBe('███ ████████');
    const before = days('2025-01-01', '2025-05-02');
    const listed = { present: [around[1]!], absent: [absence(before, { reason: 'pre-listing' })] };
    expect(marksOf(listed)).toBe('    ████████');
  });

  it('share a mark where there are more than there is room', () => {
    const { series } = reportOf(state('A', { present: [days('2025-03-01', '2026-01-01')] }));
    const long = { ...JUDGED, range: days('2024-01-01', '2026-01-01') };
    const of = reportCoverage(
      {
        series: new Map([['A', state('A', { present: [days('2024-06-01', '2026-01-01')] })]]),
        actions: new Map(),
        setAside: [],
      },
      () => long,
    ).series;
    expect(monthStrip(of, 15)?.marks(of[0]!)).toBe('··░█████████');
    expect(monthStrip(of, 15)?.legend).toContain('2024-01–2025-12, 2 months a mark: ');
    expect(monthStrip(of, 24)?.marks(of[0]!)).toBe(`${'·'.repeat(5)}${'█'.repeat(19)}`);
    expect(monthStrip(series, 14)).toBeUndefined();
  });
});

describe('a report on a terminal', () => {
  const report = reportOf(
    state('A', { present: [YEAR] }),
    state('B', { present: [days('2025-02-01', '2025-11-01')] }),
  );
  const on = (columns: number) =>
    coverageText(report, { missing: false }, { columns, isWhole: false, hasColours: false });

  it('has the months in a last column where there is room', () => {
    const [head, b, a, legend] = on(100);
    expect(head).toMatch(/ FETCHED +2025-01–2025-12$/);
    expect(b).toMatch(/^B .* ·█████████··$/);
    expect(a).toMatch(/^A .* ████████████$/);
    expect(legend).toBe(
      '2025-01–2025-12, a month a mark: █ final, ▓ not final yet, ▒ lacks bars, ░ partly unknown, · unknown',
    );
  });

  it('has them below what is not complete where there is little, and none where all is', () => {
    expect(on(80).slice(1, 4)).toEqual([
      expect.stringMatching(/^B /),
      '  ·█████████··',
      expect.stringMatching(/^A /),
    ]);
    for (const line of on(60)) expect(line.length).toBeLessThanOrEqual(60);
    expect(coverageText(report, { missing: false }).join('\n')).not.toContain('█');
  });
});
