import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, POSTGRES } from '../../needs.ts';
import { AAPL, daily, NOON, update, WEEK } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { type Cluster, startCluster } from './cluster.ts';

describeWith(POSTGRES)('the lease of a PostgreSQL store', () => {
  let cluster: Cluster;
  let url: string;
  let store: BarStore;
  let schemas = 0;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());
  beforeEach(() => {
    url = cluster.url(`lease_${++schemas}`);
    store = openStore(url);
  });

  /** Cuts the connection that holds the lease, and no other. */
  const cutLease = (): Promise<string> =>
    cluster.sql(
      `SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND granted`,
    );
  const later = [daily('2026-03-02')];

  it('names its holder to who comes second, and without the password', async () => {
    const lease = await store.acquire();
    const error = await openStore(url)
      .acquire()
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'store-locked' });
    const { message } = error as Error;
    expect(message).toContain(`(pid ${process.pid} on ${hostname()} since `);
    expect(message).not.toContain('not-to-be-seen');
    expect((await openStore(url).facts()).writer).toMatchObject({ pid: process.pid, host: hostname() });
    await lease.release();
  });

  it('of one store is none of another in the same database', async () => {
    const lease = await store.acquire();
    const other = openStore(cluster.url(`lease_${schemas}_b`));
    const second = await other.acquire();
    await other.upsert(update(WEEK));
    expect([await rowsIn(other, AAPL), await rowsIn(store, AAPL)]).toEqual([WEEK, []]);
    await second.release();
    await lease.release();
  });

  it.each([
    ['its schema', (schema: string) => `DROP SCHEMA ${schema} CASCADE`],
    ['one of its tables', (schema: string) => `DROP TABLE ${schema}.backfill_lease`],
  ])('makes nothing anew where %s is dropped under it, and says so', async (_, drop) => {
    const schema = `lease_${schemas}`;
    const lease = await store.acquire();
    await store.upsert(update(WEEK));
    await cluster.sql(drop(schema));
    const tables = `SELECT count(*) FROM pg_tables WHERE schemaname = '${schema}'`;
    const left = await cluster.sql(tables);
    const isGone = {
      code: 'store-unusable',
      message: expect.stringMatching(
        /^the .* another hand dropped (it: restore it|them .*; restore them), or /,
      ),
    };
    for (const writer of [store, openStore(url, lease.lock)]) {
      await expect(writer.upsert(update(later))).rejects.toMatchObject(isGone);
      await expect(writer.saveRun(NOON, { a: 1 })).rejects.toMatchObject(isGone);
    }
    await lease.release();
    expect(await cluster.sql(tables)).toEqual(left);
  });

  it('is free again where what its holder does first fails', async () => {
    await (await store.acquire()).release();
    const parts = `lease_${schemas}.backfill_document_parts`;
    await cluster.sql(`ALTER TABLE ${parts} RENAME TO away`);
    await expect(store.acquire()).rejects.toMatchObject({ code: 'store-unusable' });
    await cluster.sql(`ALTER TABLE lease_${schemas}.away RENAME TO backfill_document_parts`);
    await (await openStore(url).acquire()).release();
  });

  it('that was lost is noticed by the next commit, which stores nothing', async () => {
    await store.acquire();
    await store.upsert(update(WEEK));
    await cutLease();
    await expect(store.upsert(update(later))).rejects.toMatchObject({ code: 'store-locked' });
    await expect(store.saveRun(NOON, {})).rejects.toThrow('was lost');
    expect(await rowsIn(openStore(url), AAPL)).toEqual(WEEK);
  });

  it('of a writer who sleeps is gone for good once another one has it', async () => {
    await store.acquire();
    const edit = await store.edit(AAPL, { from: 0, to: 40_000 });
    await cutLease();
    const next = openStore(url);
    const lease = await next.acquire();
    await next.upsert(update(WEEK));
    await expect(edit.commit({ bars: update(later) })).rejects.toThrow('another process may write it since');
    await lease.release();
    await expect(edit.commit({ bars: update(later) })).rejects.toMatchObject({ code: 'store-locked' });
    expect(await rowsIn(next, AAPL)).toEqual(WEEK);
  });

  it('holds for who writes under its lock, as long as it is held', async () => {
    const lease = await store.acquire();
    const thread = openStore(url, lease.lock);
    await thread.upsert(update(WEEK));
    await lease.release();
    await expect(thread.upsert(update(later))).rejects.toMatchObject({ code: 'store-locked' });
    const next = await store.acquire();
    await expect(thread.upsert(update(later))).rejects.toMatchObject({ code: 'store-locked' });
    await openStore(url, next.lock).upsert(update(later));
    await next.release();
    expect(await rowsIn(store, AAPL)).toEqual([...WEEK, ...later]);
  });

  it('is given to the next one only when the last commit of the one before is through', async () => {
    const lease = await store.acquire();
    const thread = openStore(url, lease.lock);
    await thread.upsert(update(WEEK));
    const inTheWay = new pg.Client({ connectionString: cluster.url() });
    await inTheWay.connect();
    await inTheWay.query(`BEGIN; LOCK TABLE lease_${schemas}.bars IN SHARE MODE`);
    const said: string[] = [];
    const commit = thread.upsert(update(later)).then(() => said.push('stored'));
    // Until it waits for the table.
    while ((await cluster.sql('SELECT count(*) FROM pg_locks WHERE NOT granted')) === '0') await sleep(10);
    await cutLease();
    const next = openStore(url);
    const acquired = next.acquire().then((held) => {
      said.push('acquired');
      return held;
    });
    await sleep(500);
    expect(said).toEqual([]);
    await inTheWay.query('ROLLBACK');
    await inTheWay.end();
    await commit;
    await (await acquired).release();
    expect(said).toEqual(['stored', 'acquired']);
    expect(await rowsIn(next, AAPL)).toEqual([...WEEK, ...later]);
  });
});
