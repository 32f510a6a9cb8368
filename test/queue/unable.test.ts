import { expect, it } from 'vitest';
import { BackfillError } from '../../src/core/errors.ts';
import { readMachines } from '../../src/queue/machines.ts';
import { REDIS, describeWith } from '../needs.ts';
import { orderFor } from '../pool/orders.ts';
import { type Hand, QUICK, hand, planner, withRedis } from './farm.ts';
import { endOf, pretendedRunner, runAll } from './pretended.ts';

const WHY = 'password authentication failed for user "me"';

/** A worker whose store does not let it in until it `may`. */
async function barred(name: string, may: () => boolean): Promise<Hand> {
  const refused = (): Promise<never> => Promise.reject(new BackfillError('store-unusable', WHY));
  return hand(name, {
    lookAtStore: () => (may() ? Promise.resolve() : refused()),
    join: (lock) => (may() ? Promise.resolve({ lock, release: () => Promise.resolve() }) : refused()),
  });
}

describeWith(REDIS)('a worker that cannot use its store', () => {
  withRedis();

  it('leaves tasks to others, says so, and takes some again once it can', async () => {
    let may = false;
    const bad = await barred('bad', () => may);
    const notes: string[] = [];
    const runner = await planner('RUN', { onNote: (line) => void notes.push(line) });
    const ends = runAll(runner, ['A', 'B', 'C']);
    // While nobody else is there, whoever waits is told who cannot, and why.
    await expect.poll(() => notes).toHaveLength(1);
    expect(notes[0]).toContain(
      `write s3://lake/data (bad cannot: ${WHY}); start one: backfill worker --queue`,
    );
    expect(bad.notes).toEqual([
      `gives tasks of sample back, for others to do: ${WHY}; it looks again in 1 s`,
    ]);
    expect(await readMachines(bad.redis)).toMatchObject([{ capacity: {}, trouble: WHY, inWork: 0 }]);
    // Nor does it try in vain.
    const { length } = bad.leases;
    await new Promise((resolve) => setTimeout(resolve, 4 * QUICK.busyMs));
    expect([bad.notes.length, bad.leases.length]).toEqual([1, length]);
    const good = await hand('good');
    expect(await ends).toEqual({ A: 'ok', B: 'ok', C: 'ok' });
    expect([bad.pools.size, good.pools.size]).toEqual([0, 1]);
    await good.worker.drain();
    may = true;
    expect(await runAll(runner, ['D'])).toEqual({ D: 'ok' });
    expect(bad.notes.at(-1)).toBe('takes tasks of sample again');
    await runner.close();
  });

  it('any more does so with what it has in work', async () => {
    let may = true;
    const pool = pretendedRunner();
    const bad = await hand('bad', {
      lookAtStore: () => (may ? Promise.resolve() : Promise.reject(new Error(WHY))),
      openRunner: () => Promise.resolve({ runner: { ...pool, run: failing }, quotas: [] }),
    });
    async function failing(order: Parameters<typeof pool.run>[0]): ReturnType<typeof pool.run> {
      const { series } = await pool.run(order);
      may = false;
      const error = { code: 'store-unusable', scope: 'run', message: WHY, retryable: true } as const;
      return { series: series.map(() => ({ ok: false, error: { ...error, details: {} } })) };
    }
    const runner = await planner('RUN');
    const end = runner.run(orderFor('A'));
    await expect.poll(() => bad.notes).toHaveLength(1);
    await hand('good');
    expect(endOf(await end)).toBe('ok');
    expect(bad.leases.slice(0, 2).map(({ what, reason }) => [what, reason])).toEqual([
      ['claimed', ''],
      ['failed', WHY],
    ]);
    await runner.close();
  });

  it('though that looks well ends the run in the end, by its name', async () => {
    const refused = (): Promise<never> => Promise.reject(new BackfillError('store-unusable', WHY));
    await hand('bad', { join: refused });
    const runner = await planner('RUN');
    const { series } = await runner.run(orderFor('A'));
    expect(series).toMatchObject([
      { ok: false, error: { code: 'store-unusable', message: `worker bad: ${WHY}` } },
    ]);
    await runner.close();
  }, 60_000);
});
