import { describe, expect, it } from 'vitest';
import { besideProbe } from '../../../src/backfill/settle/beside-probe.ts';
import type { Plan } from '../../../src/core/plan/plan.ts';
import { type Quota, unusedAt } from '../../../src/core/plan/quota.ts';
import type { Task, Want } from '../../../src/core/plan/task.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
const INTERVALS = {
  '1d': {
    maxSpanDays: null,
    lookBackDays: null,
    requestsPerSpan: 1,
    requestsForActions: 2,
    settleDelayMs: 0,
  },
};

/** A task of so many requests; `after`: the id of what it waits for. */
function task(id: string, requests: number, after?: string): Task {
  const wants = [{ series: { ticker: id, interval: '1d' } } as Want];
  return { id, wants, requests, partitions: [], ...(after !== undefined && { after }) };
}

/** The ids of those before the probe and of those after it. */
function parted(tasks: readonly Task[], quotas: readonly Quota[], more: Partial<Plan> = {}): string {
  const requests = tasks.reduce((sum, one) => sum + one.requests, 0);
  const plan = { tasks, standing: unusedAt(NOON), mayProbe: true, totals: { requests }, ...more } as Plan;
  const { first, rest } = besideProbe(plan, { quotas, intervals: INTERVALS });
  return [first, rest].map((some) => some.map(({ id }) => id).join('')).join('|');
}

const aDay = (requests: number): Quota[] => [{ requests, perMs: DAY }];
const FIVE = ['A', 'B', 'C', 'D', 'E'].map((id) => task(id, 2));

describe('the tasks before a probe', () => {
  it('are all where the quota reaches for them and it', () => {
    expect(parted(FIVE, aDay(13))).toBe('ABCDE|');
    expect(parted(FIVE, aDay(12))).toBe('ABCD|E');
  });

  it('are as many as leave room for it, whatever was used before', () => {
    expect(parted(FIVE, aDay(10))).toBe('ABC|DE');
    const windows = { [`${DAY}ms`]: { index: Math.floor(NOON / DAY), used: 3 } };
    expect(parted(FIVE, aDay(10), { standing: { now: NOON, nextAt: 0, windows } })).toBe('AB|CDE');
    expect(parted(FIVE, [...aDay(100), { requests: 8, perMs: 3_600_000 }])).toBe('AB|CDE');
  });

  it('are all where there is not room for one beside it, and where none may be due', () => {
    expect(parted(FIVE, aDay(4))).toBe('ABCDE|');
    expect(parted(FIVE, aDay(0))).toBe('ABCDE|');
    expect(parted(FIVE, aDay(10), { mayProbe: false })).toBe('ABCDE|');
    expect(parted(FIVE, [{ requests: 1, perMs: 1000 }])).toBe('ABCDE|');
    expect(parted(FIVE, [])).toBe('ABCDE|');
  });

  it('do not bring what a task after it waits for', () => {
    const tasks = [task('A', 2), task('T', 2), task('B', 1, 'T'), task('C', 1, 'T'), task('D', 4)];
    expect(parted(tasks, aDay(8))).toBe('A|TBCD');
    expect(parted(tasks, aDay(9))).toBe('ATBC|D');
  });

  it('are all of a plan of whole markets', () => {
    const slice = { ...task('M', 1), slice: { interval: '1d', session: 20_000 }, market: 'm' } as Task;
    expect(parted([slice, ...FIVE], aDay(10))).toBe('MABCDE|');
  });
});
