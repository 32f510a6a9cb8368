import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { describeWith, LONG_RUNS, POSTGRES } from '../../needs.ts';
import { type Cluster, startCluster } from './cluster.ts';
import { startCuttingProxy } from './cutting-proxy.ts';

describeWith(POSTGRES)('a PostgreSQL server that cuts its connections', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.destroy());

  /** Takes the lease of a store through a server that cuts after so many answers: why it does not; undefined if it does. */
  async function refusal(answers: number): Promise<unknown> {
    const proxy = await startCuttingProxy(cluster.port, answers);
    try {
      const url = cluster.url(`cut_${answers}`).replace(`:${cluster.port}/`, `:${proxy.port}/`);
      await (await openStore(url).acquire()).release();
      return undefined;
    } catch (error) {
      return error;
    } finally {
      await proxy.close();
    }
  }

  // What nobody listens to ends the process: here the test run.
  it('after any answer on the way to the lease is told as what it is, and ends no process', async () => {
    let answers = 1;
    for (; ; answers += LONG_RUNS ? 1 : 3) {
      const error = await refusal(answers);
      if (error === undefined) break;
      expect(error).toMatchObject({
        code: 'store-unusable',
        message: expect.stringMatching(
          /^the PostgreSQL server \S+ cannot be reached: the connection was cut; /,
        ),
      });
    }
    expect(answers).toBeGreaterThan(8);
  }, 120_000);
});
