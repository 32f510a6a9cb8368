import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { built, environment } from '../acceptance/programs.ts';
import type { RedisServer } from '../redis/redis-server.ts';
import { type Cluster, PASSWORD } from '../store/postgres/cluster.ts';
import type { Network } from './hosts.ts';

/** Machines that take tasks, and the one that plans. */
export const WORKERS = ['one', 'two', 'three'] as const;
export const PLANNER = 'planner';

/** What all machines reach, and how they reach each other. */
export interface World {
  readonly folder: string;
  readonly network: Network;
  readonly redis: RedisServer;
  readonly cluster: Cluster;
  readonly simulatorPort: number;
}

/** What a run is told, but for where. */
export interface Job {
  readonly schema: string;
  readonly run: readonly string[];
}

/** Something that befalls a machine or a server, and is over when it resolves. */
export interface Fault {
  readonly name: string;
  readonly befall: (machines: Machines, world: World, random: () => number) => Promise<void>;
}

const of = <T>(list: readonly T[], random: () => number): T => list[Math.floor(random() * list.length)] as T;

/** Longer than the lock of a job lives without its machine. */
const PAST_THE_LOCK_MS = 35_000;

/** Each takes some seconds at most, but for the last. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'a worker is killed',
    befall: async (machines, _, random) => {
      const host = of(WORKERS, random);
      await machines.kill(host);
      await sleep(2000 * random());
      machines.startWorker(host);
    },
  },
  { name: 'the planner is killed', befall: async (machines) => machines.kill(PLANNER) },
  {
    name: 'Redis is killed and has its data again',
    befall: async (_, { redis }, random) => {
      await redis.kill();
      await sleep(2000 * random());
      await redis.start();
    },
  },
  {
    name: 'Redis is killed and comes back empty',
    befall: async (_, { redis }, random) => {
      await redis.kill();
      await sleep(2000 * random());
      await redis.start(true);
    },
  },
  {
    name: 'the database is killed',
    befall: async (_, { cluster }, random) => {
      await cluster.kill();
      await sleep(1000 * random());
      await cluster.start();
    },
  },
  {
    name: 'a machine is cut off',
    befall: async (_, { network }, random) => {
      const host = of([...WORKERS, PLANNER], random);
      network.cut(host);
      await sleep(500 + 5000 * random());
      network.mend(host);
    },
  },
];

/** One more, which takes longer than a short run has. */
export const LONG_FAULT: Fault = {
  name: 'a worker hangs for longer than its jobs are its own',
  befall: async (machines, _, random) => {
    const host = of(WORKERS, random);
    machines.signal(host, 'SIGSTOP');
    await sleep(PAST_THE_LOCK_MS);
    machines.signal(host, 'SIGCONT');
  },
};

/** What a planner is told: to begin a run, or to go on with one. */
export type Command = 'run' | { readonly attach: string };

/** The processes of a run on their machines. */
export class Machines {
  readonly #world: World;
  readonly #job: Job;
  readonly #running = new Map<string, ChildProcess>();
  #isOver = false;
  /** What the programs said, by machine. */
  readonly said = new Map<string, string>();

  constructor(world: World, job: Job) {
    this.#world = world;
    this.#job = job;
  }

  /** A worker, and another one whenever it ends by itself, as of whatever looks after services. */
  startWorker(host: string): void {
    const child = this.#start(host, [
      ...['worker', '--queue', this.#queue(), '--store', this.#store(), '--workers', '1'],
    ]);
    child.once('close', (code) => {
      if (code !== null) void this.#startAgain(host, child);
    });
  }

  async #startAgain(host: string, ended: ChildProcess): Promise<void> {
    await sleep(1000);
    if (!this.#isOver && this.#running.get(host) === ended) this.startWorker(host);
  }

  /** Runs a command of the planner to its end; undefined where it was killed. */
  async plan(command: Command): Promise<number | undefined> {
    const { network, simulatorPort } = this.#world;
    const at = ['--queue', this.#queue(), '--store', this.#store()];
    const url = `yahoo=http://${network.address}:${simulatorPort}`;
    const child = this.#start(
      PLANNER,
      command === 'run'
        ? [...this.#job.run, '--provider-url', url, ...at]
        : ['attach', command.attach, ...at],
    );
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? undefined;
  }

  /** What they said, but for the tasks of which workers tell. */
  get told(): string {
    const lines = [...this.said].flatMap(([host, text]) =>
      text.split(/[\r\n]+/).flatMap((line) => (/coordinator_|^\s*$/.test(line) ? [] : `${host}: ${line}`)),
    );
    return lines.join('\n');
  }

  /** The run that the planner told of last. */
  get runId(): string | undefined {
    return [...(this.said.get(PLANNER) ?? '').matchAll(/\d{8}T\d{6}Z-[\da-f]{4}/g)].at(-1)?.[0];
  }

  /** Whether it was told last that the run that it was to go on with is over. */
  get hasEnded(): boolean {
    return (this.said.get(PLANNER) ?? '').trimEnd().endsWith('it has ended');
  }

  signal(host: string, what: NodeJS.Signals): void {
    this.#running.get(host)?.kill(what);
  }

  async kill(host: string): Promise<void> {
    const child = this.#running.get(host);
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'close');
    child.kill('SIGKILL');
    await gone;
  }

  async killAll(): Promise<void> {
    this.#isOver = true;
    await Promise.all([...this.#running.keys()].map((host) => this.kill(host)));
  }

  #start(host: string, args: readonly string[]): ChildProcess {
    const { network, folder } = this.#world;
    const [program = '', ...words] = network.on(host, [process.execPath, built('backfill'), ...args]);
    const state = join(folder, `state-${host}`);
    const child = spawn(program, words, {
      env: { ...environment, BACKFILL_STATE: state, BACKFILL_WORKER_ID: host },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data: Buffer) =>
        this.said.set(host, `${this.said.get(host) ?? ''}${data.toString()}`),
      );
    this.#running.set(host, child);
    return child;
  }

  #queue(): string {
    return `redis://${this.#world.network.address}:${this.#world.redis.port}`;
  }

  #store(): string {
    const { network, cluster } = this.#world;
    return `postgres://tester:${PASSWORD}@${network.address}:${cluster.port}/postgres?schema=${this.#job.schema}`;
  }
}

/** The same numbers in [0, 1) for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a server noted of a request. */
export interface Logged {
  readonly arrivedMs: number;
  readonly outcome: string;
  readonly symbol: string;
}

/** The log of a simulator from its `begun`-th line on. */
export async function loggedSince(path: string, begun: number): Promise<readonly Logged[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.slice(begun).map((line) => JSON.parse(line) as Logged);
}
