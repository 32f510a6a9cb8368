import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { PREFIX, runKey } from '../../src/queue/names.ts';
import { readMachines } from '../../src/queue/machines.ts';
import { readRun, setRunState } from '../../src/queue/run.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { QUICK, SAMPLE, connected, hand, planner, server, withRedis } from './farm.ts';
import { endOf, pretendedRun, runAll } from './pretended.ts';

/** Another planner in place of one that lives, and may be heard of once more before it is there. */
async function takenOver(redis: Redis, more: Parameters<typeof planner>[1] = {}): ReturnType<typeof planner> {
  for (let tries = 1; ; tries++) {
    await redis.hset(runKey('RUN'), 'beat', '1');
    try {
      return await planner('RUN', { redis, planner: 'second', isAttached: true, ...more });
    } catch (error) {
      if (tries === 50 || !(error instanceof BackfillError && error.code === 'store-locked')) throw error;
    }
  }
}

describeWith(REDIS)('tasks that go through a queue', () => {
  withRedis();

  it('come back with what a worker made of them, and what that sent is counted', async () => {
    const { pools, joined, released } = await hand();
    const runner = await planner('RUN');
    const tickers = Array.from({ length: 40 }, (_, i) => `T${i}`);
    expect(await runAll(runner, tickers)).toEqual(Object.fromEntries(tickers.map((one) => [one, 'ok'])));
    await runner.close();
    expect(runner.traffic.now()).toMatchObject({ sent: 40, succeeded: 40, throttles: 0 });
    expect(pools.get('RUN')?.begun.toSorted()).toEqual(tickers.toSorted());
    expect(pools.get('RUN')).toMatchObject({ isClosed: true, isAbandoned: false });
    expect([joined, released]).toEqual([['the lock'], ['the lock']]);
  });

  it('end as drained where a worker hears of that before the planner looks', async () => {
    const { pools, redis } = await hand();
    const runner = await planner('RUN', { pace: { ...QUICK, lookMs: 60_000 } });
    const end = runner.run(orderFor('ASK'));
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['ASK']);
    await setRunState(redis, 'RUN', 'cancelled');
    expect(endOf(await end)).toBe('cancelled');
    expect(runner.drained).toEqual({ reason: 'drained', message: 'the queue of sample was drained' });
    await runner.close();
  });

  it('are as many in work as the machines that are there can do', async () => {
    const runner = await planner('RUN');
    expect([runner.capacity, runner.workers]).toEqual([1, 0]);
    const first = await hand('first');
    const second = await hand('second');
    await expect.poll(() => [runner.capacity, runner.workers]).toEqual([8, 4]);
    await first.worker.drain();
    await expect.poll(() => [runner.capacity, runner.workers]).toEqual([4, 2]);
    // One that takes no more does not count, though it has something in work.
    const end = runner.run(orderFor('SLOW@1500'));
    await expect.poll(() => second.pools.get('RUN')?.begun).toEqual(['SLOW@1500']);
    const drained = second.worker.drain(5000);
    await expect.poll(() => [runner.capacity, runner.workers]).toEqual([1, 0]);
    expect((await readMachines(second.redis)).map(({ isDraining, inWork }) => [isDraining, inWork])).toEqual([
      [true, 1],
    ]);
    expect(endOf(await end)).toBe('ok');
    await drained;
    await runner.close();
  });

  it('wait for a worker, which a line says', async () => {
    const notes: string[] = [];
    const runner = await planner('RUN', { onNote: (line) => void notes.push(line) });
    const waiting = runner.run(orderFor('A'));
    await expect.poll(() => notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^no worker takes tasks of sample that write s3:\/\/lake\/data; start one: backfill worker --queue redis:/,
    );
    await hand();
    expect(endOf(await waiting)).toBe('ok');
    await runner.close();
    expect(notes).toHaveLength(1);
  });

  it('wait for one that has the key of their provider, which a line says of one that has not', async () => {
    await hand('poor', { serves: () => false });
    const notes: string[] = [];
    const runner = await planner('RUN', { onNote: (line) => void notes.push(line) });
    const waiting = runner.run(orderFor('A'));
    await expect.poll(() => notes).toHaveLength(1);
    expect(notes[0]).toContain(
      'no worker takes tasks of sample that write s3://lake/data (poor writes it, and has no key of sample); start one',
    );
    await hand();
    expect(endOf(await waiting)).toBe('ok');
    await runner.close();
  });

  it('end with the run: what is known of it expires, and what comes late is dropped', async () => {
    const { pools } = await hand();
    const runner = await planner('RUN');
    await runAll(runner, ['A']);
    await runner.close();
    const redis = await connected();
    expect(await readRun(redis, 'RUN')).toMatchObject({ state: 'ended' });
    expect(await redis.pttl(runKey('RUN'))).toBeGreaterThan(0);
    expect(endOf(await runner.run(orderFor('B')))).toBe('cancelled');
    const queue = new Queue(SAMPLE, { connection: redis, prefix: PREFIX });
    const order = { json: JSON.stringify({ task: orderFor('LATE').task, now: 0 }) };
    const late = await queue.add('late', { run: 'RUN', key: '', order });
    await expect.poll(() => late.getState()).toBe('completed');
    const { returnvalue } = (await queue.getJob(late.id ?? '')) ?? {};
    expect(returnvalue.json).toContain('"cancelled"');
    expect(pools.get('RUN')?.begun).toEqual(['A']);
    await queue.close();
  });

  it('are those of one planner at a time', async () => {
    const runner = await planner('RUN');
    await expect(planner('RUN', { planner: 'other' })).rejects.toThrow(
      /^run RUN is planned by planner, heard of \d s ago$/,
    );
    await runner.close();
    const other = await planner('RUN', { planner: 'other' });
    expect(await readRun(await connected(), 'RUN')).toMatchObject({ planner: 'other', state: 'open' });
    await other.close();
  });

  it('are left to workers of their store, however its URL is written', async () => {
    const [here, there] = ['postgres://me@localhost/market', 'postgres://you@127.0.0.1:5432/market'];
    const notes: string[] = [];
    const stranger = await hand('stranger', { store: 'postgres://me@localhost/other' });
    const run = pretendedRun('RUN', { store: here });
    const runner = await planner('RUN', { run, onNote: (line) => void notes.push(line) });
    const end = runAll(runner, ['A', 'B']);
    await expect.poll(() => notes).toHaveLength(1);
    expect(notes[0]).toBe(
      `no worker takes tasks of sample that write ${here} (stranger writes postgres://me@localhost/other); start one: backfill worker --queue ${server.url} --store ${here}`,
    );
    const own = await hand('own', { store: there });
    expect(await end).toEqual({ A: 'ok', B: 'ok' });
    await expect.poll(() => runner.capacity).toBe(4);
    expect([stranger.pools.size, own.pools.size]).toEqual([0, 1]);
    // Nor is it stopped by what is asked for its own store meanwhile.
    const other = pretendedRun('OTHER', { store: 'postgres://localhost:5432/other' });
    const theirs = await planner('OTHER', { run: other });
    expect(await runAll(theirs, ['C'])).toEqual({ C: 'ok' });
    expect([stranger.pools.get('OTHER')?.begun, own.pools.size]).toEqual([['C'], 1]);
    const { redis } = own;
    await expect
      .poll(async () => (await readMachines(redis)).map(({ capacity }) => capacity['sample']))
      .toEqual([4, 4]);
    await new Promise((resolve) => setTimeout(resolve, 4 * QUICK.lookMs));
    expect([runner.capacity, theirs.capacity]).toEqual([4, 4]);
    await Promise.all([runner.close(), theirs.close()]);
  });

  it('are seen by what a machine says of itself', async () => {
    const { worker, redis } = await hand('seen');
    const runner = await planner('RUN');
    await runAll(runner, ['A', 'B']);
    await expect
      .poll(() => readMachines(redis))
      .toMatchObject([
        {
          ...{ id: worker.id, name: 'seen', threads: 2, capacity: { sample: 4 }, store: 's3://lake/data' },
          ...{ inWork: 0, done: 2, failed: 0, perMinute: 2, isAlive: true },
        },
      ]);
    await runner.close();
    await worker.drain();
    expect(await readMachines(redis)).toEqual([]);
  });

  it('of a run that was cancelled are taken back, those in work end by themselves', async () => {
    const { pools } = await hand('one', { capacityOf: () => 1 });
    const runner = await planner('RUN');
    const ends = runAll(runner, ['SLOW@400', 'A', 'B']);
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['SLOW@400']);
    runner.traffic.cancel();
    expect(await ends).toEqual({ 'SLOW@400': 'ok', A: 'cancelled', B: 'cancelled' });
    expect(pools.get('RUN')).toMatchObject({ begun: ['SLOW@400'], isCancelled: true, isAbandoned: false });
    expect(endOf(await runner.run(orderFor('C')))).toBe('cancelled');
    await runner.close();
  });

  it('of a run that was abandoned are given up at once, there and here', async () => {
    const { pools } = await hand('one', { capacityOf: () => 1 });
    const runner = await planner('RUN');
    const ends = runAll(runner, ['HOLD', 'A']);
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['HOLD']);
    runner.abandon();
    expect(await ends).toEqual({ HOLD: 'cancelled', A: 'cancelled' });
    // Not only when the run ends.
    await expect.poll(() => pools.get('RUN')?.isAbandoned).toBe(true);
    expect(pools.get('RUN')).toMatchObject({ begun: ['HOLD'], isClosed: false });
    await runner.close();
    expect(pools.get('RUN')?.isClosed).toBe(true);
  });

  it('of a market that was collected are still distributed once a run is cancelled', async () => {
    await hand();
    const runner = await planner('RUN');
    runner.traffic.cancel();
    const { task, ...order } = orderFor('A');
    const distribute = { ...task, bucket: 3, sessions: [], market: '1d all' };
    expect(endOf(await runner.run({ ...order, task: distribute }))).toBe('ok');
    await runner.close();
  });

  it.each(['a look', 'a stop', 'the end'])(
    'are left as they are by a planner that another one replaced, as it learns by %s',
    async (by) => {
      const { pools } = await hand('one', { capacityOf: () => 1 });
      const pace = { ...QUICK, lookMs: by === 'a look' ? QUICK.lookMs : 60_000 };
      const first = await planner('RUN', { pace });
      const ends = runAll(first, by === 'the end' ? ['A'] : ['SLOW@1500', 'B']);
      await expect.poll(() => pools.get('RUN')?.begun).toHaveLength(1);
      if (by === 'the end') await ends;
      const redis = await connected();
      const second = await takenOver(redis);
      if (by === 'a stop') {
        first.traffic.cancel();
        first.abandon();
      }
      await ends;
      await first.close();
      expect(first.lost).toMatchObject({
        code: 'store-locked',
        message: expect.stringMatching(/^run RUN is planned by second now/),
        // No mistake in the command.
        cause: { code: 'ESTALE' },
      });
      expect(await readRun(redis, 'RUN')).toMatchObject({ planner: 'second', state: 'open' });
      expect(await redis.ttl(runKey('RUN'))).toBe(-1);
      const waiting = await redis.llen(`${PREFIX}:${SAMPLE}:wait`);
      expect(waiting).toBe(by === 'the end' ? 0 : 1);
      expect(pools.get('RUN')).toMatchObject({ isCancelled: false, isAbandoned: false });
      expect(await runAll(second, ['C'])).toEqual({ C: 'ok' });
      expect(second.lost).toBeUndefined();
      await second.close();
      expect(await readRun(redis, 'RUN')).toMatchObject({ planner: 'second', state: 'ended' });
    },
  );

  it('are done under the lease of the planner of now', async () => {
    const { joined, released } = await hand();
    const first = await planner('RUN');
    await runAll(first, ['A']);
    const second = await takenOver(await connected(), {
      run: pretendedRun('RUN', { lock: 'another lock' }),
    });
    await expect.poll(() => released).toEqual(['the lock']);
    expect(await runAll(second, ['B'])).toEqual({ B: 'ok' });
    expect(joined).toEqual(['the lock', 'another lock']);
    await second.close();
    expect(second.traffic.now().sent).toBe(2);
    // The first one, which wakes, has nothing to say any more.
    const { series } = await first.run(orderFor('C'));
    expect(series).toMatchObject([{ ok: false }]);
  });

  it('leave the store to others once a run has no planner and no job', async () => {
    const { released } = await hand();
    const redis = await connected();
    const lost = await connected();
    const runner = await planner('RUN', { redis: lost });
    await runAll(runner, ['A']);
    lost.disconnect();
    await redis.hset(runKey('RUN'), 'beat', '1');
    await expect.poll(() => released).toEqual(['the lock']);
  });
});
