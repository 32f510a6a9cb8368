import { describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import type { SeriesGaps } from '../../src/core/plan/gaps.ts';
import { type Plan, planTasks } from '../../src/core/plan/plan.ts';
import { parseDay } from '../../src/core/session/day.ts';
import { planText } from '../../src/report/plan-text.ts';
import { marketActionsLines } from '../../src/report/shared-requests-text.ts';

const NOW = Date.parse('2025-03-17T12:00:00Z');
const XNYS = calendarById('XNYS');
const WEEK = { from: parseDay('2025-03-10'), to: parseDay('2025-03-15') };
const YEAR = { from: parseDay('2024-03-11'), to: parseDay('2025-03-15') };

/** A plan for so many tickers that lack a week, and one that lacks a year, where a market answers for 30 days. */
function planFor(count: number, actionPages?: readonly number[]): Plan {
  const gaps = Array.from({ length: count + 1 }, (_, i): SeriesGaps => {
    const lacking = [i < count ? WEEK : YEAR];
    const series = { ticker: `Q${i}`, interval: '1d' as const };
    return { series, calendar: XNYS, gaps: lacking, sessions: XNYS.count(lacking), final: [] };
  });
  const market = { lookBackDays: 30, requestsPerSession: 1, settleDelayMs: 0 };
  const limits = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 };
  const options = { quotas: [], actions: false, now: NOW };
  return planTasks(gaps, {
    ...options,
    limits: { '1d': { ...limits, market: { ...market, ...(actionPages && { actionPages }) } } },
  });
}

const rowsOf = (plan: Plan, ticker: string): string[] =>
  planText(plan, []).filter((line) => line.startsWith(`${ticker} `));

describe('the table of a plan', () => {
  it('says shared of what comes with the answers for whole markets, and counts these in one line', () => {
    const plan = planFor(9);
    const lines = planText(plan, []);
    expect(rowsOf(plan, 'Q0')).toEqual([expect.stringMatching(/2025-03-10\.\.2025-03-14 +5 +shared$/)]);
    // The rest of the year is a request of its own.
    expect(rowsOf(plan, 'Q9').map((row) => row.split(' ').at(-1))).toEqual(['shared', '1']);
    expect(lines).toContain('Shared by all tickers of a market: 5 requests for sessions');
    expect(plan.totals.requests).toBe(6);
    expect(marketActionsLines(plan)).toEqual([]);
  });

  it('says so of many that are told as one, and of lists of splits and dividends with them', () => {
    const plan = planFor(60, [12, 12]);
    const lines = planText(plan, [], { columns: 100, isWhole: false, hasColours: false });
    expect(lines.find((line) => line.includes('2025-03-10..'))).toMatch(/^ +61 .* 305 +shared/);
    const shared =
      'Shared by all tickers of a market: 5 requests for sessions, about 2 for splits and dividends';
    expect(lines).toContain(shared);
    expect(marketActionsLines(plan)).toEqual([shared]);
  });

  it('says nothing of it where each is asked for by itself', () => {
    const lines = planText(planFor(2), []);
    expect(lines.some((line) => /shared/i.test(line))).toBe(false);
  });
});
