import { describe, expect, it } from 'vitest';
import { type Failure, type Found, endsOn, failureOf, joinFailures } from '../../src/backfill/failure.ts';
import type { SeriesReport } from '../../src/backfill/runner.ts';
import { NOTHING_KNOWN } from '../../src/core/coverage/coverage.ts';
import type { Want } from '../../src/core/plan/task.ts';
import { span } from './received.ts';

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

  it('is a failure that names --end', () => {
    const report = { missing: 19, bars: 20, rejected: 0, offGrid: 0, unusable: 0, dropped: 0 };
    const message = (end?: string) =>
      failureOf(want, { ok: true, report: { ...report, endsOn: end } as SeriesReport } as never)?.message;
    const said = '19 of 39 sessions stay missing: the answer does not reach them';
    expect(message()).toBe(said);
    expect(message('2026-01-30')).toBe(`${said}; it ends on 2026-01-30: --end 2026-01-30 asks for no more`);
  });
});

describe('pieces of one series that fail alike', () => {
  const piece = (from: string, to: string, report: Partial<SeriesReport>): Found => {
    const range = span(from, to);
    const one = { ...want, range, gaps: [range], sessions: 10 };
    const result = { ok: true, report: { rejected: 0, offGrid: 0, ...report } as SeriesReport } as const;
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
