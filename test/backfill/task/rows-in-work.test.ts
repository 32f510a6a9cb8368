import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { RowsInWork } from '../../../src/backfill/task/rows-in-work.ts';
import type { Interval } from '../../../src/core/session/interval.ts';
import type { Task } from '../../../src/core/plan/task.ts';

/** A task of so many days of series that trade round the clock. */
function taskOf(id: string, interval: Interval, days: number, series = 1): Task {
  const wants = Array.from({ length: series }, (_, i) => ({
    ...{ id, series: { ticker: `T${i}`, interval }, calendar: '24-7' },
    ...{ range: { from: 19_000, to: 19_000 + days }, gaps: [], sessions: days },
  }));
  return { id, wants, requests: 1, partitions: [] };
}

/** Gives a thread tasks at once; gives which are in work at first, and which after each that ends. */
async function workOf(tasks: readonly Task[]): Promise<string[]> {
  const room = new RowsInWork(10_000);
  const inWork = new Map<string, () => void>();
  const all = tasks.map((task) =>
    room.within(task, async () => {
      await new Promise<void>((end) => inWork.set(task.id, end));
    }),
  );
  const seen: string[] = [];
  for (;;) {
    await setImmediate();
    const [next] = inWork;
    if (next === undefined) break;
    seen.push([...inWork.keys()].join(''));
    inWork.delete(next[0]);
    next[1]();
  }
  await Promise.all(all);
  return seen;
}

it('a thread has several short tasks in work at once, and as many long ones as it has room for', async () => {
  const year = (id: string): Task => taskOf(id, '1d', 365);
  expect(await workOf([year('a'), year('b'), year('c')])).toEqual(['abc', 'bc', 'c']);
  // Three days of minutes are 4,320 rows.
  const minutes = (id: string): Task => taskOf(id, '1m', 3);
  expect(await workOf([minutes('a'), minutes('b'), minutes('c'), year('d')])).toEqual([
    'ab',
    'bcd',
    'cd',
    'd',
  ]);
});

it('a task of more rows than all may have goes alone', async () => {
  const long = taskOf('b', '5m', 365);
  const tasks = [taskOf('a', '1d', 10), long, taskOf('c', '1d', 10)];
  expect(await workOf(tasks)).toEqual(['a', 'b', 'c']);
});

it('the series of a list count as their longest: what a request may ask for is limited where it is planned', async () => {
  const list = (id: string): Task => taskOf(id, '1d', 1000, 100);
  expect(await workOf([list('a'), list('b')])).toEqual(['ab', 'b']);
});

it('those of a market that lie in one bucket count together: they are read together', async () => {
  const bucket = (id: string): Task => ({
    ...taskOf(id, '1d', 252, 20),
    ...{ market: '1d all', bucket: 0, sessions: [] },
  });
  expect(await workOf([bucket('a'), bucket('b'), bucket('c')])).toEqual(['a', 'b', 'c']);
});

it('a task that fails leaves its room to the next', async () => {
  const room = new RowsInWork(10_000);
  const failing = room.within(taskOf('a', '1m', 7), () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await room.within(taskOf('b', '1m', 7), async () => 'done')).toBe('done');
});
