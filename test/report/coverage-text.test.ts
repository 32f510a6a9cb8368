import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { UNKNOWN_IDENTITY } from '../../src/core/bars/bars.ts';
import { type Coverage, NOTHING_KNOWN } from '../../src/core/coverage/coverage.ts';
import { parseDay } from '../../src/core/session/day.ts';
import type { Interval } from '../../src/core/session/interval.ts';
import { type CoverageReport, reportCoverage } from '../../src/report/coverage.ts';
import type { Judged } from '../../src/report/series-coverage.ts';
import { coverageText, staleHint } from '../../src/report/coverage-text.ts';
import { widthOf } from '../../src/report/page.ts';
import type { Scan, SeriesState } from '../../src/store/scan.ts';
import { absence, coverage, days } from '../store/fixtures.ts';

/** All of October, which has settled. */
const OCTOBER_JUDGED: Judged = {
  range: days('2026-10-01', '2026-10-31'),
  settled: parseDay('2026-10-30'),
  now: Date.UTC(2026, 9, 31, 12),
};

/** A series of New York unless said otherwise, judged from 2026-10-01 to 2026-10-30: 22 sessions. */
function state(
  ticker: string,
  known: Partial<Coverage>,
  calendar = 'XNYS',
  interval: Interval = '1d',
): SeriesState {
  const about = { series: { ticker, interval }, calendar, coverage: coverage(known) };
  return { ...about, identity: UNKNOWN_IDENTITY, rows: 7, fetchedAt: Date.UTC(2026, 9, 31) };
}

function report(...states: readonly SeriesState[]): CoverageReport {
  const series = new Map(states.map((one) => [`${one.series.ticker} ${one.series.interval}`, one]));
  const scan: Scan = { series, actions: new Map(), setAside: [] };
  return reportCoverage(scan, () => OCTOBER_JUDGED);
}

const WHOLE = [days('2026-10-01', '2026-10-31')];

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

describe('the report of many series', () => {
  const screen = { columns: 80, isWhole: false, hasColours: false };
  const complete = (count: number) =>
    Array.from({ length: count }, (_, i) => state(`OK${String(i).padStart(5, '0')}`, { present: WHOLE }));
  const lacking = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      state(`BAD${String(i).padStart(5, '0')}`, { present: [days('2026-10-01', '2026-10-20')] }),
    );

  it('lists all of forty series, and of more those that are not complete, with what is left', () => {
    const of = (...states: readonly SeriesState[]) =>
      coverageText(report(...states), { missing: false }, screen);
    expect(of(...complete(40)).filter((line) => line.startsWith('OK'))).toHaveLength(40);
    const more = of(...complete(41), ...lacking(2));
    expect(more.slice(1, 5)).toEqual([
      expect.stringMatching(/^BAD00000 /),
      expect.stringMatching(/^BAD00001 /),
      '… and 41 complete: --all lists them',
      '',
    ]);
    expect(of(...complete(41))[0]).toBe('All 41 complete: --all lists them');
  });

  it('ends on a screen of 24 lines with its totals, however many series are not complete', () => {
    const lines = coverageText(report(...complete(5000), ...lacking(5000)), { missing: true }, screen);
    expect(lines.length).toBeLessThan(60);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines.slice(-8)).toEqual([
      '  missing 9: 2026-10-20..2026-10-30',
      '… and 4,980 not complete, 5,000 complete: --all lists them',
      '',
      'CALENDAR SERIES COMPLETE     EXP    PRES ABS   MISS  COVER',
      'XNYS     10,000    5,000 220,000 175,000   0 45,000 79.54%',
      '',
      'Series: 10,000  Complete: 5,000  Expected: 220,000  Present: 175,000',
      'Absent: 0  Missing: 45,000  Coverage: 79.54%',
    ]);
  });

  it('lists every series in a pipe, or with --all', () => {
    const lines = coverageText(report(...complete(5000), ...lacking(50)), { missing: false });
    expect(lines.filter((line) => /^(OK|BAD)/.test(line))).toHaveLength(5050);
  });

  it('can leave out what is complete, but never out of the totals', () => {
    const all = report(...complete(3), ...lacking(1));
    const lines = coverageText(all, { missing: false, onlyIncomplete: true });
    expect(lines.filter((line) => /^(OK|BAD)/.test(line))).toEqual([expect.stringMatching(/^BAD00000 /)]);
    expect(lines.at(-2)).toContain('Series: 4  Complete: 3');
    const none = coverageText(report(...complete(3)), { missing: false, onlyIncomplete: true });
    expect(none[0]).toBe('No series is incomplete.');
    expect(none.slice(1)).toEqual(coverageText(report(...complete(3)), { missing: false }).slice(-3));
  });

  it('has the worst series first: damaged, then lacking, unavailable, provisional, with holes, then by a guess', () => {
    const holes = absence(days('2026-10-20', '2026-10-21'), { reason: 'vendor-empty' });
    const present = [days('2026-10-01', '2026-10-20'), days('2026-10-21', '2026-10-31')];
    const unknown = absence(days('2026-10-01', '2026-10-31'), { reason: 'unknown-ticker' });
    const states = [
      state('A-WHOLE', { present: WHOLE }),
      state('B-HOLES', { present, absent: [holes] }),
      state('C-OPEN', { present: WHOLE, provisional: [days('2026-10-29', '2026-10-31')] }),
      state('D-UNKNOWN', { absent: [unknown] }),
      state('E-LACKING', { present: [days('2026-10-01', '2026-10-30')] }),
      state('F-WORSE', { present: [days('2026-10-01', '2026-10-10')] }),
      state('G-DAMAGED', { present: WHOLE }),
      state('H-GUESS.XX', { present: [days('2026-10-01', '2026-10-10')] }, 'weekdays'),
    ];
    const series = new Map(states.map((one) => [`${one.series.ticker} 1d`, one]));
    const setAside = [{ path: 'p', reason: 'cut', ticker: 'G-DAMAGED', interval: '1d' as const }];
    const made = reportCoverage({ series, actions: new Map(), setAside }, () => OCTOBER_JUDGED);
    const order = coverageText(made, { missing: false }).flatMap((line) => /^([A-H])-/.exec(line)?.[1] ?? []);
    expect(order.join('')).toBe('GFEDCBHA');
  });

  it('has the intervals of a ticker by their length', () => {
    const intervals = (['1d', '15m', '1h', '1m', '5m'] as const).map((interval) =>
      state('ALFA', { present: WHOLE }, 'XNYS', interval),
    );
    const made = report(...intervals);
    expect(made.series.map(({ interval }) => interval)).toEqual(['1m', '5m', '15m', '1h', '1d']);
    const lines = coverageText(made, { missing: false }).slice(1, 6);
    expect(lines.map((line) => line.split(/ +/)[1])).toEqual(['1m', '5m', '15m', '1h', '1d']);
  });

  it('is coloured only where the page has colours, and the same but for them', () => {
    const made = report(...complete(1), ...lacking(1));
    const plain = coverageText(made, { missing: true }, screen);
    const coloured = coverageText(made, { missing: true }, { ...screen, hasColours: true });
    expect(plain.join('')).not.toContain('\u001B');
    expect(coloured[1]).toBe(`\u001B[31m${plain[1]}\u001B[39m`);
    expect(coloured[3]).toBe(plain[3]);
    expect(coloured.map((line) => stripVTControlCharacters(line))).toEqual(plain);
  });

  it.each([80, 60])('is never wider than %i columns, whatever the names', (columns) => {
    const names = ['T'.repeat(30), '株式会社トヨタ自動車.T', 'A'];
    const absent = Array.from({ length: 9 }, (_, i) =>
      absence(days(`2026-10-0${i + 1}`, `2026-10-${String(i + 2).padStart(2, '0')}`), {
        reason: 'rejected',
        note: `row ${i}: ${'a long reason '.repeat(9)}`,
      }),
    );
    const made = report(...names.map((name) => state(name, { absent })));
    for (const line of coverageText(made, { missing: true }, { ...screen, columns }))
      expect(widthOf(line)).toBeLessThanOrEqual(columns);
  });
});
