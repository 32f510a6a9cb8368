import { describe, expect, it } from 'vitest';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { NOTHING_BEYOND, NO_TRAFFIC, type TrafficNow } from '../../src/backfill/runner.ts';
import type { Plan } from '../../src/core/plan/plan.ts';
import type { Task, Want } from '../../src/core/plan/task.ts';
import { type Quota, unusedAt } from '../../src/core/plan/quota.ts';
import { watchRun } from '../../src/report/progress.ts';

const task = (ticker: string, interval: '1d' | '5m' = '1d', requests = 1): Task =>
  ({ wants: [{ series: { ticker, interval } }], requests }) as unknown as Task;
const planned = (tasks: readonly Task[]): BackfillEvent => {
  const requests = tasks.reduce((sum, one) => sum + one.requests, 0);
  return {
    type: 'planned',
    plan: { tasks, totals: { requests } } as Plan,
    setAside: [],
    lost: [],
    distrusted: [],
  };
};
const running = (traffic: Partial<TrafficNow>): BackfillEvent => ({
  type: 'running',
  plan: {} as Plan,
  workers: 1,
  traffic: () => ({
    ...NO_TRAFFIC,
    beyond: NOTHING_BEYOND,
    pausedMs: 0,
    learned: null,
    standing: unusedAt(0),
    ...traffic,
  }),
});
const finished = (one: Task, isFailure = false, code = 'network'): BackfillEvent => ({
  type: 'finished',
  want: one.wants[0] as Want,
  requests: one.requests,
  result: isFailure ? ({ ok: false } as never) : ({ ok: true, report: { bars: 50 } } as never),
  failure: isFailure ? ({ code } as never) : null,
  done: 1,
});

/** A run of some tasks on a clock that only the test moves. */
function watched(tasks: readonly Task[], quotas: readonly Quota[] = []) {
  let now = 1_000_000;
  const watch = watchRun(quotas, () => now);
  watch.note(planned(tasks));
  return {
    now: () => watch.now(),
    after: (ms: number, ...events: BackfillEvent[]) => {
      now += ms;
      for (const event of events) watch.note(event);
      return watch.now();
    },
  };
}

describe('a run that is watched', () => {
  it('counts series, each with the last of its tasks, and not what is done over', () => {
    const [one, two] = [task('ALFA', '5m'), task('ALFA', '5m')];
    const run = watched([one, two, task('ALFA'), task('BRIQ.PA')]);
    expect(run.now()).toMatchObject({ done: 0, total: 3, tickerWidth: 7, latest: undefined });
    expect(run.after(1, { type: 'started', task: one }).latest).toBe(one.wants[0]?.series);
    expect(run.after(1, finished(one))).toMatchObject({ done: 0 });
    expect(run.after(1, finished(two))).toMatchObject({ done: 1 });
    expect(run.after(1, finished(two))).toMatchObject({ done: 1 });
    expect(run.after(1, finished(task('BRIQ.PA')))).toMatchObject({ done: 2, latest: { ticker: 'BRIQ.PA' } });
  });

  it('counts the series that failed, once each, as they fail', () => {
    const [one, two] = [task('ALFA'), task('ALFA')];
    const run = watched([one, two, task('BRIQ')]);
    expect(run.after(1, finished(one, true)).failed).toBe(1);
    expect(run.after(1, finished(two, true)).failed).toBe(1);
    expect(run.after(1, finished(task('BRIQ'), true, 'unknown-ticker')).failed).toBe(1);
    expect(run.after(1, finished(task('BRIQ'), true)).failed).toBe(2);
  });

  it('counts a series once that is planned again, as it ends then', () => {
    const [one, two] = [task('ALFA'), task('BRIQ')];
    const run = watched([one, two]);
    expect(run.after(1, finished(one, true), finished(two, true))).toMatchObject({ done: 2, failed: 2 });
    expect(run.after(1, planned([two]))).toMatchObject({ done: 1, total: 2, failed: 1 });
    expect(run.after(1, finished(two))).toMatchObject({ done: 2, total: 2, failed: 1 });
  });

  it('counts apart what a later one of a chain is asked for, or the same one in another way, and what the last one failed in', () => {
    const chain = { type: 'asking', quotas: [], chain: ['polygon', 'yahoo'] } as const;
    const first: BackfillEvent = { ...chain, provider: 'polygon', before: [], asksUnnamed: ['1d'] };
    const run = watched(['ALFA', 'BRIQ', 'CORV', 'DUNO'].map((ticker) => task(ticker)));
    const unnamed = (ticker: string, interval: '1d' | '5m' = '1d'): BackfillEvent => ({
      ...(finished(task(ticker, interval)) as Extract<BackfillEvent, { type: 'finished' }>),
      want: { series: { ticker, interval }, market: `${interval} all` } as Want,
      result: { ok: true, report: { bars: 0, unconfirmed: {} } } as never,
      failure: { code: 'incomplete' } as never,
    });
    run.after(1, first);
    expect(run.after(1, finished(task('ALFA'), true, 'not-entitled'))).toMatchObject({
      failed: 0,
      handedOn: 1,
    });
    expect(run.after(1, unnamed('BRIQ'))).toMatchObject({ failed: 0, handedOn: 2 });
    expect(run.after(1, unnamed('BRIQ', '5m'))).toMatchObject({ failed: 1, handedOn: 2 });
    expect(run.after(1, finished(task('CORV'), true))).toMatchObject({ failed: 2, handedOn: 2 });
    // One that failed in another way besides has failed.
    expect(run.after(1, finished(task('ALFA'), true))).toMatchObject({ failed: 3, handedOn: 1 });
    const last = watched([task('ALFA')]);
    last.after(1, { ...chain, provider: 'yahoo', before: ['polygon'] });
    expect(last.after(1, finished(task('ALFA'), true, 'not-entitled'))).toMatchObject({
      failed: 1,
      handedOn: 0,
    });
  });

  it('knows no time left before something is done, where no quota tells', () => {
    const tasks = ['A', 'B', 'C', 'D'].map((ticker) => task(ticker));
    const run = watched(tasks);
    expect(run.after(5000).leftMs).toBeNull();
    expect(run.after(0, finished(tasks[0] as Task)).leftMs).toBeNull();
    expect(run.after(5000, finished(tasks[1] as Task)).leftMs).toBe(10_000);
  });

  it('takes longer the longer nothing comes, and forgets what held it up long ago', () => {
    const tasks = Array.from({ length: 200 }, (_, i) => task(`T${i}`));
    const run = watched(tasks);
    run.after(600_000, finished(tasks[0] as Task));
    for (const one of tasks.slice(1, 100)) run.after(1000, finished(one));
    expect(run.now().leftMs).toBe(100_000);
    expect(run.after(49_000).leftMs).toBe(200_000);
  });

  it('never promises more than the quotas allow, nor than the limit that was learned', () => {
    const tasks = Array.from({ length: 11 }, (_, i) => task(`T${i}`));
    const minute = watched(tasks, [{ requests: 5, perMs: 60_000 }]);
    expect(minute.now().leftMs).toBeGreaterThan(100_000);
    expect(minute.after(10, finished(tasks[0] as Task)).leftMs).toBeGreaterThan(90_000);
    const learned = watched(tasks);
    const limit = { requests: 1, perMs: 60_000 };
    const { leftMs } = learned.after(10, running({ learned: limit }), finished(tasks[0] as Task));
    expect(leftMs).toBeGreaterThan(500_000);
  });

  it('says when it goes on that the provider slowed down, and how often it was tried again', () => {
    const run = watched([task('ALFA')]);
    expect(run.now()).toMatchObject({ resumesAt: null, retries: 0 });
    const { resumesAt, retries } = run.after(500, running({ pausedMs: 60_000, retries: 3 }));
    expect([resumesAt, retries]).toEqual([1_060_500, 3]);
  });

  it('knows how much of each counted quota all processes have used, in the window that goes on', () => {
    const day = { requests: 500, perMs: 86_400_000 };
    const run = watched([task('ALFA')], [{ requests: 5, perMs: 60_000 }, day]);
    expect(run.now().quotaUse).toEqual([{ quota: day, used: 0 }]);
    const standing = (index: number) => ({
      now: 1000,
      nextAt: 0,
      windows: { '86400000ms': { index, used: 7 } },
    });
    expect(run.after(1, running({ standing: standing(0) })).quotaUse).toEqual([{ quota: day, used: 7 }]);
    expect(run.after(1, running({ standing: standing(-1) })).quotaUse).toEqual([{ quota: day, used: 0 }]);
  });

  it('has a rate of bars, and an elapsed time', () => {
    const run = watched([task('ALFA'), task('BRIQ')]);
    expect(run.now()).toMatchObject({ barsPerSecond: 0, elapsedMs: 0 });
    expect(run.after(2000, finished(task('ALFA')))).toMatchObject({ barsPerSecond: 25, elapsedMs: 2000 });
  });
});
