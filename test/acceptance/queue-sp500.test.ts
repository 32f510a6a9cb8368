import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, LONG_RUNS, POSTGRES, REAL_DATA, REDIS } from '../needs.ts';
import { realData } from '../realdata.ts';
import { type RedisServer, startRedis } from '../redis/redis-server.ts';
import { type FakeS3, KEYS, startFakeS3 } from '../store/bucket/fake-s3.ts';
import { type Cluster, startCluster } from '../store/postgres/cluster.ts';
import { exportStore } from './export-store.mjs';
import { type Finished, runWith } from '../cli/one-process.ts';
import { type RunningSimulator, startSimulate, startWith } from './programs.ts';

const FOLDER = realData('daily-sp500-2013-2018');
const TIMEOUT = 480_000;

/** All of them with `LONG_RUNS=1`. */
const TICKERS = LONG_RUNS ? 499 : 12;

const WORKERS = ['one', 'two', 'three'];

const NEEDED = [REDIS, REAL_DATA].find(({ isMet }) => !isMet) ?? REDIS;

describeWith(NEEDED)('real tickers over five years, by three worker processes', () => {
  let folder = '';
  let simulator: RunningSimulator;
  let redis: RedisServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-queue-sp500-'));
    const names = (await readdir(FOLDER)).map((name) => name.replace('_data.csv', ''));
    await writeFile(join(folder, 'tickers.txt'), names.slice(0, TICKERS).join('\n'));
    [simulator, redis] = await Promise.all([startSimulate(folder, ['--from', FOLDER]), startRedis()]);
  });
  afterAll(async () => {
    await simulator.stop();
    await redis.destroy();
    await rm(folder, { recursive: true });
  });

  /** Fills a store from what the simulator serves; `more`: by whom. */
  const fill = (
    variables: Readonly<Record<string, string>>,
    store: string,
    more: readonly string[],
  ): Promise<Finished> =>
    runWith(
      variables,
      [
        ...['--tickers', `@${folder}/tickers.txt`, '--start', '2013-02-08', '--end', '2018-02-07'],
        ...['--provider-url', `yahoo=${simulator.url}`, '--store', store, '--state', join(folder, 'state')],
        ...more,
      ],
      folder,
    );

  /** Fills a store by machines that take the tasks from the queue. */
  async function fillByMachines(
    variables: Readonly<Record<string, string>>,
    store: string,
  ): Promise<Finished> {
    const workers = WORKERS.map((id) =>
      startWith(
        variables,
        [
          'worker',
          '--queue',
          redis.url,
          '--store',
          store,
          '--workers',
          '1',
          '--id',
          id,
          '--state',
          join(folder, id),
        ],
        folder,
      ),
    );
    try {
      return await fill(variables, store, ['--queue', redis.url]);
    } finally {
      await Promise.all(workers.map(ended));
    }
  }

  describeWith(POSTGRES)('in a database', () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
    });
    afterAll(() => cluster.destroy());

    const contentOf = (schema: string): Promise<string> =>
      cluster.sql(
        `SELECT count(*), md5(string_agg(concat_ws(' ', ticker, interval, ts, open, high, low, close, volume), ';' ORDER BY ticker, ts)),
           (SELECT md5(string_agg(concat_ws(' ', ticker, interval, state, from_day, to_day), ';' ORDER BY ticker, from_day, state)) FROM ${schema}.coverage)
         FROM ${schema}.bars`,
      );

    it('are the ones of a single machine', { timeout: TIMEOUT }, async () => {
      const alone = await fill({}, cluster.url('alone'), ['--workers', '2']);
      const shared = await fillByMachines({}, cluster.url('shared'));
      expect(shared.stderr).toContain(`Fetched: ${TICKERS}  Errors: 0  Skipped: 0`);
      expect(shared.code).toBe(alone.code);
      const content = await contentOf('shared');
      expect(content).toBe(await contentOf('alone'));
      expect(Number(content.split('|')[0])).toBeGreaterThan(TICKERS * 1000);
    });
  });

  it('in a bucket are the ones of a single machine', { timeout: TIMEOUT }, async () => {
    const contents: string[] = [];
    for (const how of ['alone', 'shared']) {
      const s3 = await startFakeS3();
      const variables = {
        ...{ AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey },
        AWS_ENDPOINT_URL: s3.endpoint,
      };
      const store = `s3://lake/data`;
      const { stderr } = await (how === 'alone'
        ? fill(variables, store, ['--workers', '2'])
        : fillByMachines(variables, store));
      expect(stderr).toContain(`Fetched: ${TICKERS}  Errors: 0  Skipped: 0`);
      contents.push(await exportStore(await dumped(s3, how)));
      await s3.close();
    }
    const [alone = '', shared] = contents;
    expect(shared).toBe(alone);
    expect(alone.split('\n').length).toBeGreaterThan(TICKERS * 1000);
  });

  /** Puts the objects into a folder, for what shares no code with us. */
  async function dumped({ objects }: FakeS3, name: string): Promise<string> {
    for (const [key, { bytes }] of objects) {
      const at = join(folder, name, key);
      await mkdir(dirname(at), { recursive: true });
      await writeFile(at, bytes);
    }
    return join(folder, name, 'data');
  }
});

async function ended(worker: ChildProcess): Promise<void> {
  const gone = once(worker, 'close');
  // Of many tasks it says more than a pipe holds, and ends once all of that is taken.
  worker.stdout?.resume();
  worker.stderr?.resume();
  worker.kill('SIGTERM');
  await gone;
}
