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
    expect(message('2026-01-30')).toBe(
      `${said}; it ends on 2026-01-30: an end of 2026-01-30 asks for no more`,
    );
  });
});

describe('an answer without a bar of what was wanted, and with rows outside trading hours', () => {
  const told = (change: Partial<SeriesReport>): readonly unknown[] => {
    const failure = failureOf(want, done({ missing: 39, dropped: 557, ...change }));
    return [failure?.code, failure?.message];
  };

  it('does not reach what was wanted where they are of other sessions: no row of it is lost', () => {
    const said = '39 of 39 sessions stay missing: the answer does not reach them';
    expect(told({})).toEqual(['incomplete', said]);
    expect(told({ missing: 0 })).toEqual([undefined, undefined]);
  });

  it.each<[string, string, Partial<SeriesReport>]>([
    ['has five of what was wanted', '5 of 5 rows', { strays: 5 }],
    ['has some of that, and leaves nothing missing', '557 of 557 rows', { strays: 557, missing: 0 }],
    ['has one off the grid', '1 of 1 row', { offGrid: 1 }],
    ['has rows without a price', '5 of 5 rows', { unusable: 5 }],
    ['has one that is rejected', '1 of 1 row', { rejected: 1 }],
    ['has one that is rejected, and others', '4 of 4 rows', { rejected: 1, strays: 2, unusable: 1 }],
  ])('lost rows where it %s', (_, lost, change) => {
    expect(told(change)).toEqual(['mostly-rejected', expect.stringContaining(`${lost} that came`)]);
  });

  it('lost none where no session that was wanted is over, but those off its grid', () => {
    const report = { missing: 0, strays: 557, isOpen: true } as const;
    expect(told(report)).toEqual([undefined, undefined]);
    expect(told({ ...report, offGrid: 1 })).toEqual([
      'mostly-rejected',
      expect.stringContaining('1 of 1 row'),
    ]);
  });

  it('lost none where fewer than five of it are, and no other', () => {
    expect(told({ missing: 0, strays: 3, unusable: 1 })).toEqual([undefined, undefined]);
  });

  it('names where rejected rows are listed only where there are any', () => {
    const where = expect.stringContaining('check-data --issues');
    expect(told({ rejected: 1 })[1]).toEqual(where);
    expect(told({ strays: 9 })[1]).not.toEqual(where);
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
    const message = `${said}; it ends on 2026-01-02: an end of 2026-01-02 asks for no more`;
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
