import { Queue } from 'bullmq';
import { afterEach, expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { type DiscoveryOptions, startDiscovery } from '../../src/queue/discovery.ts';
import { enqueueRun, handOverLost } from '../../src/queue/handed-over.ts';
import { DISCOVERY_QUEUE, PREFIX } from '../../src/queue/names.ts';
import { drainQueue } from '../../src/queue/waiting.ts';
import type { HandedOverRuns } from '../../src/store/handed-over.ts';
import type { QueueWorker } from '../../src/queue/options.ts';
import { REDIS, describeWith } from '../needs.ts';
import { QUICK, connected, withRedis } from './farm.ts';

const STORE = 's3://lake/data';

const planners: QueueWorker[] = [];

const RUN = { run: 'RUN', store: STORE };

/** What a store keeps, which is there. */
function keeping(...runs: string[]): HandedOverRuns {
  const all = new Map<string, object>(runs.map((run) => [run, {}]));
  return {
    keep: async (run, request) => void all.set(run, request),
    read: async (run) => all.get(run),
    list: async () => [...all.keys()],
    drop: async (run) => void all.delete(run),
  };
}

/** One who plans, and what it did. */
async function planner(
  store = STORE,
  carryOut: DiscoveryOptions['carryOut'] = () => Promise.resolve('ended'),
  kept = keeping(),
  pace = QUICK,
): Promise<{ carried: string[]; notes: string[]; worker: QueueWorker }> {
  const [carried, notes]: [string[], string[]] = [[], []];
  const worker = await startDiscovery({
    ...{ redis: await connected(), name: 'planner', store, kept, pace },
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
    await enqueueRun(await connected(), RUN);
    await expect
      .poll(() => other.notes)
      .toEqual([`run RUN waits: it writes ${STORE}, and this worker s3://other`]);
    await new Promise((resolve) => setTimeout(resolve, 3 * QUICK.busyMs));
    const own = await planner();
    await expect.poll(() => own.carried).toEqual(['RUN']);
    expect([other.carried, other.notes.length]).toEqual([[], 1]);
  });

  it('is tried again when its store was away, which the queue tells', async () => {
    let tries = 0;
    const { carried, notes } = await planner(STORE, () => {
      if (++tries < 3) throw new BackfillError('store-unusable', `no server, ${tries}`);
      return Promise.resolve('ended');
    });
    const redis = await connected();
    await enqueueRun(redis, RUN);
    await expect.poll(() => carried).toEqual(['RUN', 'RUN', 'RUN']);
    expect(notes).toEqual([
      'run RUN is tried again in 1 s (1 of 10 times), for its store was away: no server, 1',
      'run RUN is tried again in 1 s (2 of 10 times), for its store was away: no server, 2',
    ]);
    const data = (await redis.hget(`${PREFIX}:${DISCOVERY_QUEUE}:RUN`, 'data')) ?? '';
    expect(JSON.parse(data)).toEqual({ ...RUN, tries: 2, why: 'no server, 2' });
  });

  it('is given up, and parked, when its store is away for good', async () => {
    const refused = (): never => {
      throw new BackfillError('store-unusable', 'no server');
    };
    const { carried, notes } = await planner(STORE, refused, undefined, { ...QUICK, busyMs: 1 });
    const redis = await connected();
    await enqueueRun(redis, RUN);
    await expect.poll(() => redis.zrange(`${PREFIX}:${DISCOVERY_QUEUE}:failed`, '0', '-1')).toEqual(['RUN']);
    expect(carried).toHaveLength(11);
    expect(notes.at(-1)).toBe('run RUN could not be carried out: store-unusable: no server');
  }, 60_000);

  it('waits for whoever writes its store, which is said once', async () => {
    let tries = 0;
    const { carried, notes } = await planner(STORE, () => {
      if (++tries < 4) throw new BackfillError('store-locked', `pid ${tries} writes it`);
      return Promise.resolve('ended');
    });
    await enqueueRun(await connected(), RUN);
    await expect.poll(() => carried).toEqual(['RUN', 'RUN', 'RUN', 'RUN']);
    expect(notes).toEqual(['run RUN waits: pid 1 writes it']);
  });

  it('is gone on with by another one where its planner is told to end', async () => {
    const first = await planner(
      STORE,
      (_, stop) => new Promise((resolve) => stop.addEventListener('abort', () => resolve('interrupted'))),
    );
    await enqueueRun(await connected(), RUN);
    await expect.poll(() => first.carried).toEqual(['RUN']);
    await first.worker.drain(1000);
    const second = await planner();
    await expect.poll(() => second.carried).toEqual(['RUN']);
  });

  it('and that the queue lost before anybody took it is handed over again', async () => {
    const [redis, kept] = [await connected(), keeping('RUN')];
    await enqueueRun(redis, RUN);
    await redis.flushall();
    const { carried, notes } = await planner(STORE, undefined, kept, { ...QUICK, keptMs: 60_000 });
    await expect.poll(() => carried).toEqual(['RUN']);
    expect(notes).toEqual(['run RUN: the queue had lost it; it is handed over again']);
  });

  it('and that the queue lost while one who plans is there is handed over again', async () => {
    const kept = keeping();
    const { carried } = await planner(STORE, undefined, kept);
    await kept.keep('LATER', {});
    await expect.poll(() => carried).toEqual(['LATER']);
  });

  it('is not carried out twice because its store keeps it still', async () => {
    const kept = keeping('RUN');
    await enqueueRun(await connected(), RUN);
    const { carried, notes } = await planner(STORE, undefined, kept);
    await expect.poll(() => carried).toEqual(['RUN']);
    await new Promise((resolve) => setTimeout(resolve, 3 * QUICK.keptMs));
    expect([carried, notes, await kept.list()]).toEqual([['RUN'], [], ['RUN']]);
  });

  it('and taken out of the queue by hand is kept no more', async () => {
    const [redis, kept] = [await connected(), keeping('RUN')];
    await enqueueRun(redis, RUN);
    const queue = new Queue(DISCOVERY_QUEUE, { connection: redis, prefix: PREFIX });
    await drainQueue(redis, { queue, provider: DISCOVERY_QUEUE, store: null });
    await queue.close();
    const { carried } = await planner(STORE, undefined, kept);
    await expect.poll(() => kept.list()).toEqual([]);
    expect(carried).toEqual([]);
  });

  it('is kept though it is looked for in the very moment in which it is handed over', async () => {
    const [redis, kept] = [await connected(), keeping('RUN')];
    const [other, real] = [await connected(), redis.exists.bind(redis)];
    let looks = 0;
    redis.exists = (async (key: string) => {
      const is = await real(key);
      if (++looks === 1) await enqueueRun(other, RUN);
      return is;
    }) as typeof redis.exists;
    expect(await handOverLost(redis, STORE, kept)).toEqual([]);
    expect([looks, await kept.list()]).toEqual([2, ['RUN']]);
  });
});
