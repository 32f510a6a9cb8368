import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { BarStore } from '../../../src/store/store.ts';
import { describeWith, POSTGRES, sampled } from '../../needs.ts';
import { ASKED, answerOf, fillAsked } from '../asked-alike.ts';
import { temporaryFolder, update, WEEK } from '../fixtures.ts';
import { type Cluster, startCluster } from './cluster.ts';

describeWith(POSTGRES)('a query of a PostgreSQL store', () => {
  let cluster: Cluster;
  let store: BarStore;
  let files: BarStore;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    cluster = await startCluster();
    folder = await temporaryFolder();
    store = openStore(cluster.url('asked'));
    files = openStore(`${folder.path}/data`);
    for (const one of [store, files]) await fillAsked(one);
  });
  afterAll(async () => {
    await cluster.destroy();
    await rm(folder.path, { recursive: true });
  });

  it.each(sampled(ASKED, 3, 'asked of tables'))('gives what it does of files: %s', async (sql) => {
    const said = await answerOf(store, sql);
    expect(said).toEqual(await answerOf(files, sql));
    expect(typeof said === 'string' || Array.isArray((said as { all: unknown }).all)).toBe(true);
  });

  it('sees what was stored since, and leaves nothing behind', async () => {
    const count = `SELECT count(*) FROM bars WHERE ticker = 'NEW'`;
    expect(await answerOf(store, count)).toMatchObject({ all: [[0]] });
    await store.upsert(update(WEEK, { series: { ticker: 'NEW', interval: '1d' } }));
    expect(await answerOf(store, count)).toMatchObject({ all: [[5]] });
    await store.forget({ ticker: 'NEW', interval: '1d' });
    expect(await answerOf(store, count)).toMatchObject({ all: [[0]] });
  });
});
