import { join } from 'node:path';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import {
  type QueueWorker,
  enqueueRun,
  openAttached,
  openQueueDesk,
  startPlanner,
  startWorker,
} from '../../src/index.ts';
import { DISCOVERY_QUEUE, PREFIX } from '../../src/queue/names.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { queueName } from '../../src/queue/queues.ts';
import { openStore } from '../../src/store/open.ts';
import type { BackfillEvent } from '../../src/backfill/run/events.ts';
import { CALM } from '../report/calm-run.ts';
import { REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOON = Date.parse('2026-03-02T23:00:00Z');
const REQUEST = { tickers: ['ALFA', 'BRIQ'], days: 20 };
const PACE = { lookMs: 50, lockMs: 1000, busyMs: 200, keptMs: 60_000 };

describeWith(REDIS)('a run that is handed over', () => {
  let server: RedisServer;
  let redis: Redis;
  let bucket: Awaited<ReturnType<typeof fakeBucket>>;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let queue: Queue;
  let store = '';
  let stores = 0;
  const working: QueueWorker[] = [];
  beforeAll(async () => {
    [server, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    redis = await connectRedis(redisAddress(server.url));
    queue = new Queue(DISCOVERY_QUEUE, { connection: redis, prefix: PREFIX });
  });
  afterAll(async () => {
    await queue.close();
    redis.disconnect();
    await bucket.close();
    await server.destroy();
    await folder.remove();
  });
  beforeEach(() => {
    store = bucket.url.replace('/data', `/lake-${stores++}`);
  });
  afterEach(async () => {
    await Promise.all(working.splice(0).map((one) => one.drain(0)));
    await redis.flushall();
  });

  const own = () => ({ store, queue: server.url, stateFolder: join(folder.path, 'state') });
  const handOver = (): Promise<string> =>
    enqueueRun({ ...own(), provider: { id: 'sample' }, clock: () => NOON }, REQUEST);
  const kept = (): Promise<readonly string[]> => openStore(store).handedOver.list();

  async function planner(carryOut?: Parameters<typeof startPlanner>[0]['carryOut']): Promise<string[]> {
    const notes: string[] = [];
    const onNote = (line: string): void => void notes.push(line);
    working.push(await startPlanner({ ...own(), onNote, ...(carryOut && { carryOut }) }, PACE));
    return notes;
  }

  async function hand(): Promise<void> {
    working.push(await startWorker({ ...own(), name: 'hand', workers: 1 }, PACE));
  }

  it('is kept until it is carried out, also where who plans it ends before', async () => {
    const id = await handOver();
    expect(await kept()).toEqual([id]);
    let ends = 0;
    await planner(async ({ history, request }, stop) => {
      const summary = await history.backfill({ ...request, stop });
      ends++;
      return summary;
    });
    // Nobody does its tasks.
    await expect.poll(() => redis.llen(`backfill:${queueName({ provider: 'sample', store })}:wait`)).toBe(2);
    await working[0]?.drain(5000);
    expect([ends, await kept()]).toEqual([1, [id]]);
    expect(await queue.getJobCounts('wait', 'completed')).toEqual({ wait: 1, completed: 0 });
    await hand();
    await planner();
    await expect.poll(() => queue.getJobCountByTypes('completed')).toBe(1);
    expect(await kept()).toEqual([]);
    expect(await openStore(store).readRuns(9)).toMatchObject([{ id, record: { failed: 0, stopped: null } }]);
    expect([...(await openStore(store).scan()).series.keys()]).toEqual(['ALFA 1d', 'BRIQ 1d']);
  });

  it('is kept and taken up again where its store was away at the end', async () => {
    const id = await handOver();
    await hand();
    const stopped = { reason: 'store-failed', message: 'it was restarted' } as const;
    let tries = 0;
    const notes = await planner(async ({ history, request }, stop) => {
      if (++tries > 1) return history.backfill({ ...request, stop });
      return { ...CALM, stopped };
    });
    await expect.poll(() => queue.getJobCountByTypes('completed')).toBe(1);
    expect(notes[0]).toMatch(/^run \S+ is tried again in \d s \(1 of 10 times\), .*: it was restarted$/);
    expect([tries, await kept()]).toEqual([2, []]);
    expect(await openStore(store).readRuns(9)).toMatchObject([{ id, record: { failed: 0, stopped: null } }]);
  });

  it('and was left by who planned it is gone on with by whoever attaches to it', async () => {
    const id = await handOver();
    await planner();
    await expect.poll(() => redis.llen(`backfill:${queueName({ provider: 'sample', store })}:wait`)).toBe(2);
    await working.pop()?.drain(5000);
    await hand();
    const attached = await openAttached({ ...own(), run: id });
    const summary = await attached.history.backfill(attached.request);
    await attached.close();
    expect([summary, await kept()]).toMatchObject([{ runId: id, fetched: 2, failed: 0 }, []]);
    const notes = await planner();
    await expect.poll(() => queue.getJobCountByTypes('completed')).toBe(1);
    expect(notes).toEqual([`run ${id}: its store does not keep it any more, so that nothing is to be done`]);
  });

  it('and was drained is kept no more, and nobody attaches to it', async () => {
    const id = await handOver();
    const desk = await openQueueDesk(server.url);
    const notes: string[] = [];
    const removed = await desk.drain(store, (line) => void notes.push(line));
    expect([removed, notes, await kept()]).toEqual([
      [{ provider: DISCOVERY_QUEUE, run: id, tasks: 1 }],
      [],
      [],
    ]);
    const attaching = (): Promise<unknown> => openAttached({ ...own(), run: id });
    const unknown = { code: 'usage', message: expect.stringMatching(/keeps none; ask again for what/) };
    await expect(attaching()).rejects.toMatchObject(unknown);
    // Nor does it come back with a queue that knows nothing any more.
    await redis.flushall();
    await expect(attaching()).rejects.toMatchObject(unknown);
    expect(await planner()).toEqual([]);
    // Where its store cannot be used that is told.
    const other = await handOver();
    bucket.s3.fault = ({ method }) =>
      method === 'DELETE' ? { status: 403, code: 'AccessDenied' } : undefined;
    try {
      await working.pop()?.drain(0);
      await desk.drain(undefined, (line) => void notes.push(line));
      expect([notes.length, await kept()]).toEqual([1, [other]]);
      expect(notes[0]).toMatch(
        /^run \S+ is kept in its store until a worker that plans looks there: .*AccessDenied/,
      );
      await expect(openAttached({ ...own(), run: other })).rejects.toThrow(/taken out of the queue/);
    } finally {
      bucket.s3.fault = () => undefined;
      await desk.close();
    }
  });

  it('stays kept where its end could not be put on record, so that whoever attaches again ends it', async () => {
    const id = await handOver();
    await hand();
    let isDenied = false;
    bucket.s3.fault = ({ method, key }) =>
      isDenied && method === 'PUT' && key.includes('/runs/')
        ? { status: 403, code: 'AccessDenied' }
        : undefined;
    const end = async (): Promise<object> => {
      const attached = await openAttached({ ...own(), run: id });
      try {
        const onEvent = (event: BackfillEvent): void => void (isDenied ||= event.type === 'finished');
        return await attached.history.backfill({ ...attached.request, onEvent });
      } finally {
        await attached.close();
      }
    };
    try {
      expect(await end()).toMatchObject({ fetched: 2, stopped: { reason: expect.stringMatching(/failed/) } });
      expect(await kept()).toEqual([id]);
    } finally {
      bucket.s3.fault = () => undefined;
    }
    expect(await end()).toMatchObject({ fetched: 0, stopped: null });
    expect(await kept()).toEqual([]);
  });

  it('is kept without a key, in the store and in the queue', async () => {
    const secrets = { apiKey: 'not-to-be-seen' };
    const id = await enqueueRun({ ...own(), secrets, provider: { id: 'alphavantage' } }, REQUEST);
    const told = [await openStore(store).handedOver.read(id), await queue.getJob(id)];
    expect(JSON.stringify(told)).toMatch(/"alphavantage".*"run":/);
    expect(JSON.stringify(told)).not.toContain('not-to-be-seen');
  });

  it('is not kept where the queue does not take it', async () => {
    await redis.config('SET', 'maxmemory', '1');
    await expect(handOver()).rejects.toMatchObject({
      ...{ code: 'queue-unusable' },
      message: expect.stringMatching(/^the Redis server \S+ cannot be used: its memory is full/),
    });
    await redis.config('SET', 'maxmemory', '0');
    expect(await kept()).toEqual([]);
  });

  it('and spoilt in the store is parked with the reason, and kept', async () => {
    const id = await handOver();
    const key = [...bucket.s3.objects.keys()].find((name) => name.includes(`handed-over/${id}`)) ?? '';
    const object = bucket.s3.objects.get(key);
    if (object === undefined) throw new Error('it is not there');
    const bytes = Buffer.from(Buffer.from(object.bytes).toString().replace('ALFA', 'ALFB'));
    bucket.s3.objects.set(key, { ...object, bytes });
    const notes = await planner();
    await expect.poll(() => queue.getJobCountByTypes('failed')).toBe(1);
    expect(notes).toEqual([
      expect.stringMatching(
        /^run \S+ could not be carried out: store-corrupt: handed-over\/\S+ is not as it was/,
      ),
    ]);
    expect(await kept()).toEqual([id]);
  });
});
