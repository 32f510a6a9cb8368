import { describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { parseDay } from '../../src/core/day.ts';
import { planTasks } from '../../src/core/plan.ts';
import { planText } from '../../src/report/plan-text.ts';

describe('the plan of a run', () => {
  it('has a line a gap, and one for what is only compared', () => {
    const days = (from: string, to: string) => ({ from: parseDay(from), to: parseDay(to) + 1 });
    const gaps = {
      ...{ series: { ticker: 'AAPL', interval: '1d' } as const, calendar: calendarById('XNYS') },
      gaps: [days('2026-01-12', '2026-01-14')],
      final: [days('2025-06-02', '2026-01-09')],
      sessions: 3,
      early: { days: days('2025-06-02', '2025-06-05'), topUps: 20 },
    };
    const limits = { '1d': { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 } };
    const plan = planTasks([gaps], { limits, quotas: [], actions: true, now: 0 });
    expect(planText(plan, [])).toEqual([
      'TICKER INT GAP                            SESSIONS REQUESTS',
      'AAPL   1d  2026-01-12..2026-01-14                3        1',
      'AAPL   1d  compare 2025-06-02..2025-06-05                 1',
      '',
      '3 sessions in 2 requests',
      'Total: 1  Complete: 0  To fill: 1  Requests: 2',
    ]);
  });
});
