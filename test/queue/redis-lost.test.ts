import { Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { expect, it, vi } from 'vitest';
import { PREFIX, QUEUES } from '../../src/queue/names.ts';
import { readRequest } from '../../src/queue/take-over.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { QUICK, SAMPLE, connected, hand, planner, server, withRedis } from './farm.ts';
import { endOf, runAll } from './pretended.ts';

const TICKERS = ['SLOW@400', 'SLOW@401', ...Array.from({ length: 20 }, (_, i) => `T${i}`)];
const ALL_OK = Object.fromEntries(TICKERS.map((ticker) => [ticker, 'ok']));

describeWith(REDIS)('a run whose Redis', () => {
  withRedis();

  it.each([
    ['was restarted goes on', false],
    ['lost all it was told is told it again', true],
  ])('%s', async (_, isEmpty) => {
    const { pools } = await hand('hand', { capacityOf: () => 2 });
    const notes: string[] = [];
    const onNote = (line: string): void => void notes.push(line);
    const runner = await planner('RUN', { request: { tickers: TICKERS }, onNote });
    const ends = runAll(runner, TICKERS);
    await expect.poll(() => pools.get('RUN')?.begun.length).toBeGreaterThanOrEqual(2);
    // What was told within a second before may be lost.
    if (!isEmpty) await new Promise((resolve) => setTimeout(resolve, 1100));
    await server.kill();
    await server.start(isEmpty);
    const again = await connected();
    // By which another planner can go on, if this one dies now.
    await expect.poll(() => readRequest(again, 'RUN')).toEqual({ tickers: TICKERS });
    expect(await ends).toEqual(ALL_OK);
    const redis = await connected();
    expect(await redis.hgetall(QUEUES)).toEqual({
      [SAMPLE]: JSON.stringify({ provider: 'sample', store: 's3://lake/data' }),
    });
    await runner.close();
    const { sent } = runner.traffic.now();
    expect(sent).toBe(pools.get('RUN')?.begun.length);
    expect(sent).toBeGreaterThanOrEqual(TICKERS.length);
    const lost = notes.filter((line) => line.includes('given out again'));
    expect(lost.length).toBeLessThanOrEqual(1);
    if (isEmpty)
      expect(lost[0]).toMatch(
        /^\d+ tasks? had to be given out again, as the queue lost .*: bars stored before that are not counted as new$/,
      );
  });

  it.each([
    ['is full', (redis: Redis, is: boolean) => redis.config('SET', 'maxmemory', is ? '1' : '0')],
    [
      'only reads',
      (redis: Redis, is: boolean) => (is ? redis.replicaof('127.0.0.1', '1') : redis.replicaof('no', 'one')),
    ],
  ])('%s for a while goes on then, and nothing of it has failed', async (_, set) => {
    const { pools, worker } = await hand('hand', { capacityOf: () => 2 });
    const runner = await planner('RUN');
    const ends = runAll(runner, TICKERS);
    await expect.poll(() => pools.get('RUN')?.begun.length).toBeGreaterThanOrEqual(2);
    const redis = await connected();
    await set(redis, true);
    // Longer than a worker without a sign keeps a job.
    await new Promise((resolve) => setTimeout(resolve, 1.5 * QUICK.lockMs));
    await set(redis, false);
    expect(await ends).toEqual(ALL_OK);
    expect(await redis.zcard(`${PREFIX}:${SAMPLE}:failed`)).toBe(0);
    await runner.close();
    await worker.drain();
  });

  it.each([
    ['does not answer', () => Promise.resolve(server.pause())],
    ['is gone', () => server.kill()],
  ])('%s when it is stopped ends soon, and says that workers may go on with it', async (_, lose) => {
    const { pools } = await hand('hand', { capacityOf: () => 1 });
    const notes: string[] = [];
    const runner = await planner('RUN', { onNote: (line) => void notes.push(line) });
    const ends = runAll(runner, ['SLOW@300', 'A', 'B']);
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['SLOW@300']);
    await lose();
    runner.traffic.cancel();
    runner.abandon();
    expect(await ends).toEqual({ 'SLOW@300': 'cancelled', A: 'cancelled', B: 'cancelled' });
    await runner.close();
    expect(notes).toEqual([
      `the queue could not be told that run RUN was stopped: workers may go on with its tasks; to go on with it: backfill attach RUN --queue ${server.url} --store s3://lake/data`,
    ]);
    server.goOn();
    await server.kill();
    await server.start();
  });

  it('is emptied again and again has a task fail in the end, to be tried later', async () => {
    const runner = await planner('RUN');
    const redis = await connected();
    const emptying = setInterval(() => void redis.flushall(), 40);
    const result = await runner.run(orderFor('A')).finally(() => clearInterval(emptying));
    expect(result.series).toMatchObject([
      { ok: false, error: { code: 'queue-unusable', scope: 'series', retryable: true, ticker: 'A' } },
    ]);
    expect(JSON.stringify(result)).toContain('its job was lost 5 times: it is not in the queue any more');
    await runner.close();
  });

  it('trimmed what it tells of jobs has them looked for', async () => {
    const runner = await planner('RUN');
    const redis = await connected();
    // Nobody hears of the job: its planner reads on behind what is told of it.
    await redis.xadd(`${PREFIX}:${SAMPLE}:events`, '99999999999999-0', 'event', 'drained');
    await new Promise((resolve) => setTimeout(resolve, 100));
    const end = runner.run(orderFor('A'));
    await redis.del(`${PREFIX}:${SAMPLE}:events`);
    await hand();
    expect(endOf(await end)).toBe('ok');
    await runner.close();
  });

  it('leaves a worker hanging has that one connect anew', async () => {
    const hang = vi
      .spyOn(Worker.prototype as unknown as { waitForJob: () => Promise<number> }, 'waitForJob')
      .mockImplementation(() => new Promise(() => undefined));
    const { notes } = await hand();
    const runner = await planner('RUN');
    await new Promise((resolve) => setTimeout(resolve, 300));
    hang.mockRestore();
    const end = runner.run(orderFor('A'));
    expect(endOf(await end)).toBe('ok');
    expect(notes).toEqual(['took nothing from the queue sample although 1 wait there; connects anew']);
    await runner.close();
  });
});
