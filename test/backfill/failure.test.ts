import { describe, expect, it } from 'vitest';
import { type Failure, type Found, endsOn, failureOf, joinFailures } from '../../src/backfill/failure.ts';
import type { SeriesReport } from '../../src/backfill/runner.ts';
import { NOTHING_KNOWN } from '../../src/core/coverage/coverage.ts';
import type { Want } from '../../src/core/plan/task.ts';
import { done, span } from './received.ts';

const RANGE = span('2026-01-02', '2026-02-27');
const want = {
  ...{ series: { ticker: 'AAPL', interval: '1d' }, calendar: 'XNYS' },
  ...{ range: RANGE, gaps: [RANGE], sessions: 39 },
} as unknown as Want;
const upTo = (day: string) => endsOn({ ...NOTHING_KNOWN, present: [span('2026-01-02', day)] }, want);

describe('an answer that ends long before what was asked for', () => {
  it('tells its last session, from ten sessions on', () => {
    expect(upTo('2026-01-30')).toBe('2026-01-30');
    expect(upTo('2026-02-12')).toBe('2026-02-12');
    expect(upTo('2026-02-13')).toBeUndefined();
    expect(upTo('2026-02-27')).toBeUndefined();
    expect(endsOn(NOTHING_KNOWN, want)).toBeUndefined();
  });

  it('is told in the number of what was asked for', () => {
    const one = { ...want, sessions: 1 };
    expect(failureOf(one, done({ missing: 1 }))?.message).toMatch(/^1 of 1 session stays missing: /);
    expect(failureOf(want, done({ missing: 1 }))?.message).toMatch(/^1 of 39 sessions stay missing: /);
  });

  it('is a failure that names --end', () => {
    const message = (end?: string) => failureOf(want, done({ missing: 19, bars: 20, endsOn: end }))?.message;
    const said = '19 of 39 sessions stay missing: the answer does not reach them';
    expect(message()).toBe(said);
    expect(message('2026-01-30')).toBe(`${said}; it ends on 2026-01-30: --end 2026-01-30 asks for no more`);
  });
});

describe('an answer that repeats what is stored, and otherwise has rows outside trading hours', () => {
  const drift = { csv: { compared: 390, changed: 0, gone: 0, worst: 0 } };
  const told = (change: Partial<SeriesReport>): readonly unknown[] => {
    const result = done({ missing: 39, dropped: 557, drift, ...change });
    const failure = failureOf(want, result);
    return [failure?.code, failure?.message];
  };

  it('does not reach what was wanted: no row of it is lost', () => {
    expect(told({})).toEqual([
      'incomplete',
      '39 of 39 sessions stay missing: the answer does not reach them',
    ]);
  });

  it.each<[string, string, Partial<SeriesReport>]>([
    ['repeats nothing', '557 of 557 rows', { drift: {} }],
    ['lacks what is stored', '557 of 557 rows', { drift: { csv: { ...drift.csv, compared: 0, gone: 390 } } }],
    ['leaves nothing missing', '557 of 557 rows', { missing: 0 }],
    ['has one off the grid', '1 of 1 row', { offGrid: 1 }],
    ['has rows without a price', '5 of 5 rows', { unusable: 5 }],
    ['has one that is rejected', '1 of 1 row', { rejected: 1 }],
  ])('lost rows where it %s', (_, lost, change) => {
    expect(told(change)).toEqual(['mostly-rejected', expect.stringContaining(`${lost} that came`)]);
  });

  it.each<[string, Partial<SeriesReport>]>([
    ['no session that was wanted is over', { isOpen: true }],
    ['the rows are of bars that are not over', { unfinished: 555 }],
  ])('lost none where %s', (_, change) => {
    const report = { missing: 0, drift: {}, ...change };
    expect(told(report)).toEqual([undefined, undefined]);
    const offGrid = told({ ...report, offGrid: 1 });
    expect(offGrid).toEqual(['mostly-rejected', expect.stringContaining('of')]);
  });

  it('names where rejected rows are listed only where there are any', () => {
    const where = expect.stringContaining('check-data --issues');
    expect(told({ rejected: 1 })[1]).toEqual(where);
    expect(told({ drift: {} })[1]).not.toEqual(where);
  });
});

describe('pieces of one series that fail alike', () => {
  const piece = (from: string, to: string, report: Partial<SeriesReport>): Found => {
    const range = span(from, to);
    const one = { ...want, range, gaps: [range], sessions: 10 };
    const result = done(report);
    return [one, failureOf(one, result) as Failure, result];
  };
  const refused = (ticker: string, from: string, to: string, message: string): Found => {
    const failure = { ticker, interval: '1d', from, to, code: 'usage', message } as const;
    const result = { ok: false, error: { code: 'usage', message, retryable: false } } as const;
    return [{ ...want, series: { ticker, interval: '1d' } }, failure, result];
  };

  it('are one failure over all of them, with the end of what came', () => {
    const found = [
      piece('2026-02-02', '2026-02-13', { missing: 10, bars: 0 }),
      piece('2026-01-02', '2026-01-15', { missing: 9, bars: 1, endsOn: '2026-01-02' }),
      piece('2026-01-16', '2026-01-30', { missing: 10, bars: 0 }),
    ];
    const said = '29 of 30 sessions stay missing: the answer does not reach them';
    const about = { ticker: 'AAPL', interval: '1d', from: '2026-01-02', to: '2026-02-13' };
    const message = `${said}; it ends on 2026-01-02: --end 2026-01-02 asks for no more`;
    expect(joinFailures(found)).toEqual([{ ...about, code: 'incomplete', message }]);
    const later = piece('2026-02-16', '2026-02-27', { missing: 1, bars: 9 });
    expect(joinFailures([...found, later])).toMatchObject([
      { to: '2026-02-27', message: said.replace('29 of 30', '30 of 40') },
    ]);
  });

  it('reach as far as any of them, where one lies between the gaps of another', () => {
    const found = [
      piece('2026-01-02', '2026-02-27', { missing: 10 }),
      piece('2026-01-20', '2026-01-20', { missing: 1 }),
    ];
    expect(joinFailures(found)).toMatchObject([{ from: '2026-01-02', to: '2026-02-27' }]);
  });

  it('are told apart by series and by what is said', () => {
    const found = [
      refused('AAPL', '2026-01-02', '2026-01-15', 'line 7'),
      refused('MSFT', '2026-01-02', '2026-01-15', 'line 7'),
      refused('AAPL', '2026-01-16', '2026-01-30', 'line 7'),
      refused('AAPL', '2026-02-02', '2026-02-13', 'line 8'),
    ];
    expect(joinFailures(found).map(({ ticker, from, to }) => [ticker, from, to])).toEqual([
      ['AAPL', '2026-01-02', '2026-01-30'],
      ['MSFT', '2026-01-02', '2026-01-15'],
      ['AAPL', '2026-02-02', '2026-02-13'],
    ]);
  });
});
