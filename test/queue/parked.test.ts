import { Queue, Worker } from 'bullmq';
import { expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { enqueueRun } from '../../src/queue/handed-over.ts';
import { DISCOVERY_QUEUE, PARKED_SECONDS, PREFIX, runKey } from '../../src/queue/names.ts';
import { takeOutParked } from '../../src/queue/parked.ts';
import type { NamedQueue } from '../../src/queue/queues.ts';
import type { QueueRun } from '../../src/queue/run.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { SAMPLE, connected, planner, withRedis } from './farm.ts';
import { endOf, pretendedRun } from './pretended.ts';

const ASKED = {
  provider: { id: 'sample', url: 'http://127.0.0.1:9' },
  quotas: [{ requests: 5, perMs: 60_000 }],
  rateShare: 0.5,
  world: 'paper',
  requestedAsOf: '2026-03-01',
};

const LAKE = 's3://lake/data';

const DIED = 'job started more than allowable limit';

/** Gives up the next job of a queue. */
async function giveUp(redis: Redis, queue: string): Promise<void> {
  const worker = new Worker(queue, undefined, { connection: redis, prefix: PREFIX, autorun: false });
  const job = await worker.getNextJob('token', { block: false });
  await job?.moveToFailed(new Error(DIED), 'token', false);
  await worker.close();
}

/** A run of which one task is given up, and which has ended. */
async function park(ticker: string, run: QueueRun): Promise<void> {
  const runner = await planner(run.id, { run });
  const end = runner.run(orderFor(ticker));
  const redis = await connected();
  await expect.poll(() => redis.llen(`${PREFIX}:${SAMPLE}:wait`)).toBe(1);
  await giveUp(redis, SAMPLE);
  expect(endOf(await end)).toBe('worker-crashed');
  await runner.close();
}

async function takenOut(
  name = SAMPLE,
  { provider, store }: Pick<NamedQueue, 'provider' | 'store'> = { provider: 'sample', store: LAKE },
  mine = LAKE,
): ReturnType<typeof takeOutParked> {
  const redis = await connected();
  const queue = new Queue(name, { connection: redis, prefix: PREFIX });
  try {
    return await takeOutParked(redis, { queue, provider, store }, mine);
  } finally {
    await queue.close();
  }
}

describeWith(REDIS)('what was given up', () => {
  withRedis();

  it('is run again as its run was told to ask, as long as it is parked', async () => {
    await park('A', { ...pretendedRun('ONE'), ...ASKED });
    await park('B', { ...pretendedRun('TWO'), ...ASKED });
    await park('C', { ...pretendedRun('THREE'), isDerived: true });
    const redis = await connected();
    for (const run of ['ONE', 'TWO', 'THREE'])
      expect(await redis.ttl(runKey(run))).toBeGreaterThanOrEqual(PARKED_SECONDS - 30);
    const range = { interval: '1d', start: '2025-06-02', end: '2025-06-06' };
    const { work, ...rest } = await takenOut();
    expect(rest).toEqual({ provider: 'sample', tasks: 3, unknown: 0, runs: [] });
    expect(work).toHaveLength(2);
    expect(work).toEqual(
      expect.arrayContaining([
        { ...ASKED, ...range, tickers: ['A', 'B'] },
        { provider: { id: 'sample' }, isDerived: true, ...range, tickers: ['C'] },
      ]),
    );
    expect(await takenOut()).toMatchObject({ tasks: 0, work: [] });
  });

  it('is asked of its provider as that is, where the server was emptied of its run', async () => {
    await park('A', { ...pretendedRun('RUN'), ...ASKED });
    await (await connected()).del(runKey('RUN'));
    expect((await takenOut()).work).toMatchObject([{ provider: { id: 'sample' }, tickers: ['A'] }]);
  });

  it('stays where it is for another store', async () => {
    await park('A', pretendedRun('RUN'));
    const nothing = { tasks: 0, work: [], unknown: 0 };
    expect(await takenOut(SAMPLE, undefined, 's3://lake/other')).toMatchObject(nothing);
    expect(await takenOut(SAMPLE, undefined, 's3://lake/data/')).toMatchObject({ tasks: 1 });
  });

  it('and is a whole run waits again for whoever plans it', async () => {
    const redis = await connected();
    await enqueueRun(redis, { run: 'RUN', store: 's3://lake/data' });
    await giveUp(redis, DISCOVERY_QUEUE);
    expect(await redis.zrange(`${PREFIX}:discovery:failed`, '0', '-1')).toEqual(['RUN']);
    const any = { provider: DISCOVERY_QUEUE, store: null };
    expect(await takenOut(DISCOVERY_QUEUE, any, 's3://lake/other')).toMatchObject({ runs: [] });
    expect(await takenOut(DISCOVERY_QUEUE, any)).toEqual({
      ...{ provider: DISCOVERY_QUEUE, tasks: 0, work: [], unknown: 0, runs: ['RUN'] },
    });
    expect(await redis.lrange(`${PREFIX}:discovery:wait`, 0, -1)).toEqual(['RUN']);
  });

  it('of a run that has ended is not what that was asked', async () => {
    const runner = await planner('RUN', { request: { tickers: ['A'] } });
    const redis = await connected();
    expect(await redis.hexists(runKey('RUN'), 'request')).toBe(1);
    await runner.close();
    expect(await redis.hkeys(runKey('RUN'))).not.toContain('request');
  });
});
