import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openHistory, startWorker } from '../../src/index.ts';
import { programVersion } from '../../src/library/version.ts';
import { RUNS, runKey } from '../../src/queue/names.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { connectRedis } from '../../src/redis/connection.ts';
import { endConnections } from '../../src/redis/patient.ts';
import { REDIS, describeWith } from '../needs.ts';
import { startRedis } from '../redis/redis-server.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOON = Date.parse('2026-03-02T23:00:00Z');

describeWith(REDIS)('a worker of another version than who plans a run', () => {
  it('leaves its tasks to others, and says so; one of the same does them', async () => {
    const [server, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    const redis = await connectRedis(redisAddress(server.url));
    const own = { store: bucket.url, queue: server.url, stateFolder: join(folder.path, 'state') };
    const history = openHistory({ ...own, provider: { id: 'sample' }, clock: () => NOON });
    const run = history.backfill({ tickers: ['ALFA'], days: 5 });
    const versions = async (version?: string): Promise<string | undefined> => {
      const [id = ''] = await redis.smembers(RUNS);
      const key = runKey(id);
      const planned = JSON.parse((await redis.hget(key, 'run')) ?? '{}') as { version?: string };
      if (version !== undefined) await redis.hset(key, 'run', JSON.stringify({ ...planned, version }));
      return planned.version;
    };
    await expect.poll(() => versions()).toBe(programVersion());
    await versions('99.0.0');
    const notes: string[] = [];
    const worker = await startWorker({
      ...own,
      workers: 1,
      name: 'one',
      onNote: (line) => void notes.push(line),
    });
    onTestFinished(async () => {
      await history.close();
      await worker.drain(1000);
      endConnections(redis);
      await Promise.all([bucket.close(), server.destroy()]);
      await folder.remove();
    });
    await expect
      .poll(() => notes.join())
      .toMatch(/run \S+ was planned by version 99\.0\.0, and this is \S+: have all machines use the same/);
    await versions(programVersion());
    expect(await run).toMatchObject({ fetched: 1, failed: 0 });
  });
});
