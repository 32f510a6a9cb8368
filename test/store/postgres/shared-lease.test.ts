import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore, Lease } from '../../../src/store/store.ts';
import { describeWith, POSTGRES } from '../../needs.ts';
import { AAPL, daily, update, WEEK } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { type Cluster, startCluster } from './cluster.ts';

const LATER = [daily('2026-03-02')];

describeWith(POSTGRES)('a shared lease of a PostgreSQL store', () => {
  let cluster: Cluster;
  let schema: string;
  let url: string;
  let worker: BarStore;
  let first: Lease;
  let joined: Lease;
  let inTheWay: pg.Client;
  let schemas = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());
  beforeEach(async () => {
    schema = `shared_${++schemas}`;
    url = cluster.url(schema);
    first = await openStore(url).acquire();
    worker = openStore(url);
    joined = await worker.join(first.lock);
    inTheWay = new pg.Client({ connectionString: cluster.url() });
    await inTheWay.connect();
  });
  afterEach(async () => {
    await joined.release();
    await first.release();
    await inTheWay.end();
  });

  /** Cuts the connections that hold a lock of the lease in such a way, and no other. */
  const cut = (mode: 'ExclusiveLock' | 'ShareLock'): Promise<string> =>
    cluster.sql(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND mode = '${mode}' AND granted`,
    );
  const token = (): Promise<string> => cluster.sql(`SELECT token FROM ${schema}.backfill_lease`);
  const untilSomebodyWaits = async (): Promise<void> => {
    while ((await cluster.sql('SELECT count(*) FROM pg_locks WHERE NOT granted')) === '0') await sleep(10);
  };

  it('is lost by all once the connection of the last who held it is cut, which stores nothing', async () => {
    await cut('ExclusiveLock');
    await worker.upsert(update(WEEK));
    await cut('ShareLock');
    for (const store of [worker, openStore(url, first.lock)]) {
      await expect(store.upsert(update(LATER))).rejects.toMatchObject({ code: 'store-locked' });
      await expect(store.upsert(update(LATER))).rejects.toThrow('was lost');
    }
    expect((await openStore(url).facts()).writer).toBeNull();
    expect(await rowsIn(openStore(url), AAPL)).toEqual(WEEK);
  });

  it('is said to be with those who joined where its first holder is gone', async () => {
    await expect(openStore(url).acquire()).rejects.toThrow(
      /is being written by this process itself, for another history or run \(pid \d+ on .*; let it end first, or use another store$/,
    );
    await cut('ExclusiveLock');
    await expect(openStore(url).acquire()).rejects.toThrow(
      /is being written by workers of \S+, itself gone \(pid \d+ on .*; wait for it, stop it, or use another store; what a dead process or machine holds the server frees within a minute$/,
    );
  });

  it('that is lost is noticed by each of many commits at once', async () => {
    await cut('ExclusiveLock');
    await cut('ShareLock');
    const commits = WEEK.map((bar) => openStore(url, first.lock).upsert(update([bar])));
    const came = await Promise.allSettled(commits);
    expect(came.map(({ status }) => status)).toEqual(WEEK.map(() => 'rejected'));
  });

  it('is given to the next one only when the last commit of one who joined is through', async () => {
    await worker.upsert(update(WEEK));
    await cut('ExclusiveLock');
    await inTheWay.query(`BEGIN; LOCK TABLE ${schema}.bars IN SHARE MODE`);
    const said: string[] = [];
    const commit = openStore(url, first.lock)
      .upsert(update(LATER))
      .then(() => said.push('stored'));
    await untilSomebodyWaits();
    await joined.release();
    const acquired = openStore(url)
      .acquire()
      .then((lease) => {
        said.push('acquired');
        return lease;
      });
    await sleep(500);
    expect(said).toEqual([]);
    await inTheWay.query('ROLLBACK');
    await commit;
    await (await acquired).release();
    expect(said).toEqual(['stored', 'acquired']);
    expect(await rowsIn(worker, AAPL)).toEqual([...WEEK, ...LATER]);
  });

  it('is joined by nobody any more from the moment on that the next one is about to have it', async () => {
    await joined.release();
    await cut('ExclusiveLock');
    await inTheWay.query(
      `BEGIN; SELECT pg_advisory_xact_lock_shared(hashtext('backfill commits'), hashtext('${schema}'))`,
    );
    const acquired = openStore(url).acquire();
    await untilSomebodyWaits();
    expect(await token()).toBe(first.lock);
    await expect(worker.join(first.lock)).rejects.toMatchObject({ code: 'store-locked' });
    await inTheWay.query('ROLLBACK');
    const next = await acquired;
    expect(next.lock).not.toBe(first.lock);
    await openStore(url, next.lock).upsert(update(WEEK));
    await next.release();
  });

  it('that is let go of leaves the token of who holds the store since alone', async () => {
    await cut('ExclusiveLock');
    // As an earlier version would, which knows nothing of those who joined.
    await cluster.sql(`UPDATE ${schema}.backfill_lease SET token = token + 1`);
    const theirs = await token();
    await joined.release();
    expect(await token()).toBe(theirs);
  });
});
