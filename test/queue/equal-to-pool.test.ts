import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import {
  type History,
  type QueueWorker,
  type RunSummary,
  openHistory,
  startWorker,
} from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import type { BackfillOptions } from '../../src/library/requests.ts';
import { wideMarket } from '../backfill/wide-market.ts';
import { LONG_RUNS, REDIS, describeWith } from '../needs.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { type Logged, NOW, start, stopAll } from '../simulator/running.ts';
import { fakeBucket } from '../store/bucket/bucket-store.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { contentOf } from './content.ts';

/** Of more than a list takes, a session of the market is fewer requests. */
const TICKERS = 101;
/** Each run is of one session more. */
const DAYS = LONG_RUNS ? [1, 2] : [1];

describeWith(REDIS)('a run through a queue ends as one in threads of its own', () => {
  let redis: RedisServer;
  let bucket: Awaited<ReturnType<typeof fakeBucket>>;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let simulator: Logged;
  beforeAll(async () => {
    redis = await startRedis();
    bucket = await fakeBucket();
  });
  afterAll(async () => {
    await bucket.close();
    await redis.destroy();
  });
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  const open: (History | QueueWorker)[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await ('drain' in one ? one.drain(1000) : one.close());
    await stopAll();
    await folder.remove();
  });

  /** The same request in threads and through the queue, each into a store of its own. */
  async function both(name: string, requests: readonly BackfillOptions[]) {
    const about = {
      ...{ stateFolder: join(folder.path, 'state'), clock: () => NOW, workers: 1 },
      ...{ provider: { id: 'sample', url: simulator.url }, quotas: [] },
    };
    const ends: { summaries: object[]; content: object }[] = [];
    for (const queue of [undefined, redis.url]) {
      const store = bucket.url.replace('/data', `/${name}-${queue === undefined ? 'pool' : 'queue'}`);
      if (queue !== undefined)
        open.push(
          await startWorker({ store, queue, name: 'one', workers: 1, stateFolder: about.stateFolder }),
        );
      const history = openHistory({ ...about, store, ...(queue && { queue }) });
      open.push(history);
      const summaries: RunSummary[] = [];
      for (const request of requests) summaries.push(await history.backfill(request));
      ends.push({ summaries: summaries.map(worked), content: await contentOf(openStore(store)) });
    }
    return ends;
  }

  it('of whole markets, collected and distributed', async () => {
    simulator = await start({ wire: 'sample', market: wideMarket(TICKERS) });
    const [pool, queue] = await both(
      'market',
      DAYS.map((days) => ({ tickers: 'all', days })),
    );
    expect(queue).toEqual(pool);
    expect(pool?.summaries[0]).toMatchObject({ fetched: TICKERS, failed: 0 });
    const markets = simulator.entries.filter(({ path }) => path === '/v1/market');
    expect(markets).toHaveLength(2 * DAYS.length);
  });

  it('of lists, with splits and dividends told once, and a ticker that is none', async () => {
    simulator = await start({ wire: 'sample' });
    const [pool, queue] = await both('lists', [
      { tickers: ['ALFA', 'BRIQ', 'NOSUCH'], intervals: ['1h', '1d'], days: 40 },
    ]);
    expect(queue).toEqual(pool);
    expect(pool?.summaries).toMatchObject([{ fetched: 4, unavailable: 2 }]);
  });
});

/** What two summaries of the same work have in common: all but when, how long, and in which order. */
function worked({ runId: _r, startedAt: _s, endedAt: _e, warnings, failures, left, ...summary }: RunSummary) {
  const { bytesReceived: _b, ...rest } = summary;
  const inOrder = (list: readonly object[]): string[] => list.map((one) => JSON.stringify(one)).toSorted();
  const lists = left.map((one) => ({ ...one, tickers: one.tickers.toSorted() }));
  return { ...rest, left: lists, warnings: inOrder(warnings), failures: inOrder(failures) };
}
