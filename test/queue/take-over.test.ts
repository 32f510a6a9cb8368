import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type QueueRun, beatOfPlanner, readRun, registerRun } from '../../src/queue/run.ts';
import { takeOver } from '../../src/queue/take-over.ts';
import { REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';

const runOf = (id: string): QueueRun => ({ id, store: 's3://lake/data', provider: { id: 'yahoo' } });

describeWith(REDIS)('a run whose planner another one would replace', () => {
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url, { maxRetriesPerRequest: null });
  });
  afterAll(async () => {
    redis.disconnect();
    await server.destroy();
  });

  it('is waited for until it has been silent for long enough, and is left to one who is there', async () => {
    const [dead, alive] = [runOf('20261120T211500Z-dead'), runOf('20261120T211500Z-live')];
    await Promise.all([registerRun(redis, dead, 'first'), registerRun(redis, alive, 'first')]);
    const beating = setInterval(() => void beatOfPlanner(redis, alive, 'first'), 500);
    try {
      const [taken, refused] = await Promise.allSettled([
        takeOver(redis, dead, 'second'),
        takeOver(redis, alive, 'second'),
      ]);
      expect(taken.status).toBe('fulfilled');
      expect(refused).toMatchObject({
        status: 'rejected',
        reason: {
          code: 'store-locked',
          message: expect.stringMatching(/^run \S+-live is planned by first, heard of [01] s ago$/),
        },
      });
    } finally {
      clearInterval(beating);
    }
    const planners = await Promise.all(
      [dead, alive].map(async ({ id }) => (await readRun(redis, id))?.planner),
    );
    expect(planners).toEqual(['second', 'first']);
  });
});
