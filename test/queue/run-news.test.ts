import { expect, it } from 'vitest';
import { workersKey } from '../../src/queue/names.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { REDIS, describeWith } from '../needs.ts';
import { QUICK, connected, hand, planner, server, withRedis } from './farm.ts';
import { runAll } from './pretended.ts';

/** Longer than any test waits. */
const SELDOM = { ...QUICK, lookMs: 3_600_000 };

describeWith(REDIS)('what becomes of a run', () => {
  withRedis();

  it('is heard at once: by a worker that is to serve its provider, and by one that is to leave it', async () => {
    const { joined, released } = await hand('hand', { pace: SELDOM });
    const runner = await planner('RUN');
    expect(await runAll(runner, ['A', 'B'])).toEqual({ A: 'ok', B: 'ok' });
    expect(joined).toEqual(['the lock']);
    const redis = await connected();
    expect(await redis.hlen(workersKey('RUN'))).toBe(1);
    await runner.close();
    expect(await redis.hlen(workersKey('RUN'))).toBe(0);
    expect(released).toEqual(['the lock']);
  });

  it('is heard at once when it is stopped', async () => {
    const { pools } = await hand('hand', { pace: SELDOM });
    const runner = await planner('RUN');
    await runAll(runner, ['A']);
    expect(pools.get('RUN')).toMatchObject({ isCancelled: false });
    runner.traffic.cancel();
    await expect.poll(() => pools.get('RUN')).toMatchObject({ isCancelled: true });
    await runner.close();
  });

  it('is seen a little later by whom the server lets use no channel', async () => {
    const admin = await connected();
    await admin.acl('SETUSER', 'plain', 'on', '>secret', '~*', '+@all', 'resetchannels');
    const connect = async (): Promise<Awaited<ReturnType<typeof connected>>> =>
      connectRedis(redisAddress(server.url.replace('redis://', 'redis://plain:secret@')));
    const [atWork, plans] = [await connect(), await connect()];
    try {
      await expect(plans.publish('backfill:news', '')).rejects.toThrow(/NOPERM/);
      const { worker, released } = await hand('hand', { redis: atWork });
      const runner = await planner('RUN', { redis: plans });
      expect(await runAll(runner, ['A'])).toEqual({ A: 'ok' });
      await runner.close();
      expect(released).toEqual(['the lock']);
      await worker.drain(0);
    } finally {
      atWork.disconnect();
      plans.disconnect();
      await admin.acl('DELUSER', 'plain');
    }
  });
});
