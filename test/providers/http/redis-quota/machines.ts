import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Quota, isPaced, parseQuotas } from '../../../../src/core/plan/quota.ts';
import { keptIn } from '../../../../src/providers/http/redis-quota/kept-record.ts';
import { Limiter } from '../../../../src/simulator/limiter.ts';
import { Redis } from 'ioredis';
import { expect } from 'vitest';
import { bundled } from '../../../bundled.ts';
import { startRedis } from '../../../redis/redis-server.ts';
import { temporaryFolder } from '../../../store/fixtures.ts';
import { mostIn } from '../processes.ts';

const CHILD = fileURLToPath(bundled('test/providers/http/redis-quota/sharing-child.ts'));
const DAY = 86_400_000;
const KEY = 'backfill:quota:toy-anonymous';

/** What a process is told. */
export interface Sharing {
  readonly url: string;
  readonly redis: string;
  readonly store: string;
  readonly quota: string;
  /** How far the clock of its machine is ahead, ms. */
  readonly ahead: number;
  readonly settleMs: number;
  /** Null: however long. */
  readonly patienceMs: number | null;
  readonly name: string;
}

export interface Machine {
  /** Lets it begin. */
  go(): void;
  /** Ends it politely. */
  stop(): void;
  kill(): void;
  /** Why it ended; of one that was killed `killed`. */
  readonly end: Promise<string>;
}

/** A provider that keeps a quota by its own clock and log. */
export interface Enforcer {
  readonly url: string;
  /** When each request that it let through arrived, ms since the epoch. */
  readonly admitted: readonly number[];
  /** How often it refused one. */
  refused(): number;
  close(): void;
}

/** `1` of a day's quota counts from midnight to midnight UTC, the others slide. */
async function startEnforcer(quotas: readonly Quota[]): Promise<Enforcer> {
  const limiter = new Limiter(quotas.filter(isPaced));
  const counted = quotas.filter((quota) => !isPaced(quota));
  const admitted: number[] = [];
  let refused = 0;
  const server = createServer({ keepAliveTimeout: 60_000 }, (_, response) => {
    const now = performance.timeOrigin + performance.now();
    const isUsedUp = counted.some(
      ({ requests, perMs }) =>
        admitted.filter((at) => Math.floor(at / perMs) === Math.floor(now / perMs)).length >= requests,
    );
    if (isUsedUp || limiter.admit(now) > 0) {
      refused++;
      if (process.env['SEE'])
        console.log(
          'refused',
          isUsedUp,
          now,
          admitted.length,
          admitted
            .slice(-45)
            .map((at) => (at - now).toFixed(0))
            .join(' '),
        );
      response.statusCode = 429;
    } else admitted.push(now);
    response.end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    admitted,
    refused: () => refused,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A quota in a Redis of its own, a provider that keeps it, and processes that share it over one store. */
export async function openMachines(quota: string, settleMs = 1200) {
  const quotas = parseQuotas(quota);
  const [folder, redis, enforcer] = [
    await temporaryFolder(),
    await startRedis(),
    await startEnforcer(quotas),
  ];
  const children: ChildProcess[] = [];
  const command = async (name: string, ...more: string[]): Promise<unknown> => {
    const client = new Redis(redis.port, '127.0.0.1');
    try {
      return await client.call(name, more);
    } finally {
      client.disconnect();
    }
  };
  const start = async (more: Partial<Sharing> = {}): Promise<Machine> => {
    const sharing: Sharing = {
      ...{ url: enforcer.url, redis: redis.url, store: folder.path, quota, ahead: 0, settleMs },
      ...{ patienceMs: 20_000, name: `machine-${children.length + 1}` },
      ...more,
    };
    const child = spawn(process.execPath, [CHILD, JSON.stringify(sharing)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    children.push(child);
    return machineOf(child);
  };
  return {
    ...{ redis, enforcer, quotas, folder: folder.path, start, key: KEY },
    /** Says something to the server, once. */
    command,
    /** The record as it lies there. */
    record: async (): Promise<string> => String(await command('GET', KEY)),
    /** What of today is reserved, by the record. */
    usedToday: async (): Promise<number> =>
      keptIn(String(await command('GET', KEY)))?.record.windows[`${DAY}ms`]?.used ?? 0,
    startAll: (count: number): Promise<Machine[]> =>
      Promise.all(Array.from({ length: count }, () => start())),
    /** Resolves when so many requests were let through. */
    sent: async (count: number, within = 30_000): Promise<void> => {
      const until = Date.now() + within;
      while (enforcer.admitted.length < count && Date.now() < until) await sleep(10);
    },
    close: async (): Promise<void> => {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      enforcer.close();
      await redis.destroy();
      await folder.remove();
    },
  };
}

export type Machines = Awaited<ReturnType<typeof openMachines>>;

async function machineOf(child: ChildProcess): Promise<Machine> {
  let complaint = '';
  child.stderr?.on('data', (part: Buffer) => (complaint += part.toString()));
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  let said = '';
  lines.on('line', (line) => {
    if (line.startsWith('ended: ')) said = line.slice('ended: '.length);
  });
  const end = once(child, 'close').then(([code, signal]) => {
    if (signal === 'SIGKILL') return 'killed';
    if (code !== 0) throw new Error(`a process ended with ${code as number}: ${complaint}`);
    return said;
  });
  end.catch(() => undefined);
  await Promise.race([once(lines, 'line'), end]);
  return {
    go: () => child.stdin?.write('go\n'),
    stop: () => child.stdin?.end(),
    kill: () => child.kill('SIGKILL'),
    end,
  };
}

/** The most that a log has in any window of each quota: of a counted one, of those that begin at multiples of its length. */
function mostOf(quotas: readonly Quota[], log: readonly number[]): readonly number[] {
  return quotas.map((quota) => {
    if (isPaced(quota)) return mostIn(quota.perMs, log);
    const counts = new Map<number, number>();
    for (const at of log) counts.set(Math.floor(at / DAY), (counts.get(Math.floor(at / DAY)) ?? 0) + 1);
    return Math.max(0, ...counts.values());
  });
}

export function endsOf(all: readonly Machine[]): Promise<readonly string[]> {
  return Promise.all(all.map(({ end }) => end));
}

/** Asserts that no window of the server's own log has more than it may, and that it never had to refuse one. */
export function expectKept({ enforcer, quotas }: Machines): void {
  const most = mostOf(quotas, enforcer.admitted);
  for (const [i, { requests }] of quotas.entries()) expect(most[i]).toBeLessThanOrEqual(requests);
  expect(enforcer.refused()).toBe(0);
}
