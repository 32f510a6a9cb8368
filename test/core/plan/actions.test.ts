import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { parseDay } from '../../../src/core/session/day.ts';
import type { SeriesGaps } from '../../../src/core/plan/gaps.ts';
import type { RequestLimits } from '../../../src/core/plan/limits.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import type { Interval } from '../../../src/core/session/interval.ts';

const calendar = calendarById('XNYS');
const NOW = Date.parse('2026-01-20T12:00:00Z');
const DAYS = { from: parseDay('2026-01-05'), to: parseDay('2026-01-17') };

const APART: RequestLimits = {
  ...{ maxSpanDays: 7, lookBackDays: null, requestsPerSpan: 1, requestsForActions: 2 },
};
const TOGETHER: RequestLimits = { maxSpanDays: 7, lookBackDays: null, requestsPerSpan: 1 };

function planned(series: readonly string[], limits: Partial<Record<Interval, RequestLimits>>, gaps = [DAYS]) {
  const wanted = series.map((name): SeriesGaps => {
    const [ticker, interval] = name.split(' ') as [string, Interval];
    return { series: { ticker, interval }, calendar, gaps, sessions: 0, final: [] };
  });
  const { tasks, totals } = planTasks(wanted, { limits, quotas: [], actions: true, now: NOW });
  const shown = tasks.map((task) => {
    const after = 'after' in task ? ` after ${task.after}` : '';
    return `${task.id}: ${task.requests}${after}`;
  });
  return { tasks, requests: totals.requests, shown };
}

describe('splits and dividends that come apart from bars', () => {
  it('are asked for once for all windows of a ticker, which follow it and wait for it', () => {
    const limits = { '1m': APART, '5m': APART, '1d': TOGETHER };
    const { shown, requests, tasks } = planned(['A 1m', 'B 1m', 'A 1d', 'A 5m'], limits);
    const told = 'actions 2026-01-05..2026-01-16';
    expect(shown).toEqual([
      `A ${told}: 2`,
      `A 1m 2026-01-05..2026-01-09: 1 after A ${told}`,
      `A 1m 2026-01-12..2026-01-16: 1 after A ${told}`,
      `A 5m 2026-01-05..2026-01-09: 1 after A ${told}`,
      `A 5m 2026-01-12..2026-01-16: 1 after A ${told}`,
      `B ${told}: 2`,
      `B 1m 2026-01-05..2026-01-09: 1 after B ${told}`,
      `B 1m 2026-01-12..2026-01-16: 1 after B ${told}`,
      'A 1d 2026-01-05..2026-01-09: 1',
      'A 1d 2026-01-12..2026-01-16: 1',
    ]);
    expect(requests).toBe(12);
    expect(tasks[0]).toEqual({
      ...{ id: `A ${told}`, tickers: ['A'], range: { from: DAYS.from, to: DAYS.to } },
      ...{ waiting: 4, intervals: ['1m', '5m'], wants: [], requests: 2, partitions: [] },
    });
  });

  it('are asked for from the oldest sessions on, where these are compared besides', () => {
    const early = { days: { from: parseDay('2019-03-04'), to: parseDay('2019-03-08') }, topUps: 20 };
    const limits = { '1d': { ...APART, maxSpanDays: null } };
    const gaps = { series: { ticker: 'A', interval: '1d' as const }, calendar, gaps: [DAYS], sessions: 0 };
    const { tasks } = planTasks([{ ...gaps, final: [], early }], {
      ...{ limits, quotas: [], actions: true, now: NOW },
    });
    expect(tasks.map(({ id }) => id)).toEqual([
      'A actions 2019-03-04..2026-01-16',
      'A 1d 2026-01-05..2026-01-16',
      'A 1d compare 2019-03-04..2019-03-07',
    ]);
    expect(tasks[0]).toMatchObject({ range: { from: early.days.from, to: DAYS.to } });
  });

  it('are left to the one request that needs them', () => {
    const { shown } = planned(['A 1m', 'B 1m'], { '1m': { ...APART, maxSpanDays: null } });
    expect(shown).toEqual(['A 1m 2026-01-05..2026-01-16: 3', 'B 1m 2026-01-05..2026-01-16: 3']);
  });

  it('are asked for of as many tickers as share a request', () => {
    const limits = { '1m': { ...APART, mostSeries: 100 } };
    const { shown } = planned(['A 1m', 'B 1m', 'C 1m'], limits);
    const told = 'A and 2 more actions 2026-01-05..2026-01-16';
    expect(shown).toEqual([
      `${told}: 2`,
      `A 1m 2026-01-05..2026-01-09 and 2 more: 1 after ${told}`,
      `A 1m 2026-01-12..2026-01-16 and 2 more: 1 after ${told}`,
    ]);
  });
});
