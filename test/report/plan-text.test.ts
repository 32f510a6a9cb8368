import { describe, expect, it } from 'vitest';
import { calendarById } from '../../src/core/calendar/calendars.ts';
import { type DayRange, parseDay } from '../../src/core/session/day.ts';
import { planTasks } from '../../src/core/plan/plan.ts';
import type { Plan } from '../../src/core/plan/plan.ts';
import { planJson } from '../../src/report/plan-json.ts';
import {
  openingLine,
  planText,
  relistedLines,
  verifyingLine,
  workLine,
  meantLines,
} from '../../src/report/plan-text.ts';

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
    const dates = (from: string, to: string) => ({ from, to });
    expect(planJson(plan)).toMatchObject({
      tasks: [
        { wants: [{ gaps: [dates('2026-01-12', '2026-01-14')], sessions: 3 }] },
        { wants: [{ range: dates('2025-06-02', '2025-06-05'), gaps: [] }] },
      ],
      totals: { requests: 2 },
    });
    const beyond = { series: gaps.series, calendar: 'XNYS', gaps: gaps.gaps, sessions: 3, reachDays: 5 };
    const slice = { interval: '1d', session: parseDay('2026-01-12') } as const;
    const work = { id: 'x', wants: [], requests: 0, partitions: [], market: '1d all' };
    const tasks = [
      { ...work, slice },
      { ...work, bucket: 3, sessions: [slice.session] },
      {
        ...work,
        tickers: ['AAPL'],
        range: beyond.gaps[0] as DayRange,
        waiting: 2,
        intervals: ['5m' as const],
      },
    ];
    expect(planJson({ ...plan, tasks, outOfReach: [beyond] })).toMatchObject({
      tasks: [
        { slice: { session: '2026-01-12' } },
        { sessions: ['2026-01-12'] },
        { range: dates('2026-01-12', '2026-01-14') },
      ],
      outOfReach: [{ gaps: [dates('2026-01-12', '2026-01-14')], sessions: 3 }],
    });
  });
});

describe('a plan whose splits are asked for apart', () => {
  it('counts that request with the first of those that wait for it', () => {
    const limits = {
      '5m': { maxSpanDays: 2, lookBackDays: null, requestsPerSpan: 1, requestsForActions: 1 },
    };
    const gap = { from: parseDay('2026-01-12'), to: parseDay('2026-01-15') };
    const series = { ticker: 'AAPL', interval: '5m' } as const;
    const gaps = [{ series, calendar: calendarById('XNYS'), gaps: [gap], sessions: 3, final: [] }];
    const plan = planTasks(gaps, {
      limits,
      quotas: [],
      actions: true,
      now: Date.parse('2026-01-20T12:00:00Z'),
    });
    const lines = planText(plan, []).map((line) => line.split(/ {2,}/));
    expect(lines.slice(1, 3)).toEqual([
      ['AAPL', '5m', '2026-01-12..2026-01-13', '2', '2'],
      ['AAPL', '5m', '2026-01-14..2026-01-14', '1', '1'],
    ]);
    expect(plan.totals.requests).toBe(3);
  });
});

describe('the user’s own list of splits and dividends', () => {
  const said = (lists: Pick<Plan, 'relisted' | 'goneList'>): string[] => relistedLines(lists as Plan);

  it('is named where it changed, and what to do where it is gone', () => {
    expect([...said({}), ...said({ relisted: [], goneList: [] })]).toEqual([]);
    expect(said({ relisted: ['AAPL'] })).toEqual([
      'Your list of splits and dividends changed for AAPL: it is read, and stored bars are compared',
    ]);
    expect(said({ goneList: ['A', 'B', 'C', 'D', 'E', 'F'] })).toEqual([
      'Your list of splits and dividends, actions.csv, is gone: what it said of A, B, C, D, E and 1 more stays in force. To ' +
        'withdraw all of it, put one there that has its header alone; to withdraw one: backfill actions TICKER --withdraw DATE,KIND',
    ]);
  });
});

describe('the opening of a run', () => {
  const tasks = [
    { wants: [{ series: { ticker: 'AAPL', interval: '1d' } }] },
    { wants: [{ series: { ticker: 'AAPL', interval: '5m' } }] },
    { wants: [{ series: { ticker: 'AAPL', interval: '5m' } }] },
    { wants: [{ series: { ticker: 'MSFT', interval: '1d' } }] },
  ];
  const totals = {
    ...{
      series: 1503,
      complete: 1127,
      withHoles: 0,
      holes: 0,
      holesAround: 0,
      holesRejected: 0,
      provisional: 0,
      unavailable: 0,
    },
    ...{ toFill: 376, sessions: 1240, requests: 4, quotaMs: null },
  };
  const plan = { tasks, totals, quotaMs: null } as unknown as Plan;
  const quotas = [{ requests: 5, perMs: 60_000 }];

  it('counts series, and says how long the quotas make it', () => {
    const counts = 'Total: 1,503  Complete: 1,127  To fill: 376  Requests: 4';
    expect(openingLine(plan, quotas)).toBe(counts);
    expect(openingLine({ ...plan, quotaMs: 61_000 }, quotas)).toMatch(
      /Requests: 4 {2}Estimated time at 5.*: 1m 1s$/,
    );
  });

  it('names what is counted, the source and the workers', () => {
    expect(workLine(plan, 'yahoo', 8)).toBe('Filling 3 series of 2 tickers from yahoo with 8 workers');
    const one = { ...plan, tasks: plan.tasks.slice(0, 1) };
    expect(workLine(one, 'csv', 1)).toBe('Filling 1 series of 1 ticker from csv with 1 worker');
  });

  it('of a verification is of what it compares, and fills nothing', () => {
    expect(verifyingLine(plan, 'yahoo', [], 2)).toBe(
      'Comparing 3 series of 2 tickers with yahoo: 1,240 sessions in 4 requests by 2 workers',
    );
    expect(verifyingLine({ ...plan, quotaMs: 61_000 }, 'yahoo', quotas, 2)).toMatch(
      /2 workers {2}Estimated time/,
    );
  });
});

describe('what a run is for', () => {
  const about = { range: 'the last 2 years', intervals: ['1d', '1h'] } as const;

  it('is said with where its tickers come from', () => {
    const origins = [
      { from: 'universe', name: 'sp500', tickers: 503 },
      { from: 'named', name: '', tickers: 1 },
    ] as const;
    expect(meantLines({ ...about, origins })).toEqual([
      '503 tickers of the universe sp500 and 1 ticker named by you, the last 2 years of 1d, 1h',
    ]);
    const piped = { from: 'file', name: '-', tickers: 2 } as const;
    expect(meantLines({ ...about, origins: [piped] })[0]).toContain('2 tickers of standard input');
    expect(meantLines({ ...about, origins: [] })).toEqual([]);
  });

  it.each([
    ['file', 'mine.txt', '3 tickers of the file mine.txt, '],
    ['portfolio', 'portfolio', '3 tickers of your portfolio, '],
    ['provider', 'acme', '3 tickers that acme lists, '],
  ] as const)('of a %s', (from, name, text) => {
    expect(meantLines({ ...about, origins: [{ from, name, tickers: 3 }] })[0]).toContain(text);
  });
});
