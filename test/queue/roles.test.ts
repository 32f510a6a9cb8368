import { expect, it } from 'vitest';
import type { SeenMachine } from '../../src/queue/machines.ts';
import { byProcess } from '../../src/queue/roles.ts';

const ONE: SeenMachine = {
  ...{ id: 'one#a', name: 'one', host: 'box', pid: 7, store: 's3://lake', threads: 0, perMinute: 0 },
  ...{ capacity: { discovery: 1 }, inWork: 0, done: 0, failed: 0, startedAt: 0, silentMs: 1, isAlive: true },
};

it('a process that plans and works has the trouble of either', () => {
  const works: SeenMachine = { ...ONE, id: 'one#b', threads: 2, capacity: {}, trouble: 'no right to write' };
  for (const seen of [
    [ONE, works],
    [works, ONE],
  ])
    expect(byProcess(seen)).toMatchObject([{ threads: 2, trouble: 'no right to write' }]);
});
