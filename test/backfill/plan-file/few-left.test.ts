import { describe, expect, it } from 'vitest';
import { withFewBySeries } from '../../../src/backfill/plan-file/few-left.ts';
import type { LimitsByInterval } from '../../../src/core/plan/limits.ts';
import type { Collect, Distribute, Task, Want } from '../../../src/core/plan/task.ts';
import { NOW, span, want } from '../received.ts';

const WEEK = span('2025-06-02', '2025-06-06');
const MARKET = '1d all';
const of = (ticker: string, more: Partial<Want> = {}): Want => ({
  ...want({ range: WEEK, gaps: [WEEK] }),
  ...{ series: { ticker, interval: '1d' }, sessions: 5, market: MARKET },
  ...more,
});
const collect = (session: number): Collect => ({
  ...{ id: `market ${session}`, wants: [], requests: 1, partitions: [], market: MARKET },
  slice: { interval: '1d', session },
});
const tasksFor = (...wants: readonly Want[]): readonly Task[] => {
  const sessions = [0, 1, 2, 3, 4].map((i) => WEEK.from + i);
  const fill: Distribute = {
    ...{ id: 'fill', wants, requests: 0, partitions: [], market: MARKET, bucket: 0, sessions },
  };
  return [...sessions.map(collect), fill];
};

const left = (wants: readonly Want[], lookBackDays: number | null = null): readonly Task[] => {
  const limits: LimitsByInterval = {
    '1d': { maxSpanDays: null, lookBackDays, requestsPerSpan: 1 },
  };
  return withFewBySeries(tasksFor(...wants), { limits, quotas: [], actions: false, now: NOW });
};
const isBySeries = (tasks: readonly Task[]): boolean => !tasks.some((task) => 'slice' in task);

describe('what is left of a plan of a whole market', () => {
  it('is asked for by its series where these are fewer requests than its sessions', () => {
    const tasks = left([of('AAPL'), of('MSFT')]);
    expect(tasks).toMatchObject([
      { requests: 1, wants: [{ series: { ticker: 'AAPL' }, gaps: [WEEK] }] },
      { requests: 1, wants: [{ series: { ticker: 'MSFT' }, gaps: [WEEK] }] },
    ]);
    expect(isBySeries(left(['A', 'B', 'C', 'D'].map((ticker) => of(ticker))))).toBe(true);
    const five = ['A', 'B', 'C', 'D', 'E'].map((ticker) => of(ticker));
    expect(left(five)).toEqual(tasksFor(...five));
  });

  it('is left as it was where it is wanted again, or by series is not to be had', () => {
    expect(isBySeries(left([of('AAPL', { again: true })]))).toBe(false);
    expect(isBySeries(left([of('AAPL', { replaces: true })]))).toBe(false);
    expect(isBySeries(left([of('AAPL')], 5))).toBe(false);
  });
});
