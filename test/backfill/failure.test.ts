import { describe, expect, it } from 'vitest';
import { endsOn, failureOf } from '../../src/backfill/failure.ts';
import type { SeriesReport } from '../../src/backfill/runner.ts';
import { NOTHING_KNOWN } from '../../src/core/coverage/coverage.ts';
import type { Want } from '../../src/core/plan/plan.ts';
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
