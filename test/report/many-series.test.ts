import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { reportCoverage } from '../../src/report/coverage.ts';
import { coverageText } from '../../src/report/coverage-text.ts';
import { widthOf } from '../../src/report/page.ts';
import type { SeriesState } from '../../src/store/scan.ts';
import { absence, days } from '../store/fixtures.ts';
import { OCTOBER_JUDGED, report, state, WHOLE } from './october.ts';

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
