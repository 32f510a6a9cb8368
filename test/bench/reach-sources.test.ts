import { describe, expect, it } from 'vitest';
import { LATENCY_MS, NOW, SOURCES, askedOf, lackingIn, timeOf } from '../../bench/reach/sources.ts';
import type { Reached } from '../../bench/reach/work.ts';
import { planTasks } from '../../src/core/plan/plan.ts';
import { capabilitiesOf } from '../../src/providers/registry.ts';

/** What the planner says of all of the series at once. */
function plannedWhole(name: string, work: 'fill' | 'top-up', interval: Reached, series: number) {
  const source = SOURCES.find((one) => one.name === name)!;
  const { intervals, quotas, actions } = capabilitiesOf(source.config);
  const gaps = lackingIn(source, work, interval, series, intervals[interval]?.settleDelayMs ?? 0);
  const plan = planTasks(gaps, { limits: intervals, quotas, actions, now: NOW });
  const taskBytes = plan.tasks.reduce((all, task) => all + JSON.stringify(task).length, 0);
  const { requests } = plan.totals;
  return { source, plan: { requests, tasks: plan.tasks.length, bytes: plan.bytes }, taskBytes };
}

describe('what is asked of a source', () => {
  it.each([
    ['yahoo', 'fill', '1m', 30],
    ['alphavantage 1200', 'top-up', '1d', 30],
    ['alpaca free', 'fill', '1d', 300],
    ['alpaca plus', 'fill', '1m', 60],
    ['alpaca plus', 'top-up', '1m', 60],
    ['polygon free', 'fill', '1m', 30],
    ['polygon starter', 'fill', '1d', 30],
    ['polygon starter', 'fill', '1d', 2000],
    ['polygon starter', 'top-up', '1d', 2000],
    ['polygon flat', 'top-up', '1m', 2000],
    ['binance', 'fill', '1m', 20],
  ] as const)(
    'of %s is what the planner says of all at once: %s, %s × %i',
    (name, work, interval, series) => {
      const { source, plan, taskBytes } = plannedWhole(name, work, interval, series);
      const asked = askedOf(source, work, interval, series);
      expect(asked).toMatchObject(plan);
      // Buckets are of unlike sizes, and numbers of unlike lengths.
      expect(Math.abs(asked!.taskBytes / taskBytes - 1)).toBeLessThan(0.05);
    },
  );

  it('is less than was wanted where it reaches no further back, and nothing where it has no such bars', () => {
    const of = (name: string, interval: Reached, series: number) =>
      askedOf(
        SOURCES.find((one) => one.name === name)!,
        'fill',
        interval,
        series,
      );
    expect(of('alphavantage free', '1d', 10_000)?.part).toBeCloseTo(100 / 1255, 3);
    expect(of('alphavantage free', '1m', 10_000)).toBeNull();
    expect(of('alpaca free', '1d', 10_000)?.part).toBe(1);
    // No market has so many shares.
    expect(of('polygon flat', '1m', 100_000)).toBeNull();
  });
});

describe('the time that requests take', () => {
  const free = { quotas: [{ requests: 25, perMs: 86_400_000 }], defaultInFlight: 4 };

  it('is the quota’s where that is what they wait for', () => {
    // 100 requests are four days’: the last is sent as the fourth begins.
    expect(timeOf({ requests: 100, bytes: 0 }, free, LATENCY_MS)).toEqual({
      by: 'quota',
      ms: 3 * 86_400_000,
    });
  });

  it('is that of answers in flight, eight at a time', () => {
    const open = { quotas: [], defaultInFlight: 8 };
    expect(timeOf({ requests: 1600, bytes: undefined }, open, 250)).toEqual({ by: 'in flight', ms: 50_000 });
  });

  it('is that of the line, 25 MB a second', () => {
    const open = { quotas: [], defaultInFlight: 8 };
    expect(timeOf({ requests: 8, bytes: 50_000_000 }, open, 250)).toEqual({ by: 'line', ms: 2000 });
  });
});
