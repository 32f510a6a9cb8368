import { afterEach, expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { type DiscoveryOptions, enqueueRun, startDiscovery } from '../../src/queue/handed-over.ts';
import type { QueueWorker } from '../../src/queue/options.ts';
import { REDIS, describeWith } from '../needs.ts';
import { QUICK, connected, withRedis } from './farm.ts';

const STORE = 's3://lake/data';

const planners: QueueWorker[] = [];

/** One who plans, and what it did. */
async function planner(
  store = STORE,
  carryOut: DiscoveryOptions['carryOut'] = () => Promise.resolve('ended'),
): Promise<{ carried: string[]; notes: string[]; worker: QueueWorker }> {
  const [carried, notes]: [string[], string[]] = [[], []];
  const worker = await startDiscovery({
    ...{ redis: await connected(), name: 'planner', store, pace: QUICK },
    onNote: (line) => void notes.push(line),
    carryOut: (run, stop) => {
      carried.push(run);
      return carryOut(run, stop);
    },
  });
  planners.push(worker);
  return { carried, notes, worker };
}

describeWith(REDIS)('a run that was handed over', () => {
  withRedis();
  afterEach(async () => {
    await Promise.all(planners.splice(0).map((worker) => worker.drain(0)));
  });

  it('is left to a worker of the store that it writes, which is said once', async () => {
    const other = await planner('s3://other');
    await enqueueRun(await connected(), { run: 'RUN', store: STORE });
    await expect
      .poll(() => other.notes)
      .toEqual([`run RUN waits: it writes ${STORE}, and this worker s3://other`]);
    await new Promise((resolve) => setTimeout(resolve, 3 * QUICK.busyMs));
    const own = await planner();
    await expect.poll(() => own.carried).toEqual(['RUN']);
    expect([other.carried, other.notes.length]).toEqual([[], 1]);
  });

  it('waits for whoever writes its store, which is said once', async () => {
    let tries = 0;
    const { carried, notes } = await planner(STORE, () => {
      if (++tries < 4) throw new BackfillError('store-locked', `pid ${tries} writes it`);
      return Promise.resolve('ended');
    });
    await enqueueRun(await connected(), { run: 'RUN', store: STORE });
    await expect.poll(() => carried).toEqual(['RUN', 'RUN', 'RUN', 'RUN']);
    expect(notes).toEqual(['run RUN waits: pid 1 writes it']);
  });

  it('is gone on with by another one where its planner is told to end', async () => {
    const first = await planner(
      STORE,
      (_, stop) => new Promise((resolve) => stop.addEventListener('abort', () => resolve('interrupted'))),
    );
    await enqueueRun(await connected(), { run: 'RUN', store: STORE });
    await expect.poll(() => first.carried).toEqual(['RUN']);
    await first.worker.drain(1000);
    const second = await planner();
    await expect.poll(() => second.carried).toEqual(['RUN']);
  });
});
