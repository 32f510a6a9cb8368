import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Runner } from '../../src/backfill/runner.ts';
import type { Pool } from '../../src/pool/pool.ts';
import { trafficOfOnlyRun } from '../backfill/only-run.ts';
import { leftovers } from './leftovers.ts';
import { before, codesOf, resultOf, runAll, start, traffic } from './misbehaving-pools.ts';

describe('runs that share a pool', () => {
  const two = (pool: Pool): [Runner, Runner] => [
    pool.open({ tasks: 9, traffic, secrets: {} }),
    pool.open({ tasks: 9, traffic, secrets: {} }),
  ];

  it('give back at once what waits of the one that is stopped', async () => {
    const pool = start({ workers: 1, concurrency: 1 });
    const [one, other] = two(pool);
    let isHeld = true;
    const held = resultOf(other, 'SLOW@1500').finally(() => (isHeld = false));
    const waiting = runAll(one, ['A', 'B']);
    one.traffic.cancel();
    expect(codesOf(await waiting)).toEqual({ A: 'cancelled', B: 'cancelled' });
    expect(isHeld).toBe(true);
    expect(await held).toMatchObject({ ok: true });
  });

  it('know of the deaths among their own tasks only', async () => {
    const pool = start({ workers: 1, attempts: 1 });
    const [one, other] = two(pool);
    await resultOf(one, 'EXIT');
    await resultOf(other, 'A');
    expect([one.deaths, other.deaths]).toEqual([1, 0]);
  });

  it('find its threads warm, or have others where it was idle for too long', async () => {
    const pool = start({ workers: 1, idleMs: 200 });
    for (const ticker of ['A', 'B']) {
      const runner = pool.open({ tasks: 1, traffic, secrets: {} });
      expect(await resultOf(runner, ticker)).toMatchObject({ ok: true });
      await runner.close();
      expect(leftovers().threads).toBe(before.threads + 1);
      await expect.poll(() => leftovers().threads).toBe(before.threads);
    }
  });

  it('have threads that were started for what was to come', async () => {
    const pool = start({ workers: 4, loadsAtOnce: 2 });
    pool.warm(1);
    await expect.poll(() => leftovers().threads).toBe(before.threads + 1);
    pool.warm(100);
    await expect.poll(() => leftovers().threads).toBe(before.threads + 2);
    const runner = pool.open({ tasks: 2, traffic, secrets: {} });
    await sleep(100);
    expect(leftovers().threads).toBe(before.threads + 2);
    expect(await resultOf(runner, 'A')).toMatchObject({ ok: true });
    await runner.close();
  });

  it('leave no thread where what was to come does not', async () => {
    const pool = start({ workers: 1, idleMs: 2000 }); // long enough to be seen there
    pool.warm(1);
    await expect.poll(() => leftovers().threads).toBe(before.threads + 1);
    await expect.poll(() => leftovers().threads).toBe(before.threads);
    await pool.close();
    pool.warm(1);
    await sleep(100);
    expect(leftovers().threads).toBe(before.threads);
  });
});

describe('a run that is abandoned', () => {
  it.each(['LOOP', 'HANG', 'UNCAUGHT@400'])('has no task in work any more: %s', async (fault) => {
    const pool = start({ workers: 1, taskDeadlineMs: 60_000 });
    const run = pool.open({ tasks: 1000, traffic, secrets: {} });
    expect(await resultOf(run, 'A')).toMatchObject({ ok: true });
    const results = runAll(run, [fault, 'SLOW@60000', 'WAITS']);
    await sleep(100);
    run.abandon();
    expect(codesOf(await results)).toEqual({
      ...{ [fault]: 'cancelled', 'SLOW@60000': 'cancelled', WAITS: 'cancelled' },
    });
    expect(await resultOf(run, 'A')).toMatchObject({ ok: false, error: { code: 'cancelled' } });
    expect(run.deaths).toBe(1);
    await run.close();
  });

  it('loses no task of another run, and makes no suspect of it', async () => {
    const pool = start({ workers: 1, attempts: 1, taskDeadlineMs: 60_000 });
    const [stopped, other] = [await trafficOfOnlyRun(), await trafficOfOnlyRun()].map((own) =>
      pool.open({ tasks: 1000, traffic: own, secrets: {} }),
    ) as [Runner, Runner];
    expect(await resultOf(stopped, 'A')).toMatchObject({ ok: true });
    const results = [resultOf(stopped, 'LOOP@50'), resultOf(other, 'SLOW@400')];
    await sleep(100);
    stopped.abandon();
    expect(await Promise.all(results)).toMatchObject([{ error: { code: 'cancelled' } }, { ok: true }]);
    await Promise.all([stopped.close(), other.close()]);
  });
});
