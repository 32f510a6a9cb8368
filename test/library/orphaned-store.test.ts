import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { BackfillError } from '../../src/core/errors.ts';
import { withOrphan } from '../../src/library/queue-run.ts';
import { runKey } from '../../src/queue/names.ts';
import { registerRun } from '../../src/queue/run.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { openStore } from '../../src/store/open.ts';
import { REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';

const STORE = openStore('s3://lake/data');
const LOCKED = new BackfillError(
  'store-locked',
  'the store s3://lake/data is being written by pid 7 on alpha',
);

describe('a store that is locked', () => {
  it('is said to be though its queue is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    expect(await withOrphan(LOCKED, `redis://127.0.0.1:${port}`, STORE)).toBe(LOCKED);
  });
});

describeWith(REDIS)('a store that is locked, by the word of its queue,', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = await connectRedis(redisAddress(server.url));
    await registerRun(redis, { id: 'ALIVE', store: STORE.url, provider: { id: 'yahoo' } }, 'first');
    await registerRun(redis, { id: 'OTHER', store: 's3://other', provider: { id: 'yahoo' } }, 'first');
    await redis.hset(runKey('OTHER'), 'beat', '1');
  });
  afterAll(async () => {
    redis.disconnect();
    await server.destroy();
  });

  it('is left as it was said while the planner of its run is there', async () => {
    expect(await withOrphan(LOCKED, server.url, STORE)).toBe(LOCKED);
  });

  it('is told by the run that can be gone on with once that is gone; no other error is', async () => {
    await redis.hset(runKey('ALIVE'), 'beat', '1');
    expect(await withOrphan(LOCKED, server.url, STORE)).toMatchObject({
      ...{ code: 'store-locked', cause: LOCKED },
      message: `the store ${STORE.url} is being written by workers of run ALIVE, whose planner is gone; go on with it: backfill attach ALIVE --queue ${server.url} --store ${STORE.url}`,
    });
    const full = new BackfillError('store-unusable', 'the disk is full');
    expect(await withOrphan(full, server.url, STORE)).toBe(full);
  });

  it('is said to be though the queue answers with nonsense', async () => {
    await redis.set(runKey('ODD'), 'no hash');
    await redis.sadd('backfill:runs', 'ODD');
    expect(await withOrphan(LOCKED, server.url, STORE)).toBe(LOCKED);
  });
});
