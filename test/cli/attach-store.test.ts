import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { REDIS, describeWith } from '../needs.ts';
import { startRedis } from '../redis/redis-server.ts';
import { run } from './one-process.ts';

describeWith(REDIS)('attach', () => {
  it('goes on in the store that the run writes, where none is said', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backfill-attach-'));
    const server = await startRedis();
    const redis = await connectRedis(redisAddress(server.url));
    try {
      const id = '20261120T211500Z-3f9a';
      // Nobody listens there.
      const store = 'postgres://me@127.0.0.1:1/market';
      const known = { id, store, provider: { id: 'yahoo' } };
      await redis.hset(`backfill:run:${id}`, {
        ...{ planner: 'gone', beat: '1', state: 'open', run: JSON.stringify(known) },
      });
      const { code, stderr } = await run('backfill', ['attach', id, '--queue', server.url], folder);
      expect([code, stderr]).toEqual([2, expect.stringContaining('127.0.0.1:1')]);
      expect(stderr).not.toContain(`not ${join(folder, 'data')}`);
    } finally {
      redis.disconnect();
      await server.destroy();
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});
