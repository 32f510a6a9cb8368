import { expect, it } from 'vitest';
import { NOTHING_BEYOND, NO_TRAFFIC, type TrafficNow } from '../../src/backfill/runner.ts';
import { unusedAt } from '../../src/core/plan/quota.ts';
import { CountsOfAll, flushCounts } from '../../src/queue/counts.ts';
import { REDIS, describeWith } from '../needs.ts';
import { connected, withRedis } from './farm.ts';

const sent = (count: number, more: Partial<TrafficNow> = {}): TrafficNow => ({
  ...{ ...NO_TRAFFIC, sent: count, succeeded: count - 1, retries: 1, bytesReceived: 100 },
  ...{ beyond: { ...NOTHING_BEYOND, pages: 2 }, pausedMs: 0, learned: null, standing: unusedAt(count) },
  ...more,
});

describeWith(REDIS)('what the workers of a run sent', () => {
  withRedis();

  it('is added up, and of what is said of the moment the strictest counts', async () => {
    const redis = await connected();
    const counts = new CountsOfAll(redis, 'RUN');
    expect(counts.sum(7)).toMatchObject({ ...NO_TRAFFIC, beyond: NOTHING_BEYOND, standing: unusedAt(7) });
    await flushCounts(redis, 'RUN', 'a', sent(3, { pausedMs: 500, learned: { requests: 5, perMs: 1000 } }));
    await flushCounts(redis, 'RUN', 'b', sent(4, { pausedMs: 200, learned: { requests: 9, perMs: 60_000 } }));
    await flushCounts(redis, 'RUN', 'c', sent(2));
    await counts.read();
    expect(counts.sum(7)).toEqual({
      ...{ sent: 9, succeeded: 6, retries: 3, throttles: 0, bytesReceived: 300 },
      ...{ beyond: { ...NOTHING_BEYOND, pages: 6 }, pausedMs: 500, learned: { requests: 9, perMs: 60_000 } },
      standing: unusedAt(4),
    });
  });

  it('stays counted where Redis lost it, and is not counted twice where it is told again', async () => {
    const redis = await connected();
    const counts = new CountsOfAll(redis, 'RUN');
    await flushCounts(redis, 'RUN', 'a', sent(3));
    await flushCounts(redis, 'RUN', 'b', sent(4));
    await counts.read();
    await redis.flushall();
    await flushCounts(redis, 'RUN', 'b', sent(5));
    await counts.read();
    expect(counts.sum(7)).toMatchObject({ sent: 8 });
  });

  it('is told apart where it was for a planner before, but for what went beyond what was asked', async () => {
    const redis = await connected();
    const counts = new CountsOfAll(redis, 'RUN');
    counts.startAnew();
    expect(counts.sum(7)).not.toHaveProperty('before');
    await flushCounts(redis, 'RUN', 'a', sent(10));
    await flushCounts(redis, 'RUN', 'b', sent(5));
    await counts.read();
    counts.startAnew();
    await flushCounts(redis, 'RUN', 'b', sent(9));
    await counts.read();
    expect(counts.sum(7)).toMatchObject({ sent: 19, before: 11 });
  });
});
