import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Debian's `redis-server`, or Valkey's, which understands the same. */
export const REDIS_PROGRAM = ['redis-server', 'valkey-server'].find(
  (program) => spawnSync(program, ['--version']).status === 0,
);

/** A server of a test's own, on loopback, that keeps what it is told as one in production does. */
export interface RedisServer {
  readonly port: number;
  /** `redis://127.0.0.1:PORT`. */
  readonly url: string;
  /** Ends it at once, without a last word. */
  kill(): Promise<void>;
  /** Starts it again at the same port. `isEmpty`: without what it was told. Default: with it. */
  start(isEmpty?: boolean): Promise<void>;
  /** Stops (and lets go on) the process, as a machine that hangs. */
  pause(): void;
  goOn(): void;
  destroy(): Promise<void>;
}

/** Starts one. `settings`: further options of its command line, such as `['--requirepass', 'x']`. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'backfill-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const start = async (isEmpty = false): Promise<void> => {
    if (isEmpty) await rm(join(folder, 'appendonlydir'), { recursive: true, force: true });
    child = spawn(
      REDIS_PROGRAM ?? 'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
        ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
        ...settings,
      ],
      { stdio: 'ignore' },
    );
    await listening(port);
  };
  const kill = async (): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  };
  await start();
  return {
    ...{ port, url: `redis://127.0.0.1:${port}`, start, kill },
    pause: () => child?.kill('SIGSTOP'),
    goOn: () => child?.kill('SIGCONT'),
    destroy: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Resolves when a server answers a ping. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await answers(port)) return;
    await sleep(20);
  }
  throw new Error(`no Redis at port ${port}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const end = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    // One that is still loading answers with an error; one that wants a password is there.
    socket.once('data', (data) => end(!data.toString().startsWith('-LOADING')));
    socket.once('error', () => end(false));
  });
}
