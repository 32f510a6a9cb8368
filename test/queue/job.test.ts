import { expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { JobMaker, MOST_JOB_BYTES, carryResult, orderOf } from '../../src/queue/job.ts';
import { unpack } from '../../src/queue/carried.ts';
import { PREFIX } from '../../src/queue/names.ts';
import type { SeriesResult, TaskOrder, TaskResult } from '../../src/backfill/runner.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { connected, hand, planner, withRedis } from './farm.ts';
import { REPORT, longText } from './pretended.ts';

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

describeWith(REDIS)('a job', () => {
  withRedis();

  const manyWants = (count: number): TaskOrder => {
    const { task, ...order } = orderFor('A');
    const [want] = task.wants;
    if (want === undefined) throw new Error('no want');
    const wants = Array.from({ length: count }, (_, i) => {
      const ticker = `T${i}${longText(12)}`;
      return { ...want, id: `${ticker} 1d 2025-06-02..2025-06-06`, series: { ...want.series, ticker } };
    });
    return { ...order, task: { ...task, wants, bucket: 1, sessions: [], market: '1d all' } };
  };

  it.each([1, 100, 2000, 60_000])(
    'of %i series is whole on the other side, and never above its bound',
    async (n) => {
      const redis = await connected();
      const order = manyWants(n);
      const { data } = await new JobMaker(redis, 'RUN').make(order);
      expect(bytesOf(data)).toBeLessThan(MOST_JOB_BYTES);
      expect(await orderOf(data, redis)).toEqual({ task: order.task, now: order.now });
      expect(await redis.keys(`${PREFIX}:run:RUN:part:*`)).toHaveLength(n > 10_000 ? 1 : 0);
    },
  );

  it('of many that are told the same of splits has that beside the run, once, without a secret', async () => {
    const redis = await connected();
    const maker = new JobMaker(redis, 'RUN');
    const told = {
      at: 1,
      parts: Array.from({ length: 4 }, (_, i) => ({
        ...{
          ticker: `T${i}`,
          error: { code: 'timeout' as const, message: longText(20_000).slice(5000 * i), retryable: true },
        },
      })),
    };
    const jobs = await Promise.all(
      Array.from({ length: 50 }, (_, i) => maker.make({ ...orderFor(`T${i}`), told })),
    );
    expect(await redis.keys(`${PREFIX}:run:RUN:part:*`)).toHaveLength(1);
    for (const { data } of jobs) {
      expect(bytesOf(data)).toBeLessThan(2000);
      expect((await orderOf(data, redis)).told).toEqual(told);
    }
    expect(JSON.stringify(jobs)).not.toContain('/nowhere');
  });

  it('of the same partitions is one, and of others another', async () => {
    const maker = new JobMaker(await connected(), 'RUN');
    const [a, again, b] = [
      await maker.make(orderFor('A')),
      await maker.make(orderFor('A')),
      await maker.make(orderFor('B')),
    ];
    expect(again.id).not.toBe(a.id);
    expect([again.data.key, again.options.deduplication]).toEqual([a.data.key, a.options.deduplication]);
    expect(b.options.deduplication).not.toEqual(a.options.deduplication);
  });

  it('has a result of thousands of series in few bytes, and what is larger beside its run', async () => {
    const redis = await connected();
    const one: SeriesResult = { ok: true, report: { ...REPORT, firstFault: longText(20) } };
    const result: TaskResult = { series: Array.from({ length: 3000 }, () => one) };
    const carried = await carryResult(result, 'RUN', '1', redis);
    expect(bytesOf(carried)).toBeLessThan(16_500);
    expect(await unpack(carried, { redis, run: 'RUN' })).toEqual(result);
    const incompressible = await carryResult(
      { ...result, error: { code: 'internal', message: longText(), retryable: false } },
      'RUN',
      '2',
      redis,
    );
    expect(incompressible).toEqual({ part: 'result-2' });
  });

  it('hands a large result over, and keeps no part of it', async () => {
    await hand();
    const runner = await planner('RUN');
    const { series } = await runner.run(orderFor('BIG'));
    expect(series).toMatchObject([{ ok: true, report: { firstFault: longText() } }]);
    const redis: Redis = await connected();
    await expect.poll(() => redis.keys(`${PREFIX}:run:RUN:part:*`)).toEqual([]);
    await runner.close();
  });
});
