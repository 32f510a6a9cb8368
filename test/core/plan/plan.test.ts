import { describe, expect, it } from 'vitest';
import { calendarById } from '../../../src/core/calendar/calendars.ts';
import { type DayRange, formatDay, parseDay } from '../../../src/core/session/day.ts';
import { findGaps, type SeriesGaps } from '../../../src/core/plan/gaps.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import { earliestDay } from '../../../src/core/plan/limits.ts';
import { planTasks } from '../../../src/core/plan/plan.ts';
import type { Task } from '../../../src/core/plan/task.ts';

const calendar = calendarById('XNYS');
const NOW = Date.parse('2026-01-20T12:00:00Z');
const span = (from: string, to: string): DayRange => ({ from: parseDay(from), to: parseDay(to) + 1 });

/** The tasks for the gaps of a series beside final sessions. */
function tasks(
  gap: DayRange,
  final: readonly DayRange[],
  limits: { maxSpanDays?: number; lookBackDays?: number; withinMonth?: boolean; interval?: Interval } = {},
): readonly Task[] {
  const { maxSpanDays = null, lookBackDays = null, withinMonth = false, interval = '1d' } = limits;
  const gaps = [{ series: { ticker: 'AAPL', interval }, calendar, gaps: [gap], sessions: 0, final }];
  const ofInterval = { [interval]: { maxSpanDays, lookBackDays, withinMonth, requestsPerSpan: 1 } };
  return planTasks(gaps, { limits: ofInterval, quotas: [], actions: true, now: NOW }).tasks;
}
const rangeOf = (...args: Parameters<typeof tasks>): string => {
  const { from = 0, to = 0 } = tasks(...args)[0]?.wants[0]?.range ?? {};
  return `${formatDay(from)}..${formatDay(to - 1)}`;
};

describe('a request that may not reach over the end of a month', () => {
  const months = (gap: DayRange, final: readonly DayRange[] = [], maxSpanDays?: number): string[] =>
    tasks(gap, final, { withinMonth: true, ...(maxSpanDays !== undefined && { maxSpanDays }) }).flatMap(
      ({ wants }) => wants.map(({ range: { from, to } }) => `${formatDay(from)}..${formatDay(to - 1)}`),
    );

  it('ends with it, and the next one starts with the next session', () => {
    expect(months(span('2025-11-20', '2026-01-14'))).toEqual([
      '2025-11-20..2025-11-28',
      '2025-12-01..2025-12-31',
      '2026-01-02..2026-01-14',
    ]);
  });

  it('is no longer than it may be within it either', () => {
    expect(months(span('2025-12-29', '2026-01-14'), [], 7)).toEqual([
      '2025-12-29..2025-12-31',
      '2026-01-02..2026-01-08',
      '2026-01-09..2026-01-14',
    ]);
  });

  it('takes final sessions along as far as the month goes, on either side', () => {
    expect(months(span('2026-01-06', '2026-01-14'), [span('2025-11-03', '2026-01-05')])).toEqual([
      '2026-01-02..2026-01-14',
    ]);
    expect(months(span('2025-12-02', '2025-12-30'), [span('2025-12-31', '2026-01-16')])).toEqual([
      '2025-12-02..2025-12-31',
    ]);
  });
});

describe('the final sessions that ride on a request', () => {
  const GAP = span('2026-01-12', '2026-01-14');
  const BEFORE = span('2025-11-03', '2026-01-09');
  const AFTER = span('2026-01-15', '2026-01-16');

  it('are the last four before the gap, or else the first ones after it', () => {
    expect(rangeOf(GAP, [BEFORE])).toBe('2026-01-06..2026-01-14');
    expect(rangeOf(GAP, [BEFORE, AFTER])).toBe('2026-01-06..2026-01-14');
    expect(rangeOf(GAP, [AFTER])).toBe('2026-01-12..2026-01-16');
    expect(rangeOf(GAP, [])).toBe('2026-01-12..2026-01-14');
  });

  it('are no more than a request has room for', () => {
    expect(rangeOf(GAP, [BEFORE], { maxSpanDays: 6 })).toBe('2026-01-09..2026-01-14');
    expect(rangeOf(GAP, [BEFORE], { maxSpanDays: 5 })).toBe('2026-01-12..2026-01-14');
    expect(rangeOf(GAP, [AFTER], { maxSpanDays: 4 })).toBe('2026-01-12..2026-01-15');
    expect(rangeOf(GAP, [AFTER], { maxSpanDays: 3 })).toBe('2026-01-12..2026-01-14');
  });

  it('are none that the provider’s look-back does not reach', () => {
    expect(earliestDay({ lookBackDays: 12 }, NOW)).toBe(parseDay('2026-01-09'));
    expect(rangeOf(GAP, [BEFORE], { lookBackDays: 12 })).toBe('2026-01-09..2026-01-14');
    expect(rangeOf(GAP, [BEFORE], { lookBackDays: 11 })).toBe('2026-01-12..2026-01-14');
  });

  it('count as written, so that no other task writes them at the same time', () => {
    const [one] = tasks(span('2026-01-02', '2026-01-02'), [span('2025-12-01', '2025-12-31')], {
      interval: '1m',
    });
    expect(one?.partitions).toEqual(['AAPL 1m 2025-12', 'AAPL 1m 2026-01', 'AAPL actions']);
    expect(one?.id).toBe('AAPL 1m 2026-01-02..2026-01-02');
  });
});

describe('the oldest sessions of a series', () => {
  const GAP = span('2026-01-12', '2026-01-14');
  const FINAL = span('2025-06-02', '2026-01-09');
  const EARLY = span('2025-06-02', '2025-06-05');
  const planned = (
    topUps: number,
    limits: { maxSpanDays?: number; lookBackDays?: number } = {},
    gaps: readonly DayRange[] = [GAP],
  ) => {
    const { maxSpanDays = null, lookBackDays = null } = limits;
    const one = {
      series: { ticker: 'AAPL', interval: '1h' } as const,
      calendar,
      gaps,
      sessions: 0,
      final: [FINAL],
    };
    const ofInterval = { '1h': { maxSpanDays, lookBackDays, requestsPerSpan: 2 } };
    const options = { limits: ofInterval, quotas: [], actions: true, now: NOW };
    return planTasks([{ ...one, early: { days: EARLY, topUps } }], options);
  };
  const noted = (...args: Parameters<typeof planned>) =>
    planned(...args).tasks.map(({ wants: [want] }) => want?.topUps);

  it('are compared by a request of their own every 21st time, which fills nothing', () => {
    expect([0, 19].map((topUps) => noted(topUps))).toEqual([[1], [20]]);
    const { tasks: due, totals } = planned(20);
    expect(due.map(({ wants }) => wants.map(({ topUps }) => topUps))).toEqual([[undefined], [0]]);
    expect(due[1]).toEqual({
      id: 'AAPL 1h compare 2025-06-02..2025-06-05',
      wants: [
        {
          id: 'AAPL 1h compare 2025-06-02..2025-06-05',
          ...{ series: { ticker: 'AAPL', interval: '1h' }, calendar: 'XNYS', range: EARLY },
          ...{ gaps: [], sessions: 0, topUps: 0 },
        },
      ],
      requests: 2,
      partitions: ['AAPL 1h 2025', 'AAPL actions'],
    });
    expect(totals).toMatchObject({ complete: 0, toFill: 1, sessions: 3, requests: 4 });
  });

  it('are still due where they were due before and could not be had', () => {
    expect(noted(57)).toEqual([undefined, 0]);
  });

  it('are compared by a request that reaches back to them, and no other', () => {
    const gaps = [span('2025-05-27', '2025-05-30'), GAP];
    expect(noted(20, {}, gaps)).toEqual([0]);
    expect(noted(20, { maxSpanDays: 30 }, gaps)).toEqual([0, undefined]);
    expect(noted(20, { maxSpanDays: 6 }, gaps)).toEqual([undefined, undefined, 0]);
  });

  it('are as many as one request may span', () => {
    expect(planned(20, { maxSpanDays: 2 }).tasks.at(-1)?.wants[0]?.range).toEqual(
      span('2025-06-02', '2025-06-03'),
    );
  });

  it('are not compared where the look-back no longer reaches them, or nothing is asked for', () => {
    expect(noted(20, { lookBackDays: 100 })).toEqual([undefined]);
    expect(noted(20, {}, [])).toEqual([]);
    expect(noted(20, { lookBackDays: 5 }, [span('2025-06-02', '2025-06-03')])).toEqual([]);
  });
});

describe('the final sessions beside a gap', () => {
  it('are the present ones that are neither provisional nor wanted', () => {
    const series = { ticker: 'AAPL', interval: '1d' } as const;
    const present = [span('2026-01-05', '2026-01-16')];
    const coverage = { present, provisional: [span('2026-01-16', '2026-01-16')], absent: [] };
    const finalOf = (range: DayRange, everything: boolean) =>
      findGaps([{ series, calendar, range }], new Map([['AAPL 1d', coverage]]), {
        ...{ provider: 'test', now: NOW, everything },
      })[0]?.final;
    expect(finalOf(span('2026-01-05', '2026-01-09'), false)).toEqual([span('2026-01-05', '2026-01-15')]);
    expect(finalOf(span('2026-01-05', '2026-01-09'), true)).toEqual([span('2026-01-10', '2026-01-15')]);
  });
});

describe('an interval of which one request may ask for several series', () => {
  const MAY = span('2025-05-05', '2025-05-30');
  const gapsOf = (ticker: string, gap = MAY, interval: Interval = '1d'): SeriesGaps => ({
    ...{ series: { ticker, interval }, calendar, gaps: [gap] },
    ...{ sessions: calendar.sessions(gap).length, final: [] },
  });
  const limits = (mostSeries?: number) => {
    const one = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1 };
    return { '1d': { ...one, ...(mostSeries !== undefined && { mostSeries }) }, '5m': one };
  };
  const planned = (gaps: readonly SeriesGaps[], mostSeries?: number) =>
    planTasks(gaps, { limits: limits(mostSeries), quotas: [], actions: true, now: NOW });
  const tickersOf = ({ tasks: all }: ReturnType<typeof planned>): string[] =>
    all.map(({ wants }) => wants.map(({ series }) => series.ticker).join(' '));

  it('has those together that want the same span, in their order, and no more than it takes', () => {
    const gaps = ['A', 'B', 'C', 'D', 'E'].map((ticker) => gapsOf(ticker));
    const { tasks: all, totals } = planned(gaps, 2);
    expect(tickersOf(planned(gaps, 2))).toEqual(['A B', 'C D', 'E']);
    expect(all.map(({ id }) => id)).toEqual([
      'A 1d 2025-05-05..2025-05-30 and 1 more',
      'C 1d 2025-05-05..2025-05-30 and 1 more',
      'E 1d 2025-05-05..2025-05-30',
    ]);
    expect(all[0]?.partitions).toEqual(['A 1d all', 'A actions', 'B 1d all', 'B actions']);
    expect(totals).toMatchObject({ series: 5, toFill: 5, requests: 3, sessions: 5 * calendar.count([MAY]) });
    expect(tickersOf(planned(gaps))).toEqual(['A', 'B', 'C', 'D', 'E']);
  });

  it('has others, and another interval, by themselves', () => {
    const june = span('2025-06-02', '2025-06-06');
    const gaps = [gapsOf('A'), gapsOf('B', june), gapsOf('A', MAY, '5m'), gapsOf('C'), gapsOf('D', june)];
    expect(tickersOf(planned(gaps, 100))).toEqual(['A C', 'B D', 'A']);
    const shorter = gapsOf('B', span('2025-05-05', '2025-05-29'));
    expect(tickersOf(planned([gapsOf('A'), shorter, gapsOf('C')], 100))).toEqual(['A C', 'B']);
  });

  it.each([
    [3 * 26 * 288, 'A B C,D E'],
    [3 * 26 * 288 - 1, 'A B,C D,E'],
    [1, 'A,B,C,D,E'],
  ])('has no more together than bring %d rows round the clock', (mostRows, together) => {
    const gaps = ['A', 'B', 'C', 'D', 'E'].map((ticker) => gapsOf(ticker, MAY, '5m'));
    const one = { maxSpanDays: null, lookBackDays: null, requestsPerSpan: 1, mostSeries: 100, mostRows };
    const plan = planTasks(gaps, { limits: { '5m': one }, quotas: [], actions: true, now: NOW });
    expect(tickersOf(plan)).toEqual(together.split(','));
  });
});
