import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { describeWith, LONG_RUNS, POSTGRES } from '../../needs.ts';
import { NOON } from '../fixtures.ts';
import { kill, moments, WRITTEN_ROWS as ROWS, WritingChildren } from '../writers.ts';
import { type Cluster, startCluster } from './cluster.ts';

const ROUNDS = LONG_RUNS ? 100 : 4;

describeWith(POSTGRES)('a PostgreSQL store of which', () => {
  let cluster: Cluster;
  const writers = new WritingChildren();
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterEach(() => writers.end());
  afterAll(() => cluster.destroy());

  /** The version that rows, knowledge and revisions are all of, by SQL of the test's own. */
  async function versionIn(schema: string): Promise<number> {
    const rows = await cluster.sql(
      `SELECT count(*), count(DISTINCT ts), min(volume), max(volume) FROM ${schema}.bars`,
    );
    const [count, stamps, least, most] = rows.split('|').map(Number);
    expect([count, stamps, most]).toEqual([ROWS, ROWS, least]);
    const note = await cluster.sql(
      `SELECT rows, known->'absent'->0->'by'->0->>'note' FROM ${schema}.backfill_parts`,
    );
    const version = (least ?? Number.NaN) - 1;
    expect(note).toBe(`${ROWS}|${version}`);
    // Of each version but the first every row has replaced one, once.
    const revisions = await cluster.sql(
      `SELECT count(*), count(DISTINCT (ts, volume)), coalesce(max(new_volume), 1) FROM ${schema}.revisions`,
    );
    expect(revisions).toBe(`${ROWS * version}|${ROWS * version}|${version + 1}`);
    return version;
  }

  it('the writer is killed at any moment is of one version, the last acknowledged or the one after', async () => {
    const url = cluster.url('writers');
    let next = 0;
    const draw = moments(7);
    for (let round = 0; round < ROUNDS; round++) {
      const { child, last } = await writers.start(url, next);
      await sleep((draw.next().value as number) * 300);
      await kill(child);
      await (await acquired(url)).release();
      const version = await versionIn('writers');
      expect(version - last()).toBeGreaterThanOrEqual(0);
      expect(version - last()).toBeLessThanOrEqual(1);
      next = version + 1;
    }
    expect((await openStore(url).scan()).series.get('AAPL 1d')?.fetchedAt).toBe(NOON + next - 1);
  });

  it('the server is killed at any moment is of one version too, and can be written once it is up', async () => {
    const url = cluster.url('servers');
    let next = 0;
    const draw = moments(11);
    for (let round = 0; round < ROUNDS / 2; round++) {
      const { child, last } = await writers.start(url, next);
      await sleep((draw.next().value as number) * 300);
      const ended = once(child, 'close');
      await cluster.kill();
      expect((await ended)[0]).toBe(1);
      await cluster.start();
      const version = await versionIn('servers');
      expect(version - last()).toBeGreaterThanOrEqual(0);
      expect(version - last()).toBeLessThanOrEqual(1);
      next = version + 1;
    }
  });

  /** The server may notice a moment later that a writer is gone. */
  async function acquired(url: string) {
    const store = openStore(url);
    for (;;) {
      try {
        return await store.acquire();
      } catch (error) {
        if ((error as { code?: string }).code !== 'store-locked') throw error;
        await sleep(20);
      }
    }
  }
});
