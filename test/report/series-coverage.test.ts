import { describe, expect, it } from 'vitest';
import { parseDay } from '../../src/core/session/day.ts';
import { reportCoverage } from '../../src/report/coverage.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import type { Scan } from '../../src/store/scan.ts';
import { absence, days } from '../store/fixtures.ts';
import { OCTOBER_JUDGED, report, state, WHOLE } from './october.ts';

describe('the coverage of a series', () => {
  it('is the part of its sessions that is final, and says what is provisional', () => {
    const [one] = report(
      state('ALFA', { present: WHOLE, provisional: [days('2026-10-29', '2026-10-31')] }),
    ).series;
    expect(one).toMatchObject({ expected: 22, present: 22, provisional: 2, missing: 0, coverage: 90.9 });
    expect(one).toMatchObject({ first: '2026-10-01', last: '2026-10-30' });
  });

  it('says of a bar whose session goes on that it is not the last word', () => {
    const known = state('ALFA', { present: WHOLE, provisional: [days('2026-10-29', '2026-10-31')] });
    const open = { ...OCTOBER_JUDGED, settled: parseDay('2026-10-29') };
    const scan: Scan = { series: new Map([['ALFA 1d', known]]), actions: new Map(), setAside: [] };
    const lines = coverageText(
      reportCoverage(scan, () => open),
      { missing: false },
    );
    expect(lines.filter((line) => line.includes('provisional '))).toEqual([
      '  provisional 1: 2026-10-29 (not final: fetched again, or confirmed by the next answer)',
      '  provisional 1: not settled yet, fetched again once it is',
    ]);
  });

  it('leaves out sessions on which nobody could trade, not those that a vendor lacks', () => {
    const present = [days('2026-10-01', '2026-10-24')];
    const of = (reason: 'no-trades' | 'halted' | 'vendor-empty' | 'rejected') =>
      report(state('ALFA', { present, absent: [absence(days('2026-10-24', '2026-10-31'), { reason })] }))
        .series[0]?.coverage;
    expect([of('no-trades'), of('halted')]).toEqual([100, 100]);
    expect([of('vendor-empty'), of('rejected')]).toEqual([77.27, 77.27]);
  });

  it('never rounds up to 100, and is none where nothing was expected', () => {
    expect(report().totals.coverage).toBeNull();
    const many = Array.from({ length: 1000 }, (_, i) => state(`T${i}`, { present: WHOLE }));
    const one = state('ALFA', { present: [days('2026-10-01', '2026-10-30')] });
    expect(report(...many, one).totals.coverage).toBe(99.99);
  });

  it('counts in the totals only where the calendar is known', () => {
    const { totals } = report(state('ALFA', { present: WHOLE }), state('ODD.XX', {}, 'weekdays'));
    expect(totals).toMatchObject({ series: 2, advisory: 1, expected: 22, missing: 0, coverage: 100 });
  });

  it('counts in the totals where not one bar is stored, be the calendar a guess: a misspelt ticker is lacking', () => {
    const none = { ...state('GOOGLL', {}, 'weekdays'), rows: 0, fetchedAt: null };
    const unknown = [absence(days('2026-10-01', '2026-10-31'), { reason: 'unknown-ticker' })];
    const asked = { ...state('NOSUCH', { absent: unknown }, 'weekdays'), rows: 0 };
    for (const one of [none, asked]) {
      const found = report(state('ALFA', { present: WHOLE }), one);
      expect(found.totals).toMatchObject({ series: 2, advisory: 0, expected: 44, complete: 1, coverage: 50 });
      expect(coverageText(found, { missing: false })[1]).toMatch(
        new RegExp(`^${one.series.ticker} .* 0\\.00%`),
      );
    }
  });

  it('leaves a series out of the totals that was not listed yet, by a guess', () => {
    const before = [absence(days('2026-10-01', '2026-10-31'), { reason: 'pre-listing' })];
    const { totals } = report({ ...state('NEWIPO', { absent: before }, 'weekdays'), rows: 0 });
    expect(totals).toMatchObject({ series: 1, advisory: 1, complete: 0, expected: 0 });
  });

  it('leaves a series out of the totals of which a file is damaged and the calendar a guess', () => {
    const file = { path: 'x', reason: 'cut', ticker: 'GOOGLL', interval: '1d' as const };
    const scan: Scan = { series: new Map(), actions: new Map(), setAside: [file] };
    expect(reportCoverage(scan, () => OCTOBER_JUDGED).totals).toMatchObject({
      advisory: 1,
      damaged: 1,
      expected: 0,
    });
  });

  it('names absences as far as the range goes, with their evidence', () => {
    const around = absence(days('2026-09-01', '2026-10-06'), { reason: 'pre-listing', note: 'so it says' });
    const [one] = report(state('ALFA', { absent: [around] })).series;
    expect(one?.absences).toEqual([
      {
        ...{ from: '2026-10-01', to: '2026-10-05', sessions: 3, reason: 'pre-listing', provider: 'sample' },
        ...{ checkedAt: '2026-03-02T12:00:00.000Z', nextRetryAt: null, attempts: 1, note: 'so it says' },
      },
    ]);
    const after = absence(days('2026-10-29', '2026-11-20'), { reason: 'delisted' });
    expect(report(state('ALFA', { absent: [after] })).series[0]?.absences).toMatchObject([
      { from: '2026-10-29', to: '2026-10-30', sessions: 2 },
    ]);
    expect(one?.missingSessions).toHaveLength(19);
    expect(one?.missingSessions[0]).toBe('2026-10-06');
  });
});
