import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openHistory, startWorker } from '../../src/index.ts';
import { REDIS, describeWith } from '../needs.ts';
import { startRedis } from '../redis/redis-server.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOON = Date.parse('2026-03-02T23:00:00Z');
const JUNE = { start: '2025-06-02', end: '2025-06-30' };

describeWith(REDIS)('a range that machines of a queue complete', () => {
  it('is fetched by one run for all calls of a turn, of each series its own days', async () => {
    const [redis, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    const own = { store: bucket.url, queue: redis.url, stateFolder: join(folder.path, 'state') };
    const worker = await startWorker({ ...own, workers: 1, name: 'one' });
    const history = openHistory({ ...own, provider: { id: 'sample' }, clock: () => NOON });
    try {
      const [alfa, briq] = [
        { ticker: 'ALFA', interval: '1d' },
        { ticker: 'BRIQ', interval: '1d' },
      ] as const;
      const calls = [
        history.ensureRange(alfa, JUNE),
        history.ensureRange(briq, { ...JUNE, start: '2025-06-23' }),
      ];
      expect(await Promise.all(calls)).toMatchObject([{ complete: true }, { complete: true }]);
      const bars = await Promise.all([alfa, briq].map((one) => history.read(one)));
      expect(bars.map(({ length }) => length)).toEqual([20, 6]);
      expect(await history.ensureRange([alfa, briq], { ...JUNE, start: '2025-06-23' })).toMatchObject({
        runId: null,
      });
      expect((await history.runs()).runs).toHaveLength(1);
    } finally {
      await history.close();
      await worker.drain(1000);
      await bucket.close();
      await redis.destroy();
      await folder.remove();
    }
  });
});
