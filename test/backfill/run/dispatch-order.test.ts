import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dispatch } from '../../../src/backfill/run/dispatch.ts';
import type { Task } from '../../../src/core/plan/task.ts';
import { failed, task } from './dispatched.ts';

describe('the order in which tasks are handed out', () => {
  it('takes the very tasks, in the very order, that looking at all that wait each time would give', async () => {
    const partitions = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(partitions, { maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat(9), { minLength: 25, maxLength: 25 }),
        fc.array(fc.nat(24), { maxLength: 3 }),
        async (lists, capacity, finishing, closing) => {
          const tasks = lists.map((list, i) => task(String(i), list));
          const waiting = [...tasks];
          const inWork = new Map<Task, () => void>();
          const closed = new Set<Task>();
          const first = (): Task | undefined =>
            waiting.find((one) => {
              const isBusy = (name: string): boolean =>
                [...inWork.keys()].some((other) => other.partitions.includes(name));
              return !closed.has(one) && !one.partitions.some(isBusy);
            });
          const all = dispatch({
            tasks,
            capacity: () => capacity,
            run: (one) => {
              expect(one).toBe(first());
              waiting.splice(waiting.indexOf(one), 1);
              return new Promise((resolve) => inWork.set(one, () => resolve(failed)));
            },
            onResult: (one) => inWork.delete(one),
            stopped: () => false,
            isClosed: (one) => closed.has(one),
          });
          for (const which of finishing) {
            const [, release] = [...inWork][which % Math.max(1, inWork.size)] ?? [];
            const [endpoint] = tasks.slice(closing.pop());
            if (endpoint !== undefined && closing.length > 0) closed.add(endpoint);
            release?.();
            await new Promise(setImmediate);
            expect(inWork.size === capacity || first() === undefined).toBe(true);
          }
          for (const release of inWork.values()) release();
          expect(await all).toEqual(tasks.filter((one) => waiting.includes(one)));
        },
      ),
    );
  });

  it('looks at few tasks for each that it hands out, however many wait for one partition', async () => {
    let looks = 0;
    const tasks = Array.from({ length: 2000 }, (_, i) => {
      const one = task(String(i), []);
      return Object.defineProperty(one, 'partitions', {
        get: () => {
          looks++;
          return [`window ${i % 7}`, 'actions'];
        },
      });
    });
    const ran: string[] = [];
    await dispatch({
      tasks,
      capacity: () => 4,
      run: ({ id }) => {
        ran.push(id);
        return Promise.resolve(failed);
      },
      onResult: () => undefined,
      stopped: () => false,
    });
    expect(ran).toEqual(tasks.map(({ id }) => id));
    expect(looks).toBeLessThan(10 * tasks.length);
  });
});
