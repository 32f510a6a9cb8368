import { describe, expect, it } from 'vitest';
import { calendarFor } from '../../../src/core/calendar/calendars.ts';
import { formatDay, parseDay } from '../../../src/core/session/day.ts';
import { findGaps } from '../../../src/core/plan/gaps.ts';
import { type RequestLimits, reachedFrom } from '../../../src/core/plan/limits.ts';
import { type Plan, planTasks } from '../../../src/core/plan/plan.ts';
import { parseQuotas } from '../../../src/core/plan/quota.ts';

const SATURDAY = Date.parse('2026-05-16T12:00:00Z');
const EVERYTHING: RequestLimits = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 };
const NEWEST: RequestLimits = { ...EVERYTHING, newestRows: { 'us-shares': 100, crypto: 350 } };

const first = (ticker: string, now = SATURDAY, limits = NEWEST): string => {
  const day = reachedFrom(limits, ticker, calendarFor(ticker), now);
  return Number.isFinite(day) ? formatDay(day) : 'all';
};

/** The plan for series that lack what is said, first and last session of each. */
function planned(
  lacking: readonly (readonly [ticker: string, from: string, to: string])[],
  limits: RequestLimits,
  quotas = '',
): Plan {
  const gaps = lacking.flatMap(([ticker, from, to]) => {
    const range = { from: parseDay(from), to: parseDay(to) + 1 };
    const wanted = { series: { ticker, interval: '1d' } as const, calendar: calendarFor(ticker), range };
    return findGaps([wanted], new Map(), { provider: 'test', now: SATURDAY });
  });
  const counted = quotas === '' ? [] : parseQuotas(quotas);
  return planTasks(gaps, { limits: { '1d': limits }, quotas: counted, actions: true, now: SATURDAY });
}

const rangesOf = ({ tasks }: Plan): string[] =>
  tasks.flatMap(({ wants }) =>
    wants.map(({ series, range }) => `${series.ticker} ${formatDay(range.from)}..${formatDay(range.to - 1)}`),
  );

describe('the newest rows of a series', () => {
  it('reach back so many sessions of its own calendar, the one that has begun among them', () => {
    // The hundred rows of a recorded answer of 2026-05-17 began on that day.
    expect(first('IBM')).toBe('2025-12-22');
    expect(first('IBM', Date.parse('2026-05-18T13:29:00Z'))).toBe('2025-12-22');
    expect(first('IBM', Date.parse('2026-05-18T13:31:00Z'))).toBe('2025-12-23');
    expect(first('BTC-USD')).toBe('2025-06-01');
  });

  it('are no limit for other classes of instruments, and no longer than the look-back', () => {
    expect(first('EURUSD=X')).toBe('all');
    expect(first('IBM', SATURDAY, { ...NEWEST, lookBackDays: 30 })).toBe('2026-04-17');
  });

  it('are what is asked for: what is older is out of reach', () => {
    const { tasks, outOfReach } = planned([['IBM', '2025-12-15', '2026-05-15']], NEWEST);
    expect(tasks.map(({ wants }) => wants[0]?.sessions)).toEqual([100]);
    expect(outOfReach).toMatchObject([{ sessions: 5, reachDays: 146 }]);
  });
});

describe('requests for a calendar month each', () => {
  const MONTHLY: RequestLimits = { ...EVERYTHING, maxSpanDays: 31, withinMonth: true };

  it('go over the end of none', () => {
    expect(rangesOf(planned([['IBM', '2026-01-20', '2026-04-02']], MONTHLY))).toEqual([
      'IBM 2026-01-20..2026-01-30',
      'IBM 2026-02-02..2026-02-27',
      'IBM 2026-03-02..2026-03-31',
      'IBM 2026-04-01..2026-04-02',
    ]);
  });
});

describe('where requests are counted by the day', () => {
  const LACKING = [
    ['AAPL', '2026-05-15', '2026-05-15'],
    ['MSFT', '2026-01-02', '2026-05-15'],
    ['IBM', '2026-05-14', '2026-05-15'],
    ['BTC-USD', '2026-05-13', '2026-05-15'],
  ] as const;
  const apart: RequestLimits = { ...EVERYTHING, requestsForActions: 2 };
  const order = (limits: RequestLimits, quotas: string): string[] =>
    planned(LACKING, limits, quotas).tasks.map(({ wants }) => wants[0]?.series.ticker ?? '');

  it('those come first that close most', () => {
    expect(order(EVERYTHING, '25/day,1/s')).toEqual(['MSFT', 'BTC-USD', 'IBM', 'AAPL']);
    expect(order(EVERYTHING, '5/min')).toEqual(['AAPL', 'MSFT', 'IBM', 'BTC-USD']);
  });

  it('those that close most for a request: of what can have no splits, none are asked for', () => {
    const { tasks } = planned(LACKING, apart, '25/day');
    expect(tasks.map(({ wants, requests }) => [wants[0]?.series.ticker, requests])).toEqual([
      ['MSFT', 3],
      ['BTC-USD', 1],
      ['IBM', 3],
      ['AAPL', 3],
    ]);
  });
});
