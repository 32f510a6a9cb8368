import { describe, expect, it } from 'vitest';
import { NOTHING_KNOWN } from '../../src/core/coverage/coverage.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { type CoverageReport, reportCoverage } from '../../src/report/coverage.ts';
import { coverageText, staleHint } from '../../src/report/coverage-text.ts';
import type { Scan, SeriesState } from '../../src/store/scan.ts';
import { absence, days } from '../store/fixtures.ts';
import { OCTOBER_JUDGED, report, state, WHOLE } from './october.ts';

describe('the report of coverage', () => {
  it('is a table in order of tickers, aligned, within 80 columns', () => {
    const [head = '', first = '', second = '', ...rest] = coverageText(
      report(state('LONGNAME', { present: WHOLE }), state('ALFA', { present: WHOLE }, 'XNYS', '1h')),
      { missing: false },
    );
    expect([first.slice(0, 12), second.slice(0, 12)]).toEqual(['ALFA     1h ', 'LONGNAME 1d ']);
    expect(new Set([head, first, second].map((line) => line.lastIndexOf(' '))).size).toBe(1);
    for (const line of [head, first, second, ...rest]) expect(line.length).toBeLessThanOrEqual(80);
    expect(rest).toEqual([
      '',
      'Series: 2  Complete: 2  Expected: 44  Present: 44',
      'Absent: 0  Missing: 0  Coverage: 100.0%',
    ]);
  });

  it('names four runs of a reason and four notes, and counts the others', () => {
    const gap = (date: string) =>
      absence(days(`2026-10-${date}`, `2026-10-${Number(date) + 1}`), {
        reason: 'rejected',
        note: `fault of ${date}`,
      });
    const four = ['12', '14', '16', '20'].map(gap);
    const named = 'rejected 4: 2026-10-12, 2026-10-14, 2026-10-16, 2026-10-20 (sample, 2026-03-02)';
    expect(coverageText(report(state('ALFA', { absent: four })), { missing: false }).slice(2, 7)).toEqual([
      `  ${named}`,
      ...['12', '14', '16', '20'].map((date) => `    fault of ${date}`),
    ]);
    const lines = coverageText(report(state('ALFA', { absent: [...four, gap('22')] })), { missing: false });
    expect(lines[2]).toContain('rejected 5: 2026-10-12, 2026-10-14, 2026-10-16, 2026-10-20, and 1 more (');
    expect(lines.filter((line) => line.startsWith('    fault'))).toHaveLength(4);
  });

  it('tells sessions in a row as one run, over closed days and whenever they were answered for', () => {
    const piece = (from: string, to: string, more: object) =>
      absence(days(from, to), { reason: 'vendor-empty', ...more });
    const one = report(
      state('ALFA', {
        absent: [
          piece('2026-10-05', '2026-10-10', {}),
          piece('2026-10-12', '2026-10-17', { checkedAt: Date.UTC(2026, 2, 2, 13) }),
          piece('2026-10-20', '2026-10-21', {}),
        ],
      }),
    );
    expect(coverageText(one, { missing: false })[2]).toBe(
      '  vendor-empty 11: 2026-10-05..2026-10-16 (10 sessions), 2026-10-20 (sample, 2026-03-02)',
    );
  });

  it('lists missing sessions on demand, as runs of sessions', () => {
    const one = report(state('ALFA', { present: [days('2026-10-10', '2026-10-31')] }));
    expect(coverageText(one, { missing: false }).join()).not.toContain('missing 2026');
    expect(coverageText(one, { missing: true })[2]).toBe('  missing 7: 2026-10-01..2026-10-09');
    const split = report(
      state('ALFA', { present: [days('2026-10-06', '2026-10-08'), days('2026-10-09', '2026-10-31')] }),
    );
    expect(split.series[0]?.missingRuns).toEqual([
      { from: '2026-10-01', to: '2026-10-05', sessions: 3 },
      { from: '2026-10-08', to: '2026-10-08', sessions: 1 },
    ]);
    expect(coverageText(split, { missing: true })[2]).toBe(
      '  missing 4: 2026-10-01..2026-10-05 (3 sessions), 2026-10-08',
    );
  });

  it('asks about sessions that no series of an exchange has', () => {
    const present = [days('2026-10-01', '2026-10-14'), days('2026-10-15', '2026-10-31')];
    const absent = [absence(days('2026-10-14', '2026-10-15'), { reason: 'vendor-empty' })];
    const lacking = ['ALFA', 'BRIQ', 'CORV'].map((ticker) => state(ticker, { present, absent }));
    const suspected = report(...lacking);
    expect(suspected.suspectedClosures).toEqual([{ calendar: 'XNYS', session: '2026-10-14', tickers: 3 }]);
    const question = 'XNYS 2026-10-14: none of 3 tickers has it; was the exchange closed that day?';
    expect(coverageText(suspected, { missing: false })).toContain(question);
    const held = report(...lacking, state('DUNO', { present: WHOLE }));
    expect(coverageText(held, { missing: false }).join()).not.toContain('was the exchange closed');
  });

  it('says which series follow no known calendar, and counts them nowhere', () => {
    const lines = coverageText(report(state('ODD.XX', { present: WHOLE }, 'weekdays')), { missing: false });
    expect(lines[2]).toBe('  no calendar for this exchange: expected is a guess (weekdays)');
    expect(lines.slice(-3)).toEqual([
      'Series: 1  Complete: 0  Expected: 0  Present: 0',
      'Absent: 0  Missing: 0  Coverage: -',
      '1 series without a known calendar left out of the totals',
    ]);
  });

  it('names what could not be read, even where nothing else is', () => {
    const setAside = [{ path: 'a', reason: 'b', ticker: 'GONE', interval: null }];
    const scan: Scan = { series: new Map(), actions: new Map(), setAside };
    expect(
      coverageText(
        reportCoverage(scan, () => OCTOBER_JUDGED),
        { missing: false },
      ),
    ).toContain('unreadable: a: b');
    expect(coverageText(report(), { missing: false })).toEqual(['The store has no series.']);
  });
});

describe('a series with a file that cannot be read', () => {
  const OCTOBER = [days('2026-10-01', '2026-10-31')];
  const whole = (ticker: string, interval: Interval = '1d'): SeriesState =>
    state(ticker, { present: OCTOBER }, 'XNYS', interval);
  const withDamage = (states: readonly SeriesState[], setAside: Scan['setAside']): CoverageReport => {
    const series = new Map(states.map((one) => [`${one.series.ticker} ${one.series.interval}`, one]));
    return reportCoverage({ series, actions: new Map(), setAside }, () => OCTOBER_JUDGED);
  };
  const linesOf = (one: CoverageReport): string[] => coverageText(one, { missing: false });

  it('is damaged, not complete, though nothing of its other files is missing', () => {
    const file = { path: 'p/2025', reason: 'cut', ticker: 'ALFA', interval: '5m' as const };
    const lines = linesOf(withDamage([whole('ALFA', '5m'), whole('ALFA'), whole('BRIQ')], [file]));
    expect(lines.at(-2)).toBe('Series: 3  Complete: 2  Damaged: 1  Expected: 66  Present: 66');
    expect(lines.filter((line) => line.includes('p/2025'))).toEqual([
      '  damaged: p/2025',
      'unreadable: p/2025: cut',
    ]);
  });

  it('stands in the report though it has no other file', () => {
    const file = { path: 'p', reason: 'cut', ticker: 'LOST', interval: '1d' as const };
    const { series, totals } = withDamage([whole('ALFA')], [file, { ...file, path: 'q' }]);
    expect(series.map(({ ticker, damaged }) => [ticker, damaged])).toEqual([
      ['ALFA', []],
      ['LOST', ['p', 'q']],
    ]);
    expect(totals).toMatchObject({ series: 2, damaged: 1 });
  });

  it('is every series of the ticker whose splits and dividends it has', () => {
    const file = { path: 'a', reason: 'cut', ticker: 'ALFA', interval: null };
    const { totals } = withDamage([whole('ALFA', '5m'), whole('ALFA'), whole('BRIQ')], [file]);
    expect(totals).toMatchObject({ series: 3, damaged: 2 });
  });
});

describe('the hint of a stale store', () => {
  const until = (ticker: string, end: string) => state(ticker, { present: [days('2026-10-01', end)] });

  it('names the last bar if all that is missing is later', () => {
    const hint = staleHint(report(until('ALFA', '2026-10-16'), until('BRIQ', '2026-10-17')));
    expect(hint).toBeUndefined();
    expect(staleHint(report(until('ALFA', '2026-10-17'), until('BRIQ', '2026-10-17')))).toBe(
      'All that is missing is later than 2026-10-16, the last bar; --end 2026-10-16 judges the history alone.',
    );
    expect(staleHint(report(until('ALFA', '2026-10-17'), state('BRIQ', { present: WHOLE })))).toBeUndefined();
  });

  it('does not mind a series that is explained to the end', () => {
    const present = [days('2026-10-01', '2026-10-10')];
    const absent = [absence(days('2026-10-10', '2026-10-31'), { reason: 'delisted' })];
    const hint = staleHint(report(until('ALFA', '2026-10-17'), state('GONE', { present, absent })));
    expect(hint).toContain('--end 2026-10-16');
  });

  it('is not given where something is missing before, where nothing is, or where nothing is known', () => {
    const holed = state('ALFA', { present: [days('2026-10-02', '2026-10-17')] });
    expect(staleHint(report(holed))).toBeUndefined();
    expect(staleHint(report(state('ALFA', { present: WHOLE })))).toBeUndefined();
    expect(staleHint(report(state('ALFA', NOTHING_KNOWN)))).toBeUndefined();
    expect(staleHint(report())).toBeUndefined();
  });
});
