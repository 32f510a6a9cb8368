import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispatch } from '../../../src/backfill/run/dispatch.ts';
import type { TaskResult } from '../../../src/backfill/runner.ts';
import type { Task } from '../../../src/core/plan/task.ts';
import { failed, task } from './dispatched.ts';

/** `collect MARKET` or `distribute MARKET`, `tell ID` or `after ID`; anything else: a task that has to do with no other. */
function dependent(kind: string, i: number): Task {
  const [what, market = ''] = kind.split(' ');
  const one = task(String(i), [`p${i}`]);
  if (what === 'collect') return { ...one, market, slice: { interval: '1d', session: i }, partitions: [] };
  if (what === 'tell') {
    const told = { tickers: ['A'], range: { from: 0, to: 1 }, waiting: 1, intervals: ['1m'] as const };
    return { ...one, ...told, id: market, wants: [], partitions: [] };
  }
  if (what === 'after') return { ...one, after: market };
  return what === 'distribute' ? { ...one, market, bucket: i, sessions: [] } : one;
}

describe('handing out tasks', () => {
  it('runs each once, never too many at once, never two on one partition, in any order of finishing', async () => {
    const partitions = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(partitions, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (scheduler, lists, capacity) => {
          const tasks = lists.map((list, i) => task(String(i), list));
          const inWork: Task[] = [];
          const ran: Task[] = [];
          const run = async (one: Task): Promise<TaskResult> => {
            for (const other of inWork) {
              expect(other.partitions.filter((name) => one.partitions.includes(name))).toEqual([]);
            }
            inWork.push(one);
            expect(inWork.length).toBeLessThanOrEqual(capacity);
            await scheduler.schedule(Promise.resolve());
            inWork.splice(inWork.indexOf(one), 1);
            ran.push(one);
            return failed;
          };
          const results: Task[] = [];
          const all = dispatch({
            tasks,
            capacity: () => capacity,
            run,
            onResult: (one) => results.push(one),
            stopped: () => false,
          });
          await scheduler.waitFor(all);
          expect(new Set(ran)).toEqual(new Set(tasks));
          expect(ran).toHaveLength(tasks.length);
          expect(results).toEqual(ran);
        },
      ),
    );
  });

  it('distributes a market, and asks for bars, when what they need has come, in any order of finishing, whatever is closed', async () => {
    const kinds = fc.constantFrom(
      ...['collect m', 'collect n', 'distribute m', 'distribute n', 'fetch', 'tell a', 'tell b', 'after a'],
    );
    const brings = (one: Task): boolean => 'slice' in one || 'tickers' in one;
    const needs = (one: Task, other: Task): boolean =>
      ('bucket' in one && 'slice' in other && other.market === one.market) ||
      ('after' in one && 'tickers' in other && other.id === one.after);
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.record({ kind: kinds, isClosed: fc.boolean() }), { maxLength: 14 }),
        fc.integer({ min: 2, max: 5 }),
        async (scheduler, asked, capacity) => {
          const tasks = asked.map(({ kind }, i) => dependent(kind, i));
          const open = new Set(tasks.filter((one, i) => brings(one) && asked[i]?.isClosed !== true));
          const done = new Set<Task>();
          const left = await scheduler.waitFor(
            dispatch({
              tasks,
              capacity: () => capacity,
              run: async (one) => {
                expect([...open].filter((other) => needs(one, other) && !done.has(other))).toEqual([]);
                await scheduler.schedule(Promise.resolve());
                return failed;
              },
              onResult: (one) => done.add(one),
              stopped: () => false,
              isClosed: (one) => brings(one) && !open.has(one),
            }),
          );
          expect(left).toEqual(tasks.filter((one) => brings(one) && !open.has(one)));
          expect(done.size).toBe(tasks.length - left.length);
        },
      ),
    );
  });

  it('starts as many as it may at once', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((name) => task(name, [name]));
    const started: string[] = [];
    const releases: (() => void)[] = [];
    const run = (one: Task): Promise<TaskResult> => {
      started.push(one.id);
      return new Promise((resolve) => releases.push(() => resolve(failed)));
    };
    const all = dispatch({ tasks, capacity: () => 3, run, onResult: () => undefined, stopped: () => false });
    expect(started).toEqual(['a', 'b', 'c']);
    for (const release of releases) release();
    await new Promise(setImmediate);
    releases.at(-1)?.();
    expect(await all).toEqual([]);
  });

  it('asks no endpoint more at once than it bears, and others meanwhile, in any order of finishing', async () => {
    const kinds = fc.constantFrom('collect m', 'collect n', 'distribute m', 'distribute n', 'fetch');
    const endpointOf = (one: Task) => ('slice' in one ? { name: one.market, mostAtOnce: 2 } : undefined);
    const fullest = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.record({ kind: kinds, isClosed: fc.boolean() }), { maxLength: 14 }),
        fc.integer({ min: 1, max: 6 }),
        async (scheduler, asked, capacity) => {
          const tasks = asked.map(({ kind }, i) => dependent(kind, i));
          const closed = new Set(tasks.filter((one, i) => 'slice' in one && asked[i]?.isClosed === true));
          const inWork = new Map<string, number>();
          const done = new Set<Task>();
          const left = await scheduler.waitFor(
            dispatch({
              ...{ tasks, endpointOf, capacity: () => capacity },
              run: async (one) => {
                const name = endpointOf(one)?.name ?? 'others';
                const now = (inWork.get(name) ?? 0) + 1;
                inWork.set(name, now);
                fullest.set(name, Math.max(now, fullest.get(name) ?? 0));
                await scheduler.schedule(Promise.resolve());
                inWork.set(name, (inWork.get(name) ?? 0) - 1);
                return failed;
              },
              onResult: (one) => done.add(one),
              stopped: () => false,
              isClosed: (one) => closed.has(one),
            }),
          );
          expect(new Set(left)).toEqual(closed);
          expect(done.size).toBe(tasks.length - closed.size);
        },
      ),
    );
    expect([fullest.get('m'), fullest.get('n')]).toEqual([2, 2]);
    expect(fullest.get('others')).toBeGreaterThan(2);
  });

  it('once stopped finishes what is in work and gives back the rest', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((name) => task(name, [name]));
    const finished: string[] = [];
    const left = await dispatch({
      tasks,
      capacity: () => 2,
      run: async () => failed,
      onResult: ({ id }) => finished.push(id),
      stopped: () => finished.length > 0,
    });
    expect(finished).toEqual(['a', 'b']);
    expect(left.map(({ id }) => id)).toEqual(['c', 'd']);
  });

  it('passes over tasks that are closed meanwhile, and gives them back', async () => {
    const tasks = ['a1', 'b1', 'a2', 'b2', 'a3'].map((name) => task(name, [name]));
    const ran: string[] = [];
    const left = await dispatch({
      tasks,
      capacity: () => 1,
      run: async () => failed,
      onResult: ({ id }) => ran.push(id),
      stopped: () => false,
      isClosed: ({ id }) => ran.length > 0 && id.startsWith('a'),
    });
    expect(ran).toEqual(['a1', 'b1', 'b2']);
    expect(left.map(({ id }) => id)).toEqual(['a2', 'a3']);
  });

  it('takes the number of tasks at once as it is when the next is handed out', async () => {
    const tasks = ['a', 'b', 'c'].map((name) => task(name, [name]));
    const started: string[] = [];
    const releases: (() => void)[] = [];
    let capacity = 1;
    const all = dispatch({
      tasks,
      capacity: () => capacity,
      run: ({ id }) => {
        started.push(id);
        return new Promise((resolve) => releases.push(() => resolve(failed)));
      },
      onResult: () => (capacity = 2),
      stopped: () => false,
    });
    expect(started).toEqual(['a']);
    releases[0]?.();
    await new Promise(setImmediate);
    expect(started).toEqual(['a', 'b', 'c']);
    for (const release of releases) release();
    expect(await all).toEqual([]);
  });

  it('ends with what was thrown while a result was taken in, and hands out no more', async () => {
    const tasks = ['a', 'b', 'c', 'd'].map((name) => task(name, [name]));
    const started: string[] = [];
    const releases: (() => void)[] = [];
    const all = dispatch({
      tasks,
      capacity: () => 2,
      run: ({ id }) => {
        started.push(id);
        return new Promise((resolve) => releases.push(() => resolve(failed)));
      },
      onResult: ({ id }) => {
        if (id === 'a') throw new Error('a bug');
      },
      stopped: () => false,
    });
    releases[0]?.();
    await expect(all).rejects.toThrow('a bug');
    releases[1]?.();
    await new Promise(setImmediate);
    expect(started).toEqual(['a', 'b']);
  });
});
