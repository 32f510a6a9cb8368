import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, LONG_RUNS, POSTGRES, REDIS } from '../needs.ts';
import {
  FAULTS,
  LONG_FAULT,
  Machines,
  PLANNER,
  WORKERS,
  type Command,
  loggedSince,
  seeded,
  type World,
} from '../queue/chaos.ts';
import { NAMESPACES, openNetwork } from '../queue/hosts.ts';
import { startRedis } from '../redis/redis-server.ts';
import { startCluster } from '../store/postgres/cluster.ts';
import { run, type RunningSimulator, startSimulate } from './programs.ts';
import { tickersAlive } from './simulated-sample.ts';

const NOW = '2026-03-02T23:00:00Z';

/** Rounds, each of its own seed: as many as are promised with `LONG_RUNS=1`. */
const ROUNDS = LONG_RUNS ? 50 : 1;

/** Requests that the server lets through within a time; it refuses what comes faster, and notes that. */
const LIMIT = LONG_RUNS ? '60/3s' : '30/3s';

/** Of the tickers that are still listed. */
const SHARE = LONG_RUNS ? 1 : 2;

/** Times that whoever started a run starts it again, once nothing befalls it any more. */
const MOST_STARTS = 4;

const NEEDED = [REDIS, POSTGRES, NAMESPACES].find(({ isMet }) => !isMet) ?? REDIS;

describeWith(NEEDED)('three machines and a planner', () => {
  let folder = '';
  let world: World;
  let simulator: RunningSimulator;
  let undisturbed = '';
  let tickers = 0;

  const command = (): string[] => [
    ...['--tickers', `@${join(folder, 'tickers.txt')}`, '--interval', '1d,1h,15m', '--days', '20'],
    ...['--now', NOW, '--rate-limit', LIMIT],
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'backfill-chaos-'));
    const alive = tickersAlive().filter((_, i) => i % SHARE === 0);
    tickers = alive.length;
    await writeFile(join(folder, 'tickers.txt'), alive.join('\n'));
    simulator = await startSimulate(folder, [
      ...['--from', 'sample', '--now', NOW, '--latency', '100ms', '--limit', LIMIT],
    ]);
    const [redis, cluster, network] = await Promise.all([
      startRedis(),
      startCluster(),
      openNetwork([...WORKERS, PLANNER]),
    ]);
    const simulatorPort = Number(new URL(simulator.url).port);
    world = { folder, network, redis, cluster, simulatorPort };
    for (const port of [redis.port, cluster.port, simulatorPort]) await network.publish(port);
    const { code, stderr } = await run('backfill', [
      ...command(),
      ...['--provider-url', `yahoo=${simulator.url}`, '--state', join(folder, 'state-alone')],
      ...['--store', cluster.url('alone'), '--workers', '2'],
    ]);
    expect([code, stderr]).toEqual([0, expect.stringContaining('Errors: 0')]);
    undisturbed = await contentOf('alone');
  }, 240_000);
  afterAll(async () => {
    await simulator?.stop();
    await world?.network.destroy();
    await world?.redis.destroy();
    await world?.cluster.destroy();
    await rm(folder, { recursive: true, force: true });
  });

  /** How many bars a schema has, their values, and how many were changed or rejected since they were first stored. */
  const contentOf = (schema: string): Promise<string> =>
    world.cluster.sql(
      `SELECT count(*), md5(string_agg(concat_ws(' ', ticker, interval, ts, open, high, low, close, volume), ';' ORDER BY ticker, interval, ts)),
         (SELECT count(*) FROM ${schema}.revisions) FROM ${schema}.bars`,
    );

  it.each(Array.from({ length: ROUNDS }, (_, i) => i + 1))(
    'have every bar once, and the server nothing to refuse, whatever befalls them (seed %i)',
    { timeout: 300_000 },
    async (seed) => {
      const random = seeded(seed);
      const [schema, log] = [`round${seed}`, join(folder, 'requests.ndjson')];
      const begun = (await loggedSince(log, 0)).length;
      await world.redis.kill();
      await world.redis.start(true);
      const machines = new Machines(world, { schema, run: command() });
      const story: string[] = [];
      try {
        for (const host of WORKERS) machines.startWorker(host);
        let next: Command = 'run';
        let ending = machines.plan(next);
        const kinds = LONG_RUNS && seed % 5 === 0 ? [LONG_FAULT] : FAULTS;
        for (let i = 0; i < 2; i++) {
          await sleep(1000 + 3000 * random());
          const fault = kinds[Math.floor(random() * kinds.length)] as (typeof FAULTS)[number];
          story.push(fault.name);
          await fault.befall(machines, world, random);
          const code = await Promise.race([ending, sleep(50, 'runs' as const)]);
          if (code === undefined) ending = machines.plan((next = afterDeath(machines)));
        }
        for (let starts = 1; ; starts++) {
          const code = await ending;
          story.push(`exit ${code}`);
          if (code === 0) break;
          expect(starts, `${story.join('; ')}\n${machines.told}`).toBeLessThan(MOST_STARTS);
          // Who is told that a store is locked tries again a little later.
          if (code === 2) await sleep(15_000);
          if (code === undefined) next = afterDeath(machines);
          else if (code === 1 || machines.hasEnded) next = 'run';
          ending = machines.plan(next);
        }
      } finally {
        await machines.killAll();
      }
      const seen = await loggedSince(log, begun);
      const told = `${story.join('; ')}\n${machines.told}`;
      expect(await contentOf(schema), told).toBe(undisturbed);
      expect(
        seen.filter(({ outcome }) => outcome !== 'ok' && outcome !== 'aborted'),
        told,
      ).toEqual([]);
      // A machine that dies has a few requests under way, which are asked again.
      expect(seen.length, told).toBeLessThan(3 * tickers + 100);
    },
  );
});

/** What whoever finds the planner dead does; whom it told how it ended runs the same again. */
function afterDeath({ runId }: Machines): Command {
  return runId === undefined ? 'run' : { attach: runId };
}
