import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openHistory, openQueueDesk, startWorker } from '../../src/index.ts';
import { openStore } from '../../src/store/open.ts';
import { POSTGRES, REDIS, describeWith } from '../needs.ts';
import { startRedis } from '../redis/redis-server.ts';
import { PASSWORD, startCluster } from '../store/postgres/cluster.ts';
import { temporaryFolder } from '../store/fixtures.ts';

const NOON = Date.parse('2026-03-02T23:00:00Z');
const PACE = { lookMs: 50, lockMs: 1000, busyMs: 200 };
const DENIED = /permission denied for table backfill_parts; let its owner grant SELECT on the tables/;

describeWith(POSTGRES.isMet ? REDIS : POSTGRES)('a worker whose user may only read the store', () => {
  it('does not start, and one that loses its rights takes no task until it has them again', async () => {
    const [redis, cluster, folder] = await Promise.all([startRedis(), startCluster(), temporaryFolder()]);
    const desk = await openQueueDesk(redis.url);
    const own = { store: cluster.url('lake'), queue: redis.url, stateFolder: join(folder.path, 'state') };
    const history = openHistory({ ...own, provider: { id: 'sample' }, clock: () => NOON });
    const stop = new AbortController();
    onTestFinished(async () => {
      stop.abort();
      await history.close();
      await desk.close();
      await Promise.all([redis.destroy(), cluster.destroy()]);
      await folder.remove();
    });
    await (await openStore(own.store).acquire()).release();
    const all = 'ON ALL TABLES IN SCHEMA lake';
    await cluster.sql(
      `CREATE ROLE hand LOGIN PASSWORD '${PASSWORD}'; GRANT USAGE ON SCHEMA lake TO hand; GRANT SELECT ${all} TO hand;
       GRANT USAGE ON ALL SEQUENCES IN SCHEMA lake TO hand`,
    );
    const its = { ...own, store: own.store.replace('tester:', 'hand:'), workers: 1, name: 'hand' };
    await expect(startWorker(its, PACE)).rejects.toMatchObject({
      ...{ code: 'store-unusable', message: expect.stringMatching(DENIED) },
    });
    const writes = 'INSERT, UPDATE, DELETE';
    await cluster.sql(`GRANT ${writes} ${all} TO hand`);
    const claimed: string[] = [];
    const onLease = ({ what }: { readonly what: string }): void => void claimed.push(what);
    const worker = await startWorker({ ...its, onLease }, PACE);
    onTestFinished(() => worker.drain(0));
    await cluster.sql(`REVOKE ${writes} ${all} FROM hand`);
    const run = history.backfill({ tickers: ['ALFA', 'BRIQ'], days: 20, stop: stop.signal });
    await expect.poll(() => desk.machines()).toMatchObject([{ trouble: expect.stringMatching(DENIED) }]);
    expect(claimed).toEqual([]);
    await cluster.sql(`GRANT ${writes} ${all} TO hand`);
    expect(await run).toMatchObject({ fetched: 2, failed: 0, stopped: null });
  });
});
