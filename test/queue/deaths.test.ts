import { Queue } from 'bullmq';
import { expect, it } from 'vitest';
import { PREFIX } from '../../src/queue/names.ts';
import { readRun } from '../../src/queue/run.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { endChildren, plannerChild, workerChild } from './children.ts';
import { SAMPLE, connected, hand, planner, withRedis } from './farm.ts';
import { endOf, runAll } from './pretended.ts';

describeWith(REDIS)('a process of a queue that dies', () => {
  withRedis();
  endChildren();

  it('while it had a task leaves it to another worker', async () => {
    const child = await workerChild('mortal');
    const runner = await planner('RUN');
    const end = runner.run(orderFor('SLOW@60000'));
    await expect.poll(() => child.said).toContain('SLOW@60000');
    child.kill();
    const { pools } = await hand();
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['SLOW@60000']);
    expect(runner.deaths).toBe(1);
    runner.abandon();
    expect(endOf(await end)).toBe('cancelled');
    await runner.close();
  });

  it('right after a result is counted with what it sent', async () => {
    const child = await workerChild('mortal');
    const runner = await planner('RUN');
    const end = runner.run(orderFor('A'));
    expect(endOf(await end)).toBe('ok');
    child.kill();
    await child.ended;
    await runner.close();
    expect(runner.traffic.now().sent).toBe(1);
  });

  it('of one task as often as it may be started has that one parked, and no other', async () => {
    const tickers = ['DIE', ...Array.from({ length: 12 }, (_, i) => `SLOW@${20 + i}`)];
    const runner = await planner('RUN');
    const ends = runAll(runner, tickers);
    let starts = 0;
    const over = ends.then(() => true);
    do {
      const child = await workerChild(`mortal-${starts++}`, 4);
      if (await Promise.race([child.ended.then(() => false), over])) break;
    } while (starts < 9);
    const { DIE, ...others } = await ends;
    expect(new Set(Object.values(others))).toEqual(new Set(['ok']));
    expect([DIE, starts]).toEqual(['worker-crashed', 4]);
    const queue = new Queue(SAMPLE, { connection: await connected(), prefix: PREFIX });
    const [parked] = await queue.getFailed();
    expect(parked).toMatchObject({ name: 'DIE', failedReason: 'job started more than allowable limit' });
    await queue.close();
    await runner.close();
  });

  it('as the planner has the jobs go on, and is followed by another one once it is silent', async () => {
    const { pools } = await hand('hand', { capacityOf: () => 1 });
    const tickers = ['SLOW@300', 'SLOW@301', 'SLOW@302', 'A', 'B'];
    const child = await plannerChild('RUN', tickers);
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['SLOW@300']);
    child.kill();
    await child.ended;
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(tickers);
    // Who comes sooner is told who plans it.
    await expect(planner('RUN', { isAttached: true })).rejects.toThrow(
      /^run RUN is planned by child \d+, heard/,
    );
    const redis = await connected();
    await redis.hset(`${PREFIX}:run:RUN`, 'beat', '1');
    const runner = await planner('RUN', { isAttached: true });
    expect(await readRun(redis, 'RUN')).toMatchObject({ planner: 'planner' });
    expect(endOf(await runner.run(orderFor('C')))).toBe('ok');
    await runner.close();
    // What was sent for the one that died counts too.
    const { sent, before } = runner.traffic.now();
    expect(sent).toBe(6);
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(6);
  });

  it('has those who follow take its waiting jobs for their own', async () => {
    const child = await plannerChild('RUN', ['A', 'B']);
    const redis = await connected();
    await expect.poll(() => redis.llen(`${PREFIX}:${SAMPLE}:wait`)).toBe(2);
    child.kill();
    await child.ended;
    await redis.hset(`${PREFIX}:run:RUN`, 'beat', '1');
    const runner = await planner('RUN', { isAttached: true });
    const ends = runAll(runner, ['B', 'C']);
    await expect.poll(() => redis.llen(`${PREFIX}:${SAMPLE}:wait`)).toBe(3);
    const { pools } = await hand();
    expect(await ends).toEqual({ B: 'ok', C: 'ok' });
    await expect.poll(() => pools.get('RUN')?.begun.toSorted()).toEqual(['A', 'B', 'C']);
    await runner.close();
  });

  it('has those who follow wait for its jobs that write the same, and do their own after them', async () => {
    const child = await plannerChild('RUN', ['A']);
    const redis = await connected();
    await expect.poll(() => redis.llen(`${PREFIX}:${SAMPLE}:wait`)).toBe(1);
    child.kill();
    await child.ended;
    await redis.hset(`${PREFIX}:run:RUN`, 'beat', '1');
    const runner = await planner('RUN', { isAttached: true });
    const { task, ...order } = orderFor('A');
    const wants = task.wants.map((want) => ({ ...want, series: { ...want.series, ticker: 'B' } }));
    const end = runner.run({ ...order, task: { ...task, wants } });
    const { pools } = await hand();
    expect(endOf(await end)).toBe('ok');
    expect(pools.get('RUN')?.begun).toEqual(['A', 'B']);
    await runner.close();
  });

  it('is no death where a worker is told to end: what it cannot end in time another one does', async () => {
    const child = await workerChild('leaving');
    const runner = await planner('RUN');
    const ends = runAll(runner, ['SLOW@1500']);
    await expect.poll(() => child.said).toContain('SLOW@1500');
    child.kill('SIGTERM');
    expect(await child.ended).toBe(0);
    const redis = await connected();
    expect(await redis.llen(`${PREFIX}:${SAMPLE}:wait`)).toBe(1);
    const { pools } = await hand();
    expect(await ends).toEqual({ 'SLOW@1500': 'ok' });
    expect([runner.deaths, pools.get('RUN')?.begun]).toEqual([0, ['SLOW@1500']]);
    const [, , ats] = await redis.hmget(`${PREFIX}:${SAMPLE}:${await lastJob()}`, 'name', 'stc', 'ats');
    expect(ats).toBe('1');
    await runner.close();
  });

  it('and a planner that only hung hears what came meanwhile, each once, though its workers had left it', async () => {
    const { pools, joined, released } = await hand('hand', { capacityOf: () => 1 });
    const tickers = ['SLOW@300', 'SLOW@301', 'A', 'B'];
    const child = await plannerChild('RUN', tickers);
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['SLOW@300']);
    child.kill('SIGSTOP');
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(tickers);
    const redis = await connected();
    // As if it had hung for long.
    await redis.hset(`${PREFIX}:run:RUN`, 'beat', '1');
    await expect.poll(() => released).toEqual(joined);
    expect(await readRun(redis, 'RUN')).toMatchObject({ state: 'open' });
    child.kill('SIGCONT');
    expect(await child.ended).toBe(0);
    expect(child.said.slice(1).toSorted()).toEqual(tickers.map((one) => `${one} ok`).toSorted());
    expect(pools.get('RUN')?.begun).toEqual(tickers);
    expect(await readRun(redis, 'RUN')).toMatchObject({ state: 'ended' });
  });

  it('or finds that another one goes on with its run, and leaves that to it', async () => {
    const { pools } = await hand('hand', { capacityOf: () => 1 });
    const child = await plannerChild('RUN', ['SLOW@300', 'A']);
    await expect.poll(() => pools.get('RUN')?.begun).toEqual(['SLOW@300']);
    child.kill('SIGSTOP');
    const redis = await connected();
    await redis.hset(`${PREFIX}:run:RUN`, 'beat', '1');
    const runner = await planner('RUN', { isAttached: true });
    const ends = runAll(runner, ['B', 'SLOW@1500']);
    await expect.poll(() => pools.get('RUN')?.begun.at(-1)).toBe('SLOW@1500');
    child.kill('SIGCONT');
    expect(await child.ended).toBe(0);
    expect(await readRun(redis, 'RUN')).toMatchObject({ state: 'open', planner: 'planner' });
    expect(await ends).toEqual({ B: 'ok', 'SLOW@1500': 'ok' });
    await runner.close();
    expect(pools.get('RUN')?.begun).toEqual(['SLOW@300', 'A', 'B', 'SLOW@1500']);
  });

  it('and one that only hung ends twice what it had, which counts once', async () => {
    const child = await workerChild('sleeper');
    const runner = await planner('RUN');
    const ends = runAll(runner, ['SLOW@200']);
    await expect.poll(() => child.said).toContain('SLOW@200');
    child.kill('SIGSTOP');
    const { pools } = await hand();
    expect(await ends).toEqual({ 'SLOW@200': 'ok' });
    child.kill('SIGCONT');
    expect(pools.get('RUN')?.begun).toEqual(['SLOW@200']);
    // It is of use again.
    const more = Array.from({ length: 8 }, (_, i) => `SLOW@${100 + i}`);
    const begunByIt = async (): Promise<number> => {
      await runAll(runner, more);
      return child.said.length;
    };
    await expect.poll(begunByIt).toBeGreaterThan(2);
    await runner.close();
    const queue = new Queue(SAMPLE, { connection: await connected(), prefix: PREFIX });
    expect(await queue.getFailedCount()).toBe(0);
    await queue.close();
  });
});

async function lastJob(): Promise<string> {
  const queue = new Queue(SAMPLE, { connection: await connected(), prefix: PREFIX });
  const [job] = await queue.getCompleted();
  await queue.close();
  return job?.id ?? '';
}
