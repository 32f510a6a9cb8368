import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openHistory, startWorker } from '../../src/index.ts';
import type * as Pool from '../../src/pool/pool.ts';
import type * as Book from '../../src/providers/http/redis-quota/book.ts';
import { REDIS, describeWith } from '../needs.ts';
import { startRedis } from '../redis/redis-server.ts';
import { NOW, start, stopAll } from '../simulator/running.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';

vi.mock('../../src/providers/http/redis-quota/book.ts', async (original) => {
  const actual = await original<typeof Book>();
  // Of the minute that a server may be away where nothing else is said, as much as a test has.
  const brief = { patienceMs: 300, settleMs: 100 };
  const openRedisQuota = (options: Book.RedisQuotaOptions) => actual.openRedisQuota({ ...brief, ...options });
  return { ...actual, openRedisQuota };
});

/** How long a task may be in work, ms, of the pools that were started. */
const deadlines: (() => number)[] = [];
vi.mock('../../src/pool/pool.ts', async (original) => {
  const actual = await original<typeof Pool>();
  const startPool: typeof actual.startPool = (options) => {
    const { taskDeadlineMs } = options;
    if (typeof taskDeadlineMs === 'function') deadlines.push(taskDeadlineMs);
    return actual.startPool(options);
  };
  return { ...actual, startPool };
});
const longest = (): number => Math.max(...deadlines.map((deadline) => deadline()));

const TICKERS = ['ALFA', 'BRIQ', 'CORV', 'DUNO', 'ELNA', 'GLYF', 'KELV', 'ADLR.DE', 'BRVO.PA', 'HOSH.T'];

describeWith(REDIS)('a run whose queue is away for longer than a quota alone would be waited for', () => {
  it('goes on where it was, within its quota', async () => {
    const [redis, bucket, folder] = await Promise.all([startRedis(), fakeBucket(), temporaryFolder()]);
    // A provider in a process that has much else to do counts a request later than it came.
    const simulator = await start({ limits: [{ requests: 3, perMs: 800 }] });
    const own = { store: bucket.url, queue: redis.url, stateFolder: join(folder.path, 'state') };
    const worker = await startWorker({ ...own, workers: 1, name: 'one' });
    const history = openHistory({
      ...{ ...own, provider: { id: 'yahoo', url: simulator.url }, clock: () => NOW },
      quotas: [{ requests: 3, perMs: 1000 }],
    });
    onTestFinished(async () => {
      await history.close();
      await worker.drain(1000);
      await Promise.all([bucket.close(), redis.destroy(), stopAll()]);
      await folder.remove();
    });
    const run = history.backfill({ tickers: TICKERS, days: 10 });
    await expect.poll(() => simulator.entries.length, { timeout: 60_000 }).toBeGreaterThan(0);
    const before = longest();
    await redis.kill();
    await sleep(2000);
    await redis.start();
    expect(await run).toMatchObject({ stopped: null, fetched: TICKERS.length, failed: 0 });
    // A task that waits for the server meanwhile is not stuck.
    expect(longest()).toBeGreaterThan(before + 1000);
    expect(simulator.entries.filter(({ outcome }) => outcome !== 'ok')).toEqual([]);
  });
});
