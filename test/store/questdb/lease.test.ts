import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, QUESTDB } from '../../needs.ts';
import { AAPL, coverage, daily, NOON, update, WEEK, WEEK_DAYS } from '../fixtures.ts';
import { rowsIn } from '../rows.ts';
import { type Proxy, startProxy } from './proxy.ts';
import { PASSWORD, type Quest, startQuest } from './quest.ts';

describeWith(QUESTDB)('the lease of a QuestDB store', () => {
  let quest: Quest;
  let proxy: Proxy;
  let prefix: string;
  let url: string;
  /** Its connections can be cut. */
  let store: BarStore;
  let stores = 0;
  beforeAll(async () => {
    quest = await startQuest();
    proxy = await startProxy(quest.port);
  });
  afterAll(async () => {
    await proxy.close();
    await quest.destroy();
  });
  beforeEach(() => {
    prefix = `lease_${++stores}_`;
    url = quest.url(prefix);
    store = openStore(url.replace(`${quest.port}`, `${proxy.port}`));
  });
  const later = [daily('2026-03-02')];

  /** By another store, once the server has noticed. */
  async function taken(by: BarStore) {
    for (;;) {
      const lease = await by.acquire().catch((error: { code?: string }) => error.code);
      if (typeof lease === 'object') return lease;
      expect(lease).toBe('store-locked');
      await sleep(20);
    }
  }

  it('names its holder to who comes second, and without the password', async () => {
    const lease = await store.acquire();
    const error = await openStore(url)
      .acquire()
      .catch((one: unknown) => one);
    expect(error).toMatchObject({ code: 'store-locked' });
    const { message } = error as Error;
    expect(message).toContain(`(pid ${process.pid} on ${hostname()} since `);
    expect(message).not.toContain(PASSWORD);
    expect((await openStore(url).facts()).writer).toMatchObject({ pid: process.pid, host: hostname() });
    await lease.release();
    expect((await openStore(url).facts()).writer).toBeNull();
  });

  it('of one store is none of another in the same server', async () => {
    const lease = await store.acquire();
    const other = openStore(quest.url(`${prefix}b_`));
    const second = await other.acquire();
    await other.upsert(update(WEEK));
    expect([await rowsIn(other, AAPL), await rowsIn(store, AAPL)]).toEqual([WEEK, []]);
    await second.release();
    await lease.release();
  });

  it('that was lost is noticed by the next commit, which stores nothing', async () => {
    await store.acquire();
    await store.upsert(update(WEEK));
    proxy.cut();
    await sleep(50);
    await expect(store.upsert(update(later))).rejects.toMatchObject({ code: 'store-locked' });
    await expect(store.saveRun(NOON, {})).rejects.toThrow('was lost');
    expect(await rowsIn(openStore(url), AAPL)).toEqual(WEEK);
  });

  it('of a writer who sleeps is gone for good once another one has it', async () => {
    const lease = await store.acquire();
    // As a thread of the run, which does not know that its lease is lost.
    const thread = openStore(url, lease.lock);
    await thread.upsert(update(WEEK, { learned: coverage({ present: [WEEK_DAYS] }) }));
    const edit = await thread.edit(AAPL, { from: 0, to: 40_000 });
    proxy.cut();
    const next = openStore(url);
    const second = await taken(next);
    await expect(edit.commit({ bars: update(later) })).rejects.toThrow('another process writes it since');
    await expect(thread.quarantine(AAPL, [{ row: 1, reason: 'odd' }], 'sample', NOON)).rejects.toMatchObject({
      code: 'store-locked',
    });
    await expect(thread.forget(AAPL)).rejects.toMatchObject({ code: 'store-locked' });
    await second.release();
    await expect(edit.commit({ bars: update(later) })).rejects.toMatchObject({ code: 'store-locked' });
    expect(await rowsIn(next, AAPL)).toEqual(WEEK);
    expect((await next.scan()).series.get('AAPL 1d')?.coverage.present).toEqual([WEEK_DAYS]);
    expect((await next.readRejected()).records).toEqual([]);
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

  it('is given to the next one only when what the one before gave the server is stored', async () => {
    const lease = await store.acquire();
    const rows = 100_000;
    const client = new pg.Client({
      ...{ host: '127.0.0.1', port: quest.port, user: 'tester', password: PASSWORD, database: 'qdb' },
    });
    client.on('error', () => {});
    await client.connect();
    const said: string[] = [];
    const statement = client
      .query(
        `INSERT INTO '${prefix}bars_1h' (ts, ticker, session, close) SELECT given.ts, given.ticker, timestamp_floor('d', given.ts), given.close FROM
         (SELECT cast(x * 10000 AS timestamp) AS ts, 'SLOW' AS ticker, rnd_double() AS close FROM long_sequence(${rows * 200}) WHERE x % 200 = 0) AS given
         CROSS JOIN (SELECT max(token) AS held FROM '${prefix}backfill_lease') AS lease WHERE lease.held = ${lease.lock}`,
      )
      .then(() => said.push('stored'));
    const running = `SELECT query FROM query_activity() WHERE query LIKE 'INSERT INTO%SLOW%'`;
    while ((await quest.sql(running)).length === 0) await sleep(2);
    proxy.cut();
    const next = openStore(url);
    const second = await taken(next);
    said.push('acquired');
    expect(await quest.sql(`SELECT count() FROM ${prefix}bars_1h`)).toEqual([[rows]]);
    await statement;
    expect(said).toEqual(['stored', 'acquired']);
    // Rows of which nothing was known have a part of their own since, of which no session is known.
    const state = (await next.scan()).series.get('SLOW 1h');
    expect([state?.rows, state?.coverage.present]).toEqual([rows, []]);
    await second.release();
    await client.end();
  });
});
