import { describe, expect, it } from 'vitest';
import type { PoolOptions } from '../../src/pool/options.ts';
import { bundled } from '../bundled.ts';
import { leftovers } from './leftovers.ts';
import { before, start, traffic } from './misbehaving-pools.ts';
import { orderFor } from './orders.ts';
import type { Noted } from './threads/thread-ids.ts';

const entry = bundled('test/pool/threads/thread-ids.ts');
const numbers = (length: number): Int32Array<SharedArrayBuffer> =>
  new Int32Array(new SharedArrayBuffer(4 * length));

/** The threads of so many tasks of one run, in the order in which they began, and what the pool knows of them. */
async function threadsOf(
  tasks: number,
  options: Partial<PoolOptions>,
  how: Pick<Noted, 'holdsOn'> = {},
): Promise<{ threads: number[]; deaths: number; closed: number; results: unknown[] }> {
  const shared: Noted = { tasks: numbers(tasks + 1), closed: numbers(1), ...how };
  const pool = start({ entry, shared, ...options });
  const runner = pool.open({ tasks, traffic, secrets: {} });
  const orders = Array.from({ length: tasks }, (_, i) => orderFor(`T${i}`));
  const results = await Promise.all(orders.map((order) => runner.run(order)));
  const { deaths } = runner;
  await pool.close();
  expect(leftovers().threads).toBe(before.threads);
  const [count, ...threads] = shared.tasks;
  expect(count).toBe(tasks);
  return { threads, deaths, closed: shared.closed[0] ?? 0, results };
}

/** How many tasks each thread had, in the order of the threads. */
function tasksEach(threads: readonly number[]): number[] {
  const each = new Map<number, number>();
  for (const thread of threads) each.set(thread, (each.get(thread) ?? 0) + 1);
  return [...each.values()];
}

const DONE = { series: [] };

describe('threads that are recycled', () => {
  it('have so many tasks each, one thread after the other', async () => {
    const { threads, deaths, results } = await threadsOf(8, { workers: 1, concurrency: 1, recycleAfter: 3 });
    expect(tasksEach(threads)).toEqual([3, 3, 2]);
    expect(threads).toEqual(threads.toSorted((a, b) => a - b));
    expect(results).toEqual(Array.from({ length: 8 }, () => DONE));
    // An end between two tasks is no death.
    expect(deaths).toBe(0);
  });

  it('have no more with several tasks in work at once, and lose none', async () => {
    const { threads, deaths, results } = await threadsOf(12, { workers: 2, concurrency: 4, recycleAfter: 3 });
    expect(Math.max(...tasksEach(threads))).toBe(3);
    expect(tasksEach(threads)).toHaveLength(4);
    expect(results).toEqual(Array.from({ length: 12 }, () => DONE));
    expect(deaths).toBe(0);
  });

  it('close what they have open of a run before they end', async () => {
    // The third is ended with the pool.
    expect(await threadsOf(5, { workers: 1, recycleAfter: 2 })).toMatchObject({ closed: 2 });
  });

  it('end all the same where that hangs', async () => {
    const hanging = { workers: 1, recycleAfter: 2, endTimeoutMs: 200 };
    const { threads } = await threadsOf(5, hanging, { holdsOn: true });
    expect(tasksEach(threads)).toEqual([2, 2, 1]);
  });
});

describe('threads that are not', () => {
  it('have all there is', async () => {
    const { threads, closed } = await threadsOf(30, { workers: 1 });
    expect(tasksEach(threads)).toEqual([30]);
    expect(closed).toBe(0);
  });
});
