import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '../../src/redis/connection.ts';
import { redisAddress } from '../../src/redis/address.ts';
import { readMachines } from '../../src/queue/machines.ts';
import { REDIS_PROGRAM, type RedisServer, startRedis } from '../../test/redis/redis-server.ts';
import { type Cluster, startCluster } from '../../test/store/postgres/cluster.ts';
import { POSTGRES_PROGRAMS } from '../../test/store/postgres/server-programs.ts';
import { type Command, measure } from '../harness/measure.ts';
import type { Answer, BenchOptions, Question, Row } from '../harness/question.ts';
import { type Cost, inRounds, told } from '../harness/rounds.ts';
import { ratioOf, spreadOf } from '../harness/spread.ts';
import { fill, measureFill, program } from '../market/backfill.ts';
import type { DailyMarket } from '../market/daily-market.ts';
import { inventDaily } from '../market/invented.ts';
import { firstTickers, fiveYears } from '../market/market.ts';
import { prerender, type Server, serve } from '../market/simulator.ts';

/** Processes that take tasks. */
const MACHINES = [1, 2, 4];

/** Fetches in flight in each: so few that the network is what they wait for. */
const IN_FLIGHT = 4;

/** Threads of the one process whose time is beside that of a run without a queue. */
const THREADS = 2;

const LATENCY_MS = 250;

/**
 * A job that takes four processes a quarter of a minute: what a planner needs before its first task and after its last, about a second
 * however long the job is, is not what is asked.
 */
const LONG_JOB = { tickers: 1000, sessions: 252, end: '2026-11-20' } as const;

/** More than a process takes at once. */
const UNKNOWN_PER_PROCESS = 20;

export const machines: Question = {
  asks: 'What do more worker processes bring behind a queue, and what does the queue cost?',
  long: true,
  answer: async (options) => {
    if (POSTGRES_PROGRAMS === undefined) return skipped('no PostgreSQL');
    if (REDIS_PROGRAM === undefined) return skipped('no redis-server');
    const [cluster, redis] = await Promise.all([startCluster(), startRedis()]);
    try {
      return await withServers(cluster, redis, options);
    } finally {
      await Promise.all([cluster.destroy(), redis.destroy()]);
    }
  },
};

function skipped(why: string): Answer {
  return { notes: [`SKIPPED: ${why}`], tables: [], charts: [] };
}

/** What a run asks, and where. */
interface Bench {
  readonly cluster: Cluster;
  readonly redis: RedisServer;
  readonly market: DailyMarket;
  readonly options: BenchOptions;
}

async function withServers(cluster: Cluster, redis: RedisServer, options: BenchOptions): Promise<Answer> {
  const { scratch, quick } = options;
  const all = await fiveYears(scratch);
  const market = quick ? await firstTickers(all, 100, scratch) : all;
  const bench = { cluster, redis, market, options };
  const long = await inventDaily(scratch, { ...LONG_JOB, tickers: quick ? 200 : LONG_JOB.tickers });
  const scaled = await scaling({ ...bench, market: long });
  const before = await redisCpuMs(redis);
  const beside = await besideThreads(bench);
  const perTask = ((await redisCpuMs(redis)) - before) / (market.tickers.length * (quick ? 3 : 6));
  return {
    notes: [
      'into PostgreSQL; whole planner processes, whose workers are there already and have done a task',
      `more processes: ${long.what}; ${LATENCY_MS} ms latency, ${IN_FLIGHT} fetches in flight in one thread each; times of one process by that of so many`,
      `the queue: ${market.what}; no latency, ${THREADS} threads, by threads of the run's own process and by those of one worker`,
    ],
    tables: [
      {
        title: 'worker processes',
        columns: [
          { key: 'wall', title: 'wall', unit: 'ms' },
          { key: 'speedUp', title: 'speed-up', unit: 'times' },
        ],
        rows: scaled,
      },
      {
        title: 'the queue beside threads alone',
        columns: [
          { key: 'wall', title: 'wall', unit: 'ms' },
          { key: 'times', title: 'of threads alone', unit: 'times' },
        ],
        rows: beside,
      },
      {
        title: 'what Redis does',
        columns: [{ key: 'redis', title: 'its CPU', unit: 'ms' }],
        rows: [{ name: 'a task', cells: { redis: perTask } }],
      },
    ],
    charts: [],
  };
}

async function scaling(bench: Bench): Promise<readonly Row[]> {
  const { options, redis } = bench;
  return served(bench, LATENCY_MS, async (server) => {
    const contestants = MACHINES.map((count) => ({
      name: count === 1 ? '1 process' : `${count} processes`,
      run: () =>
        withWorkers(bench, server, count, ['--workers', '1', '--concurrency', String(IN_FLIGHT)], (store) =>
          measureRun(bench, { server, store, more: ['--queue', redis.url] }),
        ),
    }));
    const costs = await inRounds<Cost>(
      contestants.map((one) => told(one, options.tell)),
      { warmUps: 0, runs: options.quick ? 1 : 2 },
    );
    const walls = contestants.map(({ name }) => (costs.get(name) ?? []).map(({ wallMs }) => wallMs));
    return contestants.map(({ name }, i): Row => {
      const own = walls[i] ?? [];
      return { name, cells: { wall: spreadOf(own), speedUp: ratioOf(walls[0] ?? [], own) } };
    });
  });
}

async function besideThreads(bench: Bench): Promise<readonly Row[]> {
  const { options, redis } = bench;
  return served(bench, 0, async (server) => {
    const [alone, queued] = ['threads alone', 'a queue and one worker'];
    const contestants = [
      {
        name: alone,
        run: async () =>
          measureRun(bench, { server, store: await freshStore(bench), more: ['--workers', String(THREADS)] }),
      },
      {
        name: queued,
        run: () =>
          withWorkers(bench, server, 1, ['--workers', String(THREADS)], (store) =>
            measureRun(bench, { server, store, more: ['--queue', redis.url] }),
          ),
      },
    ];
    const costs = await inRounds<Cost>(
      contestants.map((one) => told(one, options.tell)),
      { warmUps: 1, runs: options.quick ? 2 : 5 },
    );
    const wall = (name: string): number[] => (costs.get(name) ?? []).map(({ wallMs }) => wallMs);
    return [
      { name: alone, cells: { wall: spreadOf(wall(alone)) } },
      { name: queued, cells: { wall: spreadOf(wall(queued)), times: ratioOf(wall(queued), wall(alone)) } },
    ];
  });
}

/** Serves the market, its answers rendered beforehand. */
async function served<T>(
  { market, options: { scratch } }: Bench,
  latencyMs: number,
  work: (server: Server) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(scratch, 'served-'));
  const server = await serve(market, join(folder, 'requests.ndjson'), ['--latency', `${latencyMs}ms`]);
  try {
    await prerender(server, market, folder);
    return await work(server);
  } finally {
    await server.stop();
  }
}

let stores = 0;

async function freshStore({ cluster }: Bench): Promise<string> {
  await cluster.sql('CHECKPOINT');
  return cluster.url(`round_${++stores}`);
}

/** A run, and where it goes. */
interface Fill {
  readonly server: Server;
  readonly store: string;
  readonly more: readonly string[];
}

function measureRun({ market, options }: Bench, run: Fill): Promise<Cost> {
  return measureFill(commandOf(market, options, run));
}

/** How many threads there are is the workers' own business, or said by `more`. */
function commandOf(
  market: DailyMarket,
  { scratch }: BenchOptions,
  { server: { url }, store, more }: Fill,
): Command {
  const { args, ...command } = fill(market, { store, state: join(scratch, 'state'), workers: 1, url });
  const at = args.indexOf('--workers');
  return { ...command, args: [...args.toSpliced(at, 2), ...more] };
}

/** Has the threads of all workers start, which is no part of what is measured: by tickers that nobody knows. */
async function warmUp(
  { redis, options, market }: Bench,
  { server, store, count }: Pick<Fill, 'server' | 'store'> & { readonly count: number },
): Promise<void> {
  const tickerFile = join(options.scratch, 'unknown.txt');
  const unknown = Array.from({ length: UNKNOWN_PER_PROCESS * count }, (_, i) => `ZZ${i}.UNKNOWN`);
  await writeFile(tickerFile, unknown.join('\n'));
  await measure(
    commandOf({ ...market, tickerFile }, options, { server, store, more: ['--queue', redis.url] }),
  );
}

/** Starts so many workers for a fresh store, and ends them after `work`. */
async function withWorkers<T>(
  bench: Bench,
  server: Server,
  count: number,
  more: readonly string[],
  work: (store: string) => Promise<T>,
): Promise<T> {
  const { redis, options } = bench;
  const store = await freshStore(bench);
  const children = Array.from({ length: count }, (_, i) => {
    const state = join(options.scratch, `state-${i}`);
    const { program: node, args } = program('backfill', [
      ...['worker', '--role', 'download', '--queue', redis.url, '--store', store, '--state', state, ...more],
    ]);
    const env = { ...process.env, BACKFILL_WORKER_ID: `machine-${i}` };
    return spawn(node, args, { env, stdio: 'ignore' });
  });
  try {
    await untilThere(redis, count);
    await warmUp(bench, { server, store, count });
    return await work(store);
  } finally {
    await Promise.all(
      children.map(async (child) => {
        const gone = once(child, 'close');
        child.kill('SIGTERM');
        await gone;
      }),
    );
  }
}

/** User and system time of the server so far. */
async function redisCpuMs({ url }: RedisServer): Promise<number> {
  const redis = await connectRedis(redisAddress(url));
  try {
    const text = await redis.info('cpu');
    const [user, system] = ['user', 'sys'].map(
      (kind) => new RegExp(`used_cpu_${kind}:([\\d.]+)`).exec(text)?.[1],
    );
    return 1000 * (Number(user) + Number(system));
  } finally {
    redis.disconnect();
  }
}

async function untilThere({ url }: RedisServer, count: number): Promise<void> {
  const redis = await connectRedis(redisAddress(url));
  try {
    for (let tries = 0; tries < 600; tries++) {
      if ((await readMachines(redis)).filter(({ isAlive }) => isAlive).length === count) return;
      await sleep(100);
    }
    throw new Error(`${count} workers were not there after a minute`);
  } finally {
    redis.disconnect();
  }
}
